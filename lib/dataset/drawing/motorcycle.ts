import type { Random } from "./random.ts";
import { type Look, rider } from "./rider.ts";
import { circle, ellipse, line, path, type Point, polygon, rect } from "./svg.ts";

/** A moped has large thin wheels and little in between, similar to a bicycle. */
type Kind = "naked" | "cruiser" | "sport" | "dirt" | "scooter" | "moped";

const KINDS: Kind[] = ["naked", "naked", "cruiser", "cruiser", "sport", "sport", "dirt", "scooter", "moped"];

/**
 * A motorcycle seen from its right side, as SVG. The wheels stand on y = 0 (y grows downwards) and their hubs
 * are 1 apart, around x = 0; the front is at the right.
 */
export function motorcycle(random: Random, look: Look): string {
  const kind = random.pick(KINDS);
  const [radius, tyre] = wheelSize(random, kind);
  const rear: Point = [-0.5, -radius];
  const front: Point = [0.5, -radius];
  const rake = kind === "cruiser" ? random.between(0.2, 0.3) : random.between(0.14, 0.2);
  const top = kind === "cruiser" ? random.between(0.5, 0.6) : random.between(0.58, 0.68);
  const head: Point = [0.5 - rake, -top];
  const seat: Point = [
    random.between(-0.22, -0.14),
    -(kind === "cruiser" ? 0.42 : kind === "dirt" || kind === "moped" ? 0.6 : 0.5),
  ];
  const grip: Point = [
    head[0] - random.between(0.04, 0.12),
    head[1] - (kind === "sport" ? 0 : random.between(0.06, 0.14)),
  ];
  const parts = [...wheel(rear, radius, tyre, look), ...wheel(front, radius, tyre, look)];
  parts.push(line([rear, [-0.1, -radius - 0.02]], look.metal, 0.05));
  parts.push(line([front, head], look.metal, kind === "scooter" ? 0.09 : 0.05));
  parts.push(
    kind === "scooter"
      ? scooterBody(seat, head, look)
      : frameAndEngine(random, kind, radius, seat, head, look),
  );
  parts.push(fender(front, radius, look.body, kind === "dirt" ? 0.1 : 0.02));
  if (kind === "sport") parts.push(fairing(head, radius, look, random));
  parts.push(line([head, grip], look.dark, 0.05));
  parts.push(
    circle([head[0] + 0.07, head[1] + 0.06], random.between(0.05, 0.075), { fill: "hsl(50,40%,88%)" }),
  );
  if (random.chance(0.2)) {
    parts.push(line([[head[0] + 0.1, head[1]], [head[0] + 0.02, head[1] - 0.2]], "hsl(200,30%,80%)", 0.03));
  }
  if (random.chance(0.15)) parts.push(rect([-0.72, seat[1] - 0.16], 0.24, 0.2, { fill: look.dark }, 0.03));
  if (look.ridden) parts.push(rider(random, seat, grip, [0.02, -radius + 0.02]));
  return parts.join("");
}

function wheelSize(random: Random, kind: Kind): [radius: number, tyre: number] {
  if (kind === "moped") return [random.between(0.27, 0.31), random.between(0.04, 0.06)];
  if (kind === "dirt") return [random.between(0.25, 0.29), random.between(0.05, 0.07)];
  return [kind === "scooter" ? 0.17 : random.between(0.21, 0.25), random.between(0.065, 0.1)];
}

function wheel(hub: Point, radius: number, tyre: number, look: Look): string[] {
  return [
    circle(hub, radius - tyre / 2, { stroke: look.tyre, width: tyre }),
    circle(hub, radius - tyre - 0.01, { stroke: look.metal, width: 0.025 }),
    circle(hub, radius * 0.35, { stroke: look.metal, width: 0.03 }),
  ];
}

function frameAndEngine(
  random: Random,
  kind: Kind,
  radius: number,
  seat: Point,
  head: Point,
  look: Look,
): string {
  const floor = -radius + 0.06;
  const tankTop = head[1] - (kind === "dirt" ? -0.02 : random.between(0, 0.06));
  const small = kind === "moped";
  const engine = polygon(
    small
      ? [[-0.12, floor], [0.12, floor], [0.1, floor - 0.14], [-0.14, floor - 0.1]]
      : [[-0.18, floor], [0.2, floor], [0.25, seat[1] + 0.12], [0.02, seat[1] + 0.06], [
        -0.2,
        seat[1] + 0.12,
      ]],
    { fill: look.dark },
  );
  const cylinder = small
    ? line([[-0.2, seat[1]], [0, floor], [head[0], head[1] + 0.08]], look.body, 0.06)
    : polygon(
      [[0, floor - 0.06], [0.14, floor - 0.06], [0.18, seat[1] + 0.1], [0.05, seat[1] + 0.08]],
      { fill: look.metal },
    );
  const tank = path([
    ...["M", head[0] - 0.02, tankTop + 0.06],
    ...["Q", head[0] - 0.14, tankTop - 0.08, seat[0] + 0.1, seat[1] - 0.02],
    ...["L", seat[0] + 0.14, seat[1] + 0.09],
    ...["L", head[0] - 0.06, tankTop + 0.22, "Z"],
  ], { fill: look.body });
  const tail = random.between(-0.62, -0.48);
  const saddle = path([
    ...["M", seat[0] + 0.14, seat[1]],
    ...["Q", seat[0], seat[1] + 0.05, tail, seat[1] - (kind === "sport" ? 0.14 : 0.02)],
    ...["L", tail + 0.06, seat[1] + 0.06],
    ...["L", seat[0] + 0.12, seat[1] + 0.12, "Z"],
  ], { fill: random.chance(0.7) ? look.dark : look.accent });
  const side = polygon([[-0.2, seat[1] + 0.07], [-0.46, seat[1] + 0.04], [-0.28, seat[1] + 0.2]], {
    fill: look.body,
  });
  const high = kind === "dirt" || random.chance(0.15);
  const exhaust = line(
    high
      ? [[0.18, floor - 0.1], [0.05, floor - 0.02], [-0.3, seat[1] + 0.18], [-0.6, seat[1] + 0.08]]
      : [[0.2, floor - 0.12], [0.14, floor + 0.03], [-0.3, floor + 0.03], [-0.64, floor - 0.02]],
    look.metal,
    random.between(0.05, 0.075),
  );
  return engine + cylinder + side + tank + saddle + exhaust;
}

function scooterBody(seat: Point, head: Point, look: Look): string {
  const rear = path([
    ...["M", -0.68, -0.22],
    ...["Q", -0.62, seat[1] - 0.02, seat[0] - 0.1, seat[1] + 0.02],
    ...["L", seat[0] + 0.2, seat[1] + 0.04],
    ...["L", -0.02, -0.12, "L", -0.4, -0.14, "Z"],
  ], { fill: look.body });
  const saddle = rect([seat[0] - 0.3, seat[1] - 0.05], 0.5, 0.1, { fill: look.dark }, 0.05);
  const shield = polygon(
    [[head[0] + 0.02, head[1]], [head[0] + 0.1, head[1] + 0.08], [0.34, -0.2], [0.1, -0.09], [-0.06, -0.1], [
      0.2,
      -0.2,
    ]],
    { fill: look.body },
  );
  return rear + saddle + shield;
}

function fairing(head: Point, radius: number, look: Look, random: Random): string {
  const shell = polygon([
    [head[0] + 0.16, head[1] + 0.06],
    [head[0] - 0.04, head[1] - 0.08],
    [head[0] - 0.12, head[1] + 0.08],
    [-0.14, -radius - 0.02],
    [0.1, -radius + 0.1],
    [0.24, -radius - 0.08],
  ], { fill: look.body });
  const stripe = polygon(
    [[head[0] + 0.08, head[1] + 0.1], [head[0] - 0.04, head[1] + 0.1], [-0.06, -radius - 0.04], [
      0.08,
      -radius - 0.02,
    ]],
    { fill: look.accent, opacity: random.between(0.3, 1) },
  );
  return shell + stripe;
}

function fender(hub: Point, radius: number, fill: string, gap: number): string {
  return ellipse([hub[0] - 0.02, hub[1] - radius - gap], 0.16, 0.04, { fill });
}

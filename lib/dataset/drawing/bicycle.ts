import type { Random } from "./random.ts";
import { circle, ellipse, hsl, line, type Point, polygon, rect } from "./svg.ts";
import { type Look, rider } from "./rider.ts";

/**
 * A bicycle seen from its right side, as SVG. The wheels stand on y = 0 (y grows downwards) and their hubs are
 * 1 apart, around x = 0; the front is at the right.
 */
export function bicycle(random: Random, look: Look): string {
  const small = random.chance(0.12); // a child's or folding bicycle
  const radius = small ? random.between(0.22, 0.28) : random.between(0.3, 0.36);
  const tyre = random.chance(0.15) ? random.between(0.055, 0.08) : random.between(0.028, 0.05);
  const tube = random.between(0.03, 0.055);
  const rear: Point = [-0.5, -radius];
  const front: Point = [0.5, -radius];
  const crank: Point = [random.between(-0.12, -0.05), -radius + random.between(0.0, 0.06)];
  const seatTop: Point = [crank[0] - random.between(0.1, 0.18), -random.between(0.72, 0.84)];
  const head: Point = [random.between(0.3, 0.37), -random.between(0.68, 0.82)];
  const headLow: Point = [head[0] + 0.04, head[1] + random.between(0.1, 0.16)];
  const seatJoint: Point = between(crank, seatTop, 0.8);
  const parts: string[] = [];

  for (const hub of [rear, front]) parts.push(...wheel(random, hub, radius, tyre, look));
  if (random.chance(0.25)) parts.push(...mudguards([rear, front], radius + tyre, look.dark));
  if (random.chance(0.15)) {
    parts.push(rect([-0.78, seatJoint[1] + 0.08], 0.42, 0.035, { fill: look.dark }));
  }
  const stepThrough = random.chance(0.22);
  const frame: Point[][] = [
    [rear, crank, seatJoint, rear],
    stepThrough
      ? [between(crank, seatJoint, 0.4), between(head, headLow, 0.4)]
      : [seatJoint, between(head, headLow, 0.25)],
    [headLow, crank, seatTop],
    [head, headLow, front],
  ];
  for (const points of frame) parts.push(line(points, look.body, tube));
  if (random.chance(0.15)) { // a bag or battery in the frame
    const corners = [
      between(crank, seatJoint, 0.25),
      between(seatJoint, headLow, 0.15),
      between(headLow, crank, 0.15),
    ];
    parts.push(polygon(corners, { fill: look.dark }));
  }
  const chainring = random.between(0.06, 0.09);
  parts.push(circle(crank, chainring, { stroke: look.dark, width: 0.025 }));
  const turn = random.between(0, Math.PI);
  const pedal: Point = [0.15 * Math.cos(turn), 0.15 * Math.sin(turn)];
  parts.push(line([add(crank, pedal), add(crank, [-pedal[0], -pedal[1]])], look.dark, 0.03));
  parts.push(
    ellipse([seatTop[0] - 0.02, seatTop[1] - 0.02], random.between(0.1, 0.14), 0.035, { fill: look.dark }),
  );
  const [grip, bar] = handlebar(random, head, look.dark, tube);
  parts.push(bar);
  if (random.chance(0.12)) {
    parts.push(polygon(
      [[grip[0] + 0.02, grip[1] + 0.04], [grip[0] + 0.3, grip[1] + 0.04], [grip[0] + 0.26, grip[1] + 0.24], [
        grip[0] + 0.05,
        grip[1] + 0.24,
      ]],
      { fill: hsl(30, 0.4, random.between(0.3, 0.6)) },
    ));
  }
  if (look.ridden) parts.push(rider(random, seatTop, grip, add(crank, pedal)));
  return parts.join("");
}

function wheel(random: Random, hub: Point, radius: number, tyre: number, look: Look): string[] {
  const parts = [
    circle(hub, radius - tyre / 2, { stroke: look.tyre, width: tyre }),
    circle(hub, radius - tyre * 1.2, { stroke: look.metal, width: 0.012 }),
  ];
  const spokes = random.pick([0, 6, 8, 10]);
  const start = random.between(0, Math.PI);
  for (let i = 0; i < spokes; i++) {
    const angle = start + (i * 2 * Math.PI) / spokes;
    const end: Point = [(radius - tyre) * Math.cos(angle), (radius - tyre) * Math.sin(angle)];
    parts.push(line([hub, add(hub, end)], look.metal, 0.009));
  }
  parts.push(circle(hub, 0.025, { fill: look.metal }));
  return parts;
}

function mudguards(hubs: Point[], radius: number, stroke: string): string[] {
  return hubs.map((hub) => {
    const arc = Array.from({ length: 9 }, (_, i): Point => {
      const angle = Math.PI * (1.05 + (0.75 * i) / 8);
      return [hub[0] + (radius + 0.02) * Math.cos(angle), hub[1] + (radius + 0.02) * Math.sin(angle)];
    });
    return line(arc, stroke, 0.03);
  });
}

/** Flat, raised or drop bars. Returns where the hands go, too. */
function handlebar(random: Random, head: Point, stroke: string, width: number): [Point, string] {
  const stem: Point = [head[0] - 0.02, head[1] - random.between(0.04, 0.12)];
  const kind = random.pick(["flat", "raised", "drop"]);
  const shape: Point[] = kind === "drop"
    ? [[0.1, 0], [0.17, 0.04], [0.15, 0.14], [0.06, 0.16]]
    : kind === "raised"
    ? [[-0.03, -0.07], [-0.16, -0.07]]
    : [[0.06, -0.01], [-0.1, 0.01]];
  const points = shape.map((offset) => add(stem, offset));
  return [points.at(-1)!, line([head, stem, ...points], stroke, width * 0.9)];
}

function add(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1]];
}

function between(a: Point, b: Point, part: number): Point {
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
}

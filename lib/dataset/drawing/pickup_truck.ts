import type { Random } from "./random.ts";
import type { Look } from "./rider.ts";
import { circle, line, type Point, polygon, rect } from "./svg.ts";

/**
 * A pickup truck seen from its right side, as SVG. The wheels stand on y = 0 (y grows downwards) and their hubs
 * are 1 apart, around x = 0; the front is at the right.
 */
export function pickupTruck(random: Random, look: Look): string {
  const radius = random.between(0.11, 0.15);
  const floor = -radius * 0.9;
  const waist = floor - random.between(0.2, 0.25);
  const roof = waist - random.between(0.17, 0.22);
  const cabRear = random.between(-0.2, 0);
  const hood = random.between(0.34, 0.42);
  const rear = random.between(-0.84, -0.74);
  const front = random.between(0.72, 0.8);
  const body = polygon(
    [
      [rear, floor],
      [rear, waist],
      [cabRear, waist],
      [cabRear + 0.03, roof],
      [hood - random.between(0.1, 0.16), roof],
      [hood, waist],
      [front - 0.02, waist + 0.04],
      [front, floor],
    ],
    { fill: look.body },
  );
  const glass = random.chance(0.8) ? "hsl(205,35%,30%)" : "hsl(205,40%,75%)";
  const window = polygon(
    [[cabRear + 0.05, waist], [cabRear + 0.07, roof + 0.03], [hood - 0.16, roof + 0.03], [
      hood - 0.06,
      waist,
    ]],
    { fill: glass },
  );
  const pillar = line(
    [[(cabRear + hood) / 2, roof], [(cabRear + hood) / 2, waist + 0.18]],
    look.body,
    0.025,
  );
  const bed = line([[rear + 0.02, waist + 0.015], [cabRear - 0.02, waist + 0.015]], look.dark, 0.03);
  const sill = line([[rear, floor], [front, floor]], look.dark, 0.035);
  const lights = rect([front - 0.07, waist + 0.07], 0.06, 0.05, { fill: "hsl(50,60%,85%)" }) +
    rect([rear, waist + 0.05], 0.03, 0.07, { fill: "hsl(0,70%,45%)" });
  const load = random.chance(0.25)
    ? rect([rear + 0.1, waist - 0.12], Math.max(0.1, cabRear - rear - 0.2), 0.12, { fill: look.accent })
    : "";
  const wheels = ([[-0.5, -radius], [0.5, -radius]] as Point[]).map((hub) =>
    circle(hub, radius * 1.15, { fill: look.dark }) + circle(hub, radius, { fill: look.tyre }) +
    circle(hub, radius * 0.5, { fill: look.metal })
  );
  return load + body + window + pillar + bed + sill + lights + wheels.join("");
}

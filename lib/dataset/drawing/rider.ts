import type { Random } from "./random.ts";
import { circle, hsl, line, type Point } from "./svg.ts";

/** How a vehicle looks: its colours, and whether somebody rides it. */
export interface Look {
  body: string;
  accent: string;
  dark: string;
  tyre: string;
  metal: string;
  ridden: boolean;
}

/** The rider of a two-wheeler, from three points of the vehicle. */
export function rider(random: Random, seat: Point, grip: Point, foot: Point): string {
  const shirt = hsl(random.between(0, 360), random.between(0.2, 0.8), random.between(0.25, 0.65));
  const trousers = hsl(random.between(190, 260), random.between(0, 0.5), random.between(0.1, 0.4));
  const skin = hsl(random.between(18, 32), 0.45, random.between(0.3, 0.75));
  const helmet = random.chance(0.5) ? hsl(random.between(0, 360), 0.6, random.between(0.15, 0.8)) : skin;
  const shoulder: Point = [
    seat[0] + (grip[0] - seat[0]) * random.between(0.35, 0.55),
    seat[1] - random.between(0.42, 0.52),
  ];
  const knee: Point = [(seat[0] + foot[0]) / 2 + 0.2, (seat[1] + foot[1]) / 2 - 0.05];
  return [
    line([[seat[0], seat[1] - 0.04], knee, foot], trousers, 0.11),
    line([[seat[0], seat[1] - 0.06], shoulder], shirt, 0.2),
    line([shoulder, [(shoulder[0] + grip[0]) / 2, (shoulder[1] + grip[1]) / 2 + 0.06], grip], shirt, 0.07),
    circle([shoulder[0] + 0.08, shoulder[1] - 0.17], 0.105, { fill: skin }),
    circle([shoulder[0] + 0.07, shoulder[1] - 0.2], 0.1, { fill: helmet }),
  ].join("");
}

import { bicycle } from "./bicycle.ts";
import { motorcycle } from "./motorcycle.ts";
import { pickupTruck } from "./pickup_truck.ts";
import type { Random } from "./random.ts";
import type { Look } from "./rider.ts";
import { circle, ellipse, group, hsl, line, num, type Point, polygon, rect } from "./svg.ts";

/** The classes that can be drawn, by their names in CIFAR-100. */
export const DRAWN = { bicycle, motorcycle, pickup_truck: pickupTruck } as const;
export type DrawnClass = keyof typeof DRAWN;

/** Scenes are laid out on a square of this side. */
const SIDE = 100;

/** A vehicle somewhere in front of something, as a whole SVG document of `pixels` × `pixels`. */
export function drawScene(random: Random, className: DrawnClass, pixels: number): string {
  const horizon = random.between(35, 75);
  const ground = random.between(Math.max(horizon, 62), 92);
  const studio = random.chance(0.3);
  const look = vehicleLook(random);
  const size = random.between(50, 82) * (look.ridden && className !== "pickup_truck" ? 0.78 : 1);
  const turn = random.chance(0.25) ? random.between(0.55, 0.8) : random.between(0.75, 1); // seen at an angle
  const flip = random.chance(0.5) ? -1 : 1;
  const at: Point = [50 + random.normal() * 7, studio ? random.between(70, 88) : ground];
  const tilt = random.normal() * (random.chance(0.15) ? 14 : 4);
  const vehicle = group(
    `translate(${num(at[0])} ${num(at[1])}) rotate(${num(tilt)}) skewY(${
      num((1 - turn) * random.between(-16, 16))
    }) ` +
      `scale(${num(flip * size * turn)} ${num(size)})`,
    DRAWN[className](random, look),
  );
  const shadow = ellipse([at[0], at[1]], size * turn * 0.7, random.between(1.5, 4), {
    fill: "#000",
    opacity: random.between(0.05, 0.5),
  });
  const content = [
    studio ? studioBackground(random) : outdoors(random, horizon),
    shadow,
    vehicle,
    random.chance(0.22) ? obstacle(random) : "",
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 ${SIDE} ${SIDE}" ` +
    `stroke-linecap="round" stroke-linejoin="round">${content.join("")}</svg>`;
}

function vehicleLook(random: Random): Look {
  const hue = random.between(0, 360);
  const grey = random.chance(0.3);
  const lightness = random.between(0.15, 0.75);
  const dark = random.between(0.05, 0.28);
  return {
    body: hsl(hue, grey ? 0.05 : random.between(0.4, 0.95), lightness),
    accent: hsl(hue + random.between(60, 300), 0.6, random.between(0.3, 0.8)),
    dark: hsl(220, 0.08, dark),
    tyre: hsl(220, 0.05, random.chance(0.1) ? random.between(0.3, 0.6) : dark * 0.7),
    metal: hsl(215, 0.08, random.between(0.4, 0.85)),
    ridden: random.chance(0.25),
  };
}

/** One light colour, as in a shop's catalogue. */
function studioBackground(random: Random): string {
  const lightness = random.chance(0.7) ? random.between(0.9, 1) : random.between(0.4, 0.9);
  const wall = hsl(random.between(0, 360), random.between(0, 0.25), lightness);
  return rect([0, 0], SIDE, SIDE, { fill: wall });
}

function outdoors(random: Random, horizon: number): string {
  const sky = random.chance(0.5)
    ? hsl(random.between(190, 225), random.between(0.1, 0.6), random.between(0.6, 0.95))
    : hsl(random.between(0, 360), random.between(0, 0.4), random.between(0.2, 0.85));
  const earth = random.pick([
    hsl(random.between(70, 130), random.between(0.15, 0.5), random.between(0.2, 0.5)), // grass
    hsl(random.between(20, 50), random.between(0.1, 0.45), random.between(0.3, 0.75)), // sand
    hsl(220, random.between(0, 0.12), random.between(0.25, 0.75)), // asphalt
    hsl(220, random.between(0, 0.12), random.between(0.25, 0.75)),
  ]);
  const parts = [rect([0, 0], SIDE, SIDE, { fill: sky })];
  const count = Math.floor(random.between(0, 6));
  for (let i = 0; i < count; i++) parts.push(thing(random, horizon));
  parts.push(rect([0, horizon], SIDE, SIDE - horizon, { fill: earth }));
  if (random.chance(0.3)) {
    const y = random.between(horizon, 98);
    parts.push(
      line(
        [[0, y], [SIDE, y + random.between(-6, 6)]],
        hsl(50, 0.2, random.between(0.5, 0.95)),
        random.between(1, 4),
      ),
    );
  }
  return parts.join("");
}

/** Something that stands on the horizon: a house, a tree, a bush, a fence or a window in the wall. */
function thing(random: Random, horizon: number): string {
  const x = random.between(-10, 95);
  const fill = hsl(random.between(0, 360), random.between(0, 0.5), random.between(0.15, 0.85));
  const green = hsl(random.between(80, 150), random.between(0.2, 0.6), random.between(0.12, 0.45));
  switch (random.pick(["house", "tree", "bush", "fence", "window", "ring"])) {
    case "house":
      return rect([x, horizon - random.between(10, 50)], random.between(10, 45), 60, { fill });
    case "tree":
      return line([[x, horizon], [x, horizon - 25]], hsl(25, 0.4, 0.25), random.between(2, 5)) +
        circle([x, horizon - 30], random.between(6, 18), { fill: green });
    case "bush":
      return ellipse([x, horizon], random.between(8, 25), random.between(4, 14), { fill: green });
    case "fence": {
      const step = random.between(4, 9);
      const posts = Array.from(
        { length: 12 },
        (_, i) => line([[x + i * step, horizon], [x + i * step, horizon - 16]], fill, 1.5),
      );
      return posts.join("") + line([[x, horizon - 12], [x + 11 * step, horizon - 12]], fill, 1.5);
    }
    case "window":
      return rect([x, random.between(2, 20)], random.between(8, 25), random.between(8, 25), {
        fill,
        stroke: "#222",
        width: 1,
      });
    default:
      return circle([x, random.between(10, horizon)], random.between(4, 14), {
        stroke: fill,
        width: random.between(1, 4),
      });
  }
}

/** Something between the viewer and the vehicle. */
function obstacle(random: Random): string {
  const fill = hsl(random.between(0, 360), random.between(0, 0.6), random.between(0.1, 0.9));
  const x = random.between(5, 95);
  switch (random.pick(["pole", "box", "bush", "bars", "person"])) {
    case "pole":
      return line([[x, -5], [x + random.between(-8, 8), 105]], fill, random.between(3, 9));
    case "box":
      return rect([x - 12, random.between(45, 75)], random.between(12, 34), 60, { fill });
    case "bush":
      return ellipse([x, 100], random.between(12, 34), random.between(14, 40), {
        fill: hsl(random.between(80, 140), 0.4, random.between(0.15, 0.4)),
      });
    case "bars": {
      const step = random.between(9, 18);
      return Array.from(
        { length: 11 },
        (_, i) => line([[i * step, 20], [i * step, 105]], fill, random.between(1, 2.5)),
      ).join("");
    }
    default:
      return polygon([[x - 8, 105], [x - 6, 45], [x + 6, 45], [x + 8, 105]], { fill }) +
        circle([x, 37], 6.5, { fill: hsl(25, 0.4, random.between(0.3, 0.75)) });
  }
}

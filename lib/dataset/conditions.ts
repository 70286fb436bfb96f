/** Pictures as they would look under other conditions, to show what drift looks like. */
import { Buffer } from "node:buffer";
import sharp, { type Sharp } from "sharp";
import { Random } from "./drawing/random.ts";

export const CONDITIONS = ["dusk", "rain", "out of focus"] as const;
export type Condition = typeof CONDITIONS[number];

/**
 * A picture of any size under a condition. The same arguments give the same bytes.
 * @param seed decides where the rain falls
 */
export async function underCondition(
  png: Uint8Array,
  condition: Condition,
  seed: number,
): Promise<Uint8Array> {
  const picture = sharp(png).removeAlpha().toColourspace("srgb");
  const { width, height } = await sharp(png).metadata();
  switch (condition) {
    case "dusk": // little light, and bluish
      return await encoded(picture.linear([0.28, 0.3, 0.42], [4, 4, 12]));
    case "rain": { // less contrast behind streaks
      const pale = await encoded(picture.linear(0.65, 45));
      return await encoded(sharp(pale).composite([{ input: Buffer.from(streaks(width, height, seed)) }]));
    }
    case "out of focus":
      return await encoded(picture.blur(width / 20));
  }
}

async function encoded(picture: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await picture.removeAlpha().png().toBuffer());
}

/** Slanting lines on a transparent ground, one for each pixel of width. */
function streaks(width: number, height: number, seed: number): string {
  const random = new Random(seed);
  const lines = Array.from({ length: width }, () => {
    const [x, y] = [random.between(0, width), random.between(-height / 5, height)];
    const length = random.between(height / 10, height / 4);
    return `<path d="M${x.toFixed(1)} ${y.toFixed(1)}l${(-length / 4).toFixed(1)} ${length.toFixed(1)}"/>`;
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g stroke="#E6ECF2" ` +
    `stroke-opacity="0.75" stroke-width="${width / 40}">${lines.join("")}</g></svg>`;
  return svg;
}

import sharp from "sharp";
import { ROW_BYTES, SIDE } from "../cifar.ts";
import { Random } from "./random.ts";
import { type DrawnClass, drawScene } from "./scene.ts";

/** Scenes are drawn larger and made small by sharp, as photographs were for CIFAR. */
const DRAWN_PIXELS = 3 * SIDE;

/**
 * A drawn picture as a planar row of ROW_BYTES bytes. `seed` and `stream` determine every pixel: what is seen
 * from where, in which light, and how much blur and noise the camera adds.
 */
export async function drawPicture(className: DrawnClass, seed: number, stream: number): Promise<Uint8Array> {
  const random = new Random(seed, stream);
  const svg = drawScene(random, className, DRAWN_PIXELS);
  let image = sharp(Buffer.from(svg)).removeAlpha().resize(SIDE, SIDE, { kernel: "mitchell" });
  const blur = random.chance(0.35) ? random.between(0.4, 1.1) : 0;
  if (blur > 0) image = image.blur(blur);
  const rgb = await image.raw().toBuffer();
  return expose(random, rgb);
}

/** Contrast, brightness, a colour cast and noise; from interleaved to planar. */
function expose(random: Random, rgb: Uint8Array): Uint8Array {
  const contrast = random.between(0.45, 1.1);
  const brightness = 128 + random.normal() * 18;
  const noise = random.chance(0.5) ? random.between(2, 8) : random.between(8, 26);
  const row = new Uint8Array(ROW_BYTES);
  for (let channel = 0; channel < 3; channel++) {
    const offset = brightness + random.normal() * 6;
    for (let i = 0; i < SIDE * SIDE; i++) {
      const value = (rgb[3 * i + channel]! - 128) * contrast + offset + random.normal() * noise;
      row[channel * SIDE * SIDE + i] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return row;
}

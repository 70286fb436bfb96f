import sharp from "sharp";
import { ROW_BYTES, SIDE } from "../cifar_rows.ts";
import { Random } from "./random.ts";
import { type DrawnClass, drawScene } from "./scene.ts";

/** Scenes are drawn larger and scaled down by sharp, as CIFAR's photographs were. */
const DRAWN_PIXELS = 3 * SIDE;
const PLANE = SIDE * SIDE;

/**
 * A drawn picture as a planar row of ROW_BYTES bytes. `seed` and `stream` determine every pixel: the scene, the point of
 * view, the light, and the blur and noise of the camera.
 */
export async function drawPicture(className: DrawnClass, seed: number, stream: number): Promise<Uint8Array> {
  const random = new Random(seed, stream);
  const svg = drawScene(random, className, DRAWN_PIXELS);
  let image = sharp(Buffer.from(svg)).removeAlpha().resize(SIDE, SIDE, { kernel: "mitchell" });
  const blur = random.chance(0.35) ? random.between(0.4, 1) : 0;
  if (blur > 0) image = image.blur(blur);
  const rgb = await image.raw().toBuffer();
  return expose(random, rgb);
}

/** Applies contrast, brightness, a colour cast and noise (mostly in brightness, as a camera's); interleaved to planar. */
function expose(random: Random, rgb: Uint8Array): Uint8Array {
  const contrast = random.between(0.55, 1.1);
  const brightness = 128 + random.normal() * 18;
  const offsets = [0, 1, 2].map(() => brightness + random.normal() * 6);
  const noise = random.chance(0.65) ? random.between(1, 6) : random.between(6, 14);
  const row = new Uint8Array(ROW_BYTES);
  for (let i = 0; i < PLANE; i++) {
    const grain = random.normal() * noise;
    for (let channel = 0; channel < 3; channel++) {
      const light = (rgb[3 * i + channel]! - 128) * contrast + offsets[channel]!;
      const value = light + grain + random.normal() * noise * 0.35;
      row[channel * PLANE + i] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return row;
}

import type { Picture, PictureShape } from "../networks/network.ts";
import { shiftColours, transform } from "./distortion.ts";
import type { Random } from "./random.ts";

/** How a training picture is varied each time it is used. */
export interface Augmentation {
  /** Rows and columns by which a crop can extend beyond each edge, filled by reflection. */
  reflect: number;
  /** Crop at a random position, and mirror left to right half of the time; otherwise crop the centre. */
  crop: boolean;
  /** Side of a square at a random position that is set to grey, in pixels; 0 for none. */
  cutout: number;
  /** Shift hue, saturation and lightness. */
  colour: boolean;
  /** Rotate, shear and stretch. */
  transform: boolean;
}

export const NO_AUGMENTATION: Augmentation = {
  reflect: 0,
  crop: false,
  cutout: 0,
  colour: false,
  transform: false,
};

/** Writes a picture, varied and cropped to `shape`, into `out`. The picture must be at least as large as the crop. */
export function writeAugmented(
  original: Picture,
  shape: PictureShape,
  augmentation: Augmentation,
  random: Random,
  out: Uint8Array,
): void {
  let picture = original;
  if (augmentation.transform) picture = transform(picture, random);
  if (augmentation.colour) picture = shiftColours(picture, random);
  if (augmentation.crop) writeRandomCrop(picture, shape, augmentation.reflect, random, out);
  else writeCentre(picture, shape, out);
  if (augmentation.cutout > 0) cutOut(out, shape, augmentation.cutout, random);
}

/** Writes the centre of a picture, cropped to `shape`, into `out`, as for validation. */
export function writeCentre(picture: Picture, shape: PictureShape, out: Uint8Array): void {
  const [, height, width] = shape;
  writeCrop(picture, shape, (picture.height - height) >> 1, (picture.width - width) >> 1, false, out);
}

function writeRandomCrop(
  picture: Picture,
  shape: PictureShape,
  reflect: number,
  random: Random,
  out: Uint8Array,
): void {
  const start = (size: number, length: number) => {
    const beyond = Math.min(reflect, size - 1); // the reflection is no larger than the picture
    return random.below(size - length + 2 * beyond + 1) - beyond;
  };
  const top = start(picture.height, shape[1]);
  const left = start(picture.width, shape[2]);
  writeCrop(picture, shape, top, left, random.uniform() < 0.5, out);
}

/** Writes the crop that begins at row `top`, column `left`; outside the picture it is reflected. */
function writeCrop(
  picture: Picture,
  [channels, height, width]: PictureShape,
  top: number,
  left: number,
  flipped: boolean,
  out: Uint8Array,
): void {
  const rows = Int32Array.from({ length: height }, (_, i) => reflected(top + i, picture.height));
  const columns = Int32Array.from({ length: width }, (_, j) => reflected(left + j, picture.width));
  if (flipped) columns.reverse(); // left to right
  for (let c = 0, to = 0; c < channels; c++) {
    const plane = c * picture.height * picture.width;
    for (let i = 0; i < height; i++) {
      const row = plane + rows[i]! * picture.width;
      for (let j = 0; j < width; j++) out[to++] = picture.data[row + columns[j]!]!;
    }
  }
}

/** Sets a square at a random position within the picture to grey. */
function cutOut(out: Uint8Array, [, height, width]: PictureShape, side: number, random: Random): void {
  const top = random.below(Math.max(height - side, 0) + 1);
  const left = random.below(Math.max(width - side, 0) + 1);
  for (let plane = 0; plane < out.length; plane += height * width) {
    for (let i = top; i < Math.min(top + side, height); i++) {
      const row = plane + i * width;
      out.fill(128, row + left, row + Math.min(left + side, width));
    }
  }
}

/** The index from 0 to n − 1 that i is reflected to at the edges (which are not repeated). */
function reflected(i: number, n: number): number {
  return n - 1 - Math.abs(n - 1 - Math.abs(i));
}

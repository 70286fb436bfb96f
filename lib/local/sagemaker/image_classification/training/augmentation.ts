import type { Picture, PictureShape } from "../networks/network.ts";
import { shiftColours, transform } from "./distortion.ts";
import type { Random } from "./random.ts";

/** How a training picture is varied each time it is shown. */
export interface Augmentation {
  /** Rows and columns that are mirrored beyond each edge, so that a crop may reach over it. */
  reflect: number;
  /** Crop at a random place and mirror left to right half of the time; else crop the centre. */
  crop: boolean;
  /** Side of a square that is set to the mean, at a random place; 0 for none. */
  cutout: number;
  /** Shift hue, saturation and lightness. */
  colour: boolean;
  /** Turn, shear and stretch. */
  transform: boolean;
}

export const NO_AUGMENTATION: Augmentation = {
  reflect: 0,
  crop: false,
  cutout: 0,
  colour: false,
  transform: false,
};

/**
 * Writes one picture, cropped to `shape` and varied, into `out` at `offset`. The picture must be at least as large as
 * the crop.
 */
export function writeAugmented(
  original: Picture,
  shape: PictureShape,
  augmentation: Augmentation,
  random: Random,
  out: Uint8Array,
  offset: number,
): void {
  let picture = original;
  if (augmentation.transform) picture = transform(picture, random);
  if (augmentation.colour) picture = shiftColours(picture, random);
  const place = augmentation.crop
    ? randomPlace(picture, shape, augmentation.reflect, random)
    : centre(picture, shape);
  writeCrop(picture, shape, place, out, offset);
  if (augmentation.cutout > 0) cutOut(out, offset, shape, augmentation.cutout, random);
}

/** Writes the centre of a picture, cropped to `shape`, into `out` at `offset`: as validation sees it. */
export function writeCentre(picture: Picture, shape: PictureShape, out: Uint8Array, offset: number): void {
  writeCrop(picture, shape, centre(picture, shape), out, offset);
}

/** Where a crop lies in its picture. */
interface Place {
  top: number;
  left: number;
  /** Left to right. */
  mirrored: boolean;
}

function centre(picture: Picture, [, height, width]: PictureShape): Place {
  return { top: (picture.height - height) >> 1, left: (picture.width - width) >> 1, mirrored: false };
}

function randomPlace(picture: Picture, shape: PictureShape, reflect: number, random: Random): Place {
  const start = (size: number, length: number) => {
    const beyond = Math.min(reflect, size - 1); // a mirror image reaches no further than the picture
    return random.below(size - length + 2 * beyond + 1) - beyond;
  };
  const [, height, width] = shape;
  return {
    top: start(picture.height, height),
    left: start(picture.width, width),
    mirrored: random.uniform() < 0.5,
  };
}

function writeCrop(
  picture: Picture,
  [channels, height, width]: PictureShape,
  { top, left, mirrored }: Place,
  out: Uint8Array,
  offset: number,
): void {
  const rows = Int32Array.from({ length: height }, (_, i) => reflected(top + i, picture.height));
  const columns = Int32Array.from(
    { length: width },
    (_, j) => reflected(left + (mirrored ? width - 1 - j : j), picture.width),
  );
  for (let c = 0, to = offset; c < channels; c++) {
    const plane = c * picture.height * picture.width;
    for (let i = 0; i < height; i++) {
      const row = plane + rows[i]! * picture.width;
      for (let j = 0; j < width; j++) out[to++] = picture.data[row + columns[j]!]!;
    }
  }
}

/** Sets a square at a random place, wholly inside the picture unless it is larger, to the mean of all bytes. */
function cutOut(
  out: Uint8Array,
  offset: number,
  [channels, height, width]: PictureShape,
  side: number,
  random: Random,
): void {
  const top = random.below(Math.max(height - side, 0) + 1);
  const left = random.below(Math.max(width - side, 0) + 1);
  for (let c = 0; c < channels; c++) {
    for (let i = top; i < Math.min(top + side, height); i++) {
      const row = offset + (c * height + i) * width;
      out.fill(128, row + left, row + Math.min(left + side, width));
    }
  }
}

/** The index inside 0 … n − 1 that mirrors i at the edges (which are not repeated). */
function reflected(i: number, n: number): number {
  return n - 1 - Math.abs(n - 1 - Math.abs(i));
}

import { shiftColours, transform } from "./distortion.ts";
import type { Picture } from "./pictures.ts";
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

/**
 * Writes one picture, cropped to [channels, height, width] and varied, into `out` at `offset`. The picture must be at
 * least as large as the crop.
 */
export function writeAugmented(
  original: Picture,
  [channels, height, width]: readonly [number, number, number],
  { reflect, crop, cutout, ...distort }: Augmentation,
  random: Random,
  out: Uint8Array,
  offset: number,
): void {
  let picture = original;
  if (distort.transform) picture = transform(picture, random);
  if (distort.colour) picture = shiftColours(picture, random);
  const [spareRows, spareColumns] = [picture.height - height, picture.width - width];
  // a mirror image reaches no further than the picture
  const [above, beside] = [picture.height, picture.width].map((size) => Math.min(reflect, size - 1)) as [
    number,
    number,
  ];
  const top = crop ? random.below(spareRows + 2 * above + 1) - above : spareRows >> 1;
  const left = crop ? random.below(spareColumns + 2 * beside + 1) - beside : spareColumns >> 1;
  const mirrored = crop && random.uniform() < 0.5;
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
  if (cutout > 0) {
    // the square lies wholly inside the picture
    const y = random.below(Math.max(height - cutout, 0) + 1);
    const x = random.below(Math.max(width - cutout, 0) + 1);
    for (let c = 0; c < channels; c++) {
      for (let i = y; i < Math.min(y + cutout, height); i++) {
        const row = offset + (c * height + i) * width;
        out.fill(128, row + x, row + Math.min(x + cutout, width));
      }
    }
  }
}

/** Nothing varied: the centre of the picture, as validation sees it. */
export const CENTRE: Augmentation = { reflect: 0, crop: false, cutout: 0, colour: false, transform: false };

/** The index inside 0 … n − 1 that mirrors i at the edges (which are not repeated). */
function reflected(i: number, n: number): number {
  return n - 1 - Math.abs(n - 1 - Math.abs(i));
}

import { sizeOf } from "../graph/shapes.ts";
import type { Picture, PictureShape } from "../networks/network.ts";
import { writeAugmented } from "./augmentation.ts";
import { Random, STREAM } from "./random.ts";
import type { Recipe } from "./recipe.ts";

export interface LabelledPicture extends Picture {
  /** The class, from 0. */
  label: number;
}

/** The input of a training step. */
export interface Batch {
  /** Bytes [batch, C, H, W]. */
  pictures: Uint8Array;
  /** The target probabilities [batch, classes]: rows sum to 1. */
  targets: Float32Array;
  labels: number[];
}

/** The training pictures in whole batches, in a new order every epoch, with augmentation. */
export class Batches {
  /** Batches in an epoch. */
  readonly count: number;
  readonly #order: Random;
  readonly #variation: Random;

  constructor(
    readonly pictures: LabelledPicture[],
    readonly recipe: Recipe,
    readonly shape: PictureShape,
    readonly classes: number,
    seed: number,
  ) {
    this.count = Math.max(1, Math.floor(pictures.length / recipe.batch));
    this.#order = new Random(seed, STREAM.order);
    this.#variation = new Random(seed, STREAM.augmentation);
  }

  /**
   * The batches of one epoch. Pictures that do not fill a batch are left out; with fewer than a batch, some are used
   * twice. A batch is valid until the next one, as all use the same arrays.
   */
  *epoch(): Generator<Batch> {
    const { shape, classes, recipe: { batch, augmentation, labelSmoothing } } = this;
    const size = sizeOf(shape);
    const order = this.#order.permutation(this.pictures.length);
    const pictures = new Uint8Array(batch * size);
    const targets = new Float32Array(batch * classes);
    for (let b = 0; b < this.count; b++) {
      const shown = Array.from(
        { length: batch },
        (_, i) => this.pictures[order[(b * batch + i) % order.length]!]!,
      );
      targets.fill(labelSmoothing / classes);
      shown.forEach((picture, i) => {
        const out = pictures.subarray(i * size, (i + 1) * size);
        writeAugmented(picture, shape, augmentation, this.#variation, out);
        const at = i * classes + picture.label;
        targets[at] = targets[at]! + 1 - labelSmoothing;
      });
      yield { pictures, targets, labels: shown.map(({ label }) => label) };
    }
  }
}

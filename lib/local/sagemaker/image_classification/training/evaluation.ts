import type { Engine } from "../graph/engine.ts";
import { sizeOf } from "../graph/shapes.ts";
import type { Learnt } from "../networks/layout.ts";
import type { Picture, PictureShape } from "../networks/network.ts";
import { writeCentre } from "./augmentation.ts";

/** Limits the memory of an evaluation: 64 pictures of 32×32 pixels. */
const PIXELS_AT_ONCE = 2 ** 16;

/**
 * The class probabilities of each picture's centre, [pictures, classes].
 *
 * @param engine with the network's `evaluationModel`
 */
export async function classProbabilities(
  engine: Engine,
  learnt: Learnt,
  pictures: Picture[],
  shape: PictureShape,
  classes: number,
): Promise<Float32Array> {
  const size = sizeOf(shape);
  const batch = Math.max(1, Math.floor(PIXELS_AT_ONCE / (shape[1] * shape[2])));
  const all = new Float32Array(pictures.length * classes);
  for (let from = 0; from < pictures.length; from += batch) {
    const part = pictures.slice(from, from + batch);
    const data = new Uint8Array(part.length * size);
    part.forEach((picture, i) => writeCentre(picture, shape, data.subarray(i * size, (i + 1) * size)));
    const { probabilities } = await engine.run({ data, ...learnt }, {}, part.length);
    all.set(probabilities!, from * classes);
  }
  return all;
}

/** The number of rows of `probabilities` whose label is among the k largest. */
export function topHits(probabilities: Float32Array, labels: number[], k: number): number {
  const classes = probabilities.length / labels.length;
  return labels.filter((label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.filter((p) => p > row[label]!).length < k;
  }).length;
}

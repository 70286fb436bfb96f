import { CENTRE, writeAugmented } from "./augmentation.ts";
import { blockSize, Engine } from "./engine.ts";
import { AlgorithmError } from "./failure.ts";
import { sizeOf } from "./graph.ts";
import { evaluationModel, initialValues, type Layout, layoutOf, lengthOf, trainingModel } from "./models.ts";
import type { Network } from "./networks.ts";
import { slotCount, stepRate } from "./optimisers.ts";
import type { LabelledPicture } from "./pictures.ts";
import { Random } from "./random.ts";
import type { Recipe } from "./recipe.ts";

/** All that a network has learnt: what `inferenceModel` needs beside its layout. */
export interface Weights {
  weights: Float32Array;
  statistics: Float32Array;
}

export interface EpochResult {
  images: number;
  seconds: number;
  loss: number;
  trainAccuracy: number;
}

/** How long signals and pipes may wait for their turn: giving it takes about a millisecond. */
const TURN_MS = 100;

/** Bounds the memory of an evaluation: 64 pictures of 32×32 pixels. */
const PIXELS_AT_ONCE = 2 ** 16;

/** Streams of random numbers, one for each use. */
const STREAM = { weights: 1, order: 2, augmentation: 3 };

type Shape3 = readonly [number, number, number];

/** Trains a network on pictures, step by step, with one ONNX graph for the step and one for evaluation. */
export class Trainer {
  readonly layout: Layout;
  readonly #order: Random;
  readonly #varied: Random;
  readonly #steps: number;
  /** What the next step reads, and where it writes: they change places after every step. */
  #now: Record<string, Float32Array>;
  #next: Record<string, Float32Array>;
  #step = 0;
  #epoch = 0;

  private constructor(
    readonly network: Network,
    readonly recipe: Recipe,
    readonly shape: Shape3,
    readonly classes: number,
    readonly pictures: LabelledPicture[],
    layout: Layout,
    seed: number,
    readonly engines: { step: Engine; evaluation: Engine },
  ) {
    this.layout = layout;
    this.#order = new Random(seed, STREAM.order);
    this.#varied = new Random(seed, STREAM.augmentation);
    this.#steps = Math.max(1, Math.floor(pictures.length / recipe.batch));
    const random = new Random(seed, STREAM.weights);
    const weights = initialValues(layout.parameters, random);
    this.#now = { weights, statistics: initialValues(layout.statistics, random) };
    for (let i = 0; i < slotCount(recipe.optimiser); i++) {
      this.#now[`slot${i}`] = new Float32Array(weights.length);
    }
    this.#next = Object.fromEntries(
      Object.entries(this.#now).map(([name, v]) => [name, new Float32Array(v.length)]),
    );
  }

  /**
   * @param options.seed the same seed, pictures, thread count and kind of processor give the same weights, bit for
   *   bit; another processor or thread count adds in another order, so that weights drift apart by rounding and the
   *   accuracy can differ as between two seeds
   */
  static async create(
    options: {
      network: Network;
      recipe: Recipe;
      shape: Shape3;
      classes: number;
      pictures: LabelledPicture[];
      seed: number;
      threads: number;
    },
  ): Promise<Trainer> {
    const { network, recipe, shape, classes, pictures, seed, threads } = options;
    const layout = layoutOf(network, shape);
    const { batch, optimiser } = recipe;
    const block = await blockSize();
    const model = trainingModel(network, layout, { batch, shape, classes, optimiser, block });
    const step = await Engine.load(model, threads);
    const evaluation = await Engine.load(evaluationModel(network, layout, shape, block), threads);
    return new Trainer(network, recipe, shape, classes, pictures, layout, seed, { step, evaluation });
  }

  /** A copy of what has been learnt so far. */
  weights(): Weights {
    return { weights: this.#now.weights!.slice(), statistics: this.#now.statistics!.slice() };
  }

  /**
   * One pass over the pictures in a new order, in whole batches; with fewer pictures than a batch, some come twice.
   * Throws an AlgorithmError when the loss is no longer a number.
   *
   * @param onBatch is told after every step; when it returns false the epoch ends there
   */
  async epoch(onBatch: (batch: number, hits: number, images: number) => boolean): Promise<EpochResult> {
    const { batch } = this.recipe;
    const start = performance.now();
    const order = this.#order.permutation(this.pictures.length);
    const bytes = new Uint8Array(batch * sizeOf(this.shape));
    const targets = new Float32Array(batch * this.classes);
    const rate = new Float32Array(1);
    const loss = new Float32Array(1);
    const probabilities = new Float32Array(batch * this.classes);
    let [images, hits, sum, steps, turn] = [0, 0, 0, 0, start];
    for (let b = 0; b < this.#steps; b++) {
      const shown = Array.from(
        { length: batch },
        (_, i) => this.pictures[order[(b * batch + i) % order.length]!]!,
      );
      this.#fill(shown, bytes, targets);
      const planned = this.recipe.rate(this.#step, this.#steps * this.recipe.epochs, this.#epoch);
      rate[0] = stepRate(this.recipe.optimiser, planned, ++this.#step);
      const next = Object.fromEntries(Object.entries(this.#next).map(([name, v]) => [`next_${name}`, v]));
      await this.engines.step.run({ ...this.#now, pictures: bytes, targets, rate }, {
        loss,
        probabilities,
        ...next,
      });
      if (!Number.isFinite(loss[0]!)) {
        throw new AlgorithmError(
          `The loss became ${loss[0]} in epoch ${this.#epoch}, batch ${b}: try a smaller learning_rate`,
        );
      }
      [this.#now, this.#next] = [this.#next, this.#now];
      images += batch;
      sum += loss[0]!;
      steps++;
      hits += topHits(probabilities, shown.map(({ label }) => label), 1);
      if (performance.now() - turn > TURN_MS) {
        await eventLoop();
        turn = performance.now();
      }
      if (!onBatch(b, hits, images)) break;
    }
    this.#epoch++;
    const seconds = (performance.now() - start) / 1000;
    return { images, seconds, loss: sum / steps, trainAccuracy: hits / images };
  }

  #fill(shown: LabelledPicture[], bytes: Uint8Array, targets: Float32Array): void {
    const { labelSmoothing, augmentation } = this.recipe;
    const size = sizeOf(this.shape);
    targets.fill(labelSmoothing / this.classes);
    shown.forEach((picture, i) => {
      writeAugmented(picture, this.shape, augmentation, this.#varied, bytes, i * size);
      const at = i * this.classes + picture.label;
      targets[at] = targets[at]! + 1 - labelSmoothing;
    });
  }

  /** Class probabilities of each picture's centre, row after row, with the running averages as inference uses them. */
  async probabilities(pictures: LabelledPicture[]): Promise<Float32Array> {
    const size = sizeOf(this.shape);
    const { weights, statistics } = this.weights();
    const all = new Float32Array(pictures.length * this.classes);
    const batch = Math.max(1, Math.floor(PIXELS_AT_ONCE / (this.shape[1] * this.shape[2])));
    for (let from = 0; from < pictures.length; from += batch) {
      const part = pictures.slice(from, from + batch);
      const bytes = new Uint8Array(part.length * size);
      part.forEach((picture, i) =>
        writeAugmented(picture, this.shape, CENTRE, this.#varied, bytes, i * size)
      );
      const out = await this.engines.evaluation.run({ data: bytes, weights, statistics }, {}, part.length);
      all.set(out.probabilities as Float32Array, from * this.classes);
    }
    return all;
  }

  /** The number of values that training adjusts. */
  get parameterCount(): number {
    return lengthOf(this.layout.parameters);
  }

  async close(): Promise<void> {
    await Promise.all([this.engines.step.close(), this.engines.evaluation.close()]);
  }
}

/**
 * Lets timers, signals and pipes have their turn. ONNX Runtime computes on this thread and comes back as an immediate,
 * and immediates alone keep the event loop from looking at anything else for seconds.
 */
function eventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** How many rows of `probabilities` have their label among the k largest. */
export function topHits(probabilities: Float32Array, labels: number[], k: number): number {
  const classes = probabilities.length / labels.length;
  return labels.filter((label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.filter((p) => p > row[label]!).length < k;
  }).length;
}

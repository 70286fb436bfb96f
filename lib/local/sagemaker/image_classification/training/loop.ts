import { AlgorithmError } from "../errors.ts";
import { blockSize, Engine } from "../graph/engine.ts";
import { evaluationModel } from "../networks/inference.ts";
import { initialValues, type Layout, layoutOf, type Learnt } from "../networks/layout.ts";
import type { Network, PictureShape } from "../networks/network.ts";
import { Batches, type LabelledPicture } from "./batches.ts";
import { EarlyStopping } from "./early_stopping.ts";
import { classProbabilities, topHits } from "./evaluation.ts";
import { slotCount, stepRate } from "./optimisers.ts";
import { Random, STREAM } from "./random.ts";
import type { Recipe } from "./recipe.ts";
import { stepModel } from "./step.ts";

export interface TrainerOptions {
  network: Network;
  recipe: Recipe;
  shape: PictureShape;
  classes: number;
  pictures: LabelledPicture[];
  /**
   * The same seed, pictures, number of threads and kind of processor give the same weights, bit for bit. With another
   * processor or number of threads sums are rounded differently, and the accuracy can differ as between two seeds.
   */
  seed: number;
  threads: number;
}

/**
 * Called after every step of an epoch, with the batch (from 0) and how many of the epoch's images so far were
 * classified correctly. Returning false ends the epoch.
 */
export type StepListener = (batch: number, hits: number, images: number) => boolean;

export interface EpochResult {
  images: number;
  seconds: number;
  /** Mean over the steps. */
  loss: number;
  trainAccuracy: number;
}

/** An epoch with its evaluation. */
export interface EvaluatedEpoch extends EpochResult {
  /** From 0. */
  epoch: number;
  /** For the validation pictures, [pictures, classes]. */
  probabilities: Float32Array;
  accuracy: number;
  /** The highest accuracy so far, and whether it is this epoch's. */
  best: number;
  improved: boolean;
  /** Whether early stopping ends training with this epoch. */
  stopsEarly: boolean;
}

/** How long signals and pipes wait for the event loop, which takes about a millisecond. */
const TURN_MS = 100;

/** Trains a network on pictures, with an ONNX graph for the step and another one for evaluation. */
export class Trainer {
  readonly #batches: Batches;
  /** Counted over the whole training, for the learning rate. */
  #step = 0;
  #epoch = 0;
  /** The vectors that the next step reads, and those that it writes: swapped after every step. */
  #now: Learnt & Record<string, Float32Array>;
  #next: Learnt & Record<string, Float32Array>;

  private constructor(
    readonly options: TrainerOptions,
    readonly layout: Layout,
    readonly engines: { step: Engine; evaluation: Engine },
  ) {
    const { recipe, shape, classes, pictures, seed } = options;
    this.#batches = new Batches(pictures, recipe, shape, classes, seed);
    const random = new Random(seed, STREAM.weights);
    const weights = initialValues(layout.parameters, random);
    const statistics = initialValues(layout.statistics, random);
    const slots = Array.from(
      { length: slotCount(recipe.optimiser) },
      (_, i) => [`slot${i}`, new Float32Array(weights.length)],
    );
    this.#now = { weights, statistics, ...Object.fromEntries(slots) };
    this.#next = structuredClone(this.#now);
  }

  static async create(options: TrainerOptions): Promise<Trainer> {
    const { network, recipe: { batch, optimiser }, shape, classes, threads } = options;
    const layout = layoutOf(network, shape);
    const block = await blockSize();
    const step = stepModel(network, layout, { batch, shape, classes, optimiser, block });
    const evaluation = evaluationModel(network, layout, shape, block);
    return new Trainer(options, layout, {
      step: await Engine.load(step, threads),
      evaluation: await Engine.load(evaluation, threads),
    });
  }

  /**
   * The training loop. Yields every epoch with its evaluation on the validation pictures, until the recipe's epochs are
   * done, early stopping ends it, or `signal` is aborted. An aborted epoch is not yielded.
   *
   * @param listen returns the listener for an epoch
   */
  async *epochs(
    validation: LabelledPicture[],
    listen: (epoch: number) => StepListener,
    signal: AbortSignal,
  ): AsyncGenerator<EvaluatedEpoch> {
    const labels = validation.map(({ label }) => label);
    const { epochs, earlyStopping } = this.options.recipe;
    const stopping = earlyStopping && new EarlyStopping(earlyStopping);
    let best = -1;
    for (let epoch = 0; epoch < epochs && !signal.aborted; epoch++) {
      const result = await this.epoch(listen(epoch));
      if (signal.aborted) return;
      const probabilities = await this.probabilities(validation);
      const accuracy = topHits(probabilities, labels, 1) / labels.length;
      const improved = accuracy > best;
      best = Math.max(best, accuracy);
      const stopsEarly = stopping?.done(accuracy) ?? false;
      yield { ...result, epoch, probabilities, accuracy, best, improved, stopsEarly };
      if (stopsEarly) return;
    }
  }

  /** One pass over the pictures. Throws an AlgorithmError when the loss is no longer a number. */
  async epoch(onStep: StepListener): Promise<EpochResult> {
    const { recipe, classes } = this.options;
    const { batch, optimiser } = recipe;
    const steps = this.#batches.count * recipe.epochs;
    const rate = new Float32Array(1);
    const loss = new Float32Array(1);
    const probabilities = new Float32Array(batch * classes);
    const start = performance.now();
    let turn = start;
    let [done, hits, sum] = [0, 0, 0];
    for (const { pictures, targets, labels } of this.#batches.epoch()) {
      const planned = recipe.rate(this.#step, steps, this.#epoch);
      rate[0] = stepRate(optimiser, planned, ++this.#step);
      const next = Object.entries(this.#next).map(([name, vector]) => [`next_${name}`, vector]);
      const fetches = { loss, probabilities, ...Object.fromEntries(next) };
      await this.engines.step.run({ ...this.#now, pictures, targets, rate }, fetches);
      if (!Number.isFinite(loss[0]!)) {
        throw new AlgorithmError(
          `The loss became ${loss[0]} in epoch ${this.#epoch}, batch ${done}: try a smaller learning_rate`,
        );
      }
      [this.#now, this.#next] = [this.#next, this.#now];
      sum += loss[0]!;
      hits += topHits(probabilities, labels, 1);
      if (performance.now() - turn > TURN_MS) {
        await eventLoop();
        turn = performance.now();
      }
      done++;
      if (!onStep(done - 1, hits, done * batch)) break;
    }
    this.#epoch++;
    const images = done * batch;
    const seconds = (performance.now() - start) / 1000;
    return { images, seconds, loss: sum / done, trainAccuracy: hits / images };
  }

  /** The class probabilities of each picture's centre, [pictures, classes], as in inference. */
  probabilities(pictures: LabelledPicture[]): Promise<Float32Array> {
    const { shape, classes } = this.options;
    return classProbabilities(this.engines.evaluation, this.#now, pictures, shape, classes);
  }

  /** A copy of the current vectors: the next steps overwrite the originals. */
  learnt(): Learnt {
    return { weights: this.#now.weights.slice(), statistics: this.#now.statistics.slice() };
  }

  async close(): Promise<void> {
    await Promise.all([this.engines.step.close(), this.engines.evaluation.close()]);
  }
}

/**
 * Lets timers, signals and pipes run. ONNX Runtime computes on this thread and resolves by immediates, which alone keep
 * the event loop from anything else for seconds.
 */
function eventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

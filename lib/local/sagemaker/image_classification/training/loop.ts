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
   * The same seed, pictures, thread count and kind of processor give the same weights, bit for bit; another processor
   * or thread count adds in another order, so that weights drift apart by rounding and the accuracy can differ as
   * between two seeds.
   */
  seed: number;
  threads: number;
}

/**
 * Told after every step of an epoch which batch it was (from 0), and how many of the epoch's pictures so far were
 * classified correctly. When it returns false the epoch ends there.
 */
export type StepListener = (batch: number, hits: number, images: number) => boolean;

export interface EpochResult {
  images: number;
  seconds: number;
  /** The mean over the steps. */
  loss: number;
  trainAccuracy: number;
}

/** An epoch with its evaluation. */
export interface EvaluatedEpoch extends EpochResult {
  /** From 0. */
  epoch: number;
  /** Of the validation pictures, row after row [pictures, classes]. */
  probabilities: Float32Array;
  accuracy: number;
  /** The highest accuracy so far, and whether this epoch has raised it. */
  best: number;
  improved: boolean;
  /** Whether early stopping ends training with this epoch. */
  stopsEarly: boolean;
}

/** How long signals and pipes may wait for their turn: giving it takes about a millisecond. */
const TURN_MS = 100;

/** Trains a network on pictures, step by step, with one ONNX graph for the step and one for evaluation. */
export class Trainer {
  readonly #batches: Batches;
  /** Counted over the whole training, for the learning rate. */
  #step = 0;
  #epoch = 0;
  /** What the next step reads, and where it writes: they change places after every step. */
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
   * The training loop: epoch after epoch, each evaluated on the validation pictures, until the recipe's epochs are
   * over, early stopping ends it, or `signal` is aborted. An epoch that was cut short is not yielded.
   *
   * @param listen makes the listener of each epoch
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

  /** Class probabilities of each picture's centre, row after row, with the running averages as inference uses them. */
  probabilities(pictures: LabelledPicture[]): Promise<Float32Array> {
    const { shape, classes } = this.options;
    return classProbabilities(this.engines.evaluation, this.#now, pictures, shape, classes);
  }

  /** A copy of what has been learnt so far: the next steps write into the originals. */
  learnt(): Learnt {
    return { weights: this.#now.weights.slice(), statistics: this.#now.statistics.slice() };
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

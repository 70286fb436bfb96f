import { join } from "node:path";
import { AlgorithmError, ClientError } from "../errors.ts";
import { lengthOf } from "../networks/layout.ts";
import { whiteningOf } from "../networks/whitening.ts";
import type { LabelledPicture } from "../training/batches.ts";
import { topHits } from "../training/evaluation.ts";
import { type StepListener, Trainer } from "../training/loop.ts";
import type { Recipe } from "../training/recipe.ts";
import { classNames, MODEL_FILE, writeCheckpoint, writeModel } from "./artifact.ts";
import { checkChannels, readChannel } from "./channels.ts";
import { networkOf, recipeOf } from "./choices.ts";
import { wholeNumber } from "./environment.ts";
import { failureReason, writeFailure } from "./failure_file.ts";
import { defaultConfiguration, type Hyperparameters, readHyperparameters } from "./hyperparameters.ts";
import { batchLine, info, metricLine, pythonDictionary } from "./log_lines.ts";

/** Batches between two progress lines, as in AWS's log. */
const BATCHES_PER_LINE = 20;

/** The settings of a training process beside the files below the root. */
export interface TrainOptions {
  /** The folder that replaces /opt/ml. */
  root: string;
  /** The text of SCONES_SEED: a whole number below 2³², 0 by default. */
  seed?: string;
  threads: number;
  /** SCONES_CLASSES: the names of the classes, separated by commas; ignored if their number does not fit. */
  classes?: string;
  /** Aborted by SIGTERM: training ends after the current step, and the model so far is kept. */
  signal: AbortSignal;
}

/**
 * SageMaker's `train`: reads configuration and data below the root, trains, and writes the model. Returns the exit
 * status; the reason of a failure is in `output/failure`.
 */
export async function train(options: TrainOptions): Promise<number> {
  try {
    await run(options);
    return 0;
  } catch (error) {
    const reason = failureReason(error);
    info(reason);
    if (!(error instanceof ClientError || error instanceof AlgorithmError)) console.error(error);
    await writeFailure(options.root, reason);
    return 1;
  }
}

async function run(options: TrainOptions): Promise<void> {
  const { root, threads, signal } = options;
  const seed = wholeNumber("SCONES_SEED", options.seed, 2 ** 32 - 1);
  console.log("Docker entrypoint called with argument(s): train");
  console.log("Running default environment configuration script");
  const hyperparameters = readConfiguration(await readConfig(root, "hyperparameters.json"));
  checkChannels(await readConfig(root, "inputdataconfig.json"));
  const { hosts } = await readConfig(root, "resourceconfig.json");
  if (hosts?.length > 1) {
    throw new ClientError(
      `Training on ${hosts.length} instances is not supported by the local algorithm: use one`,
    );
  }
  const train = await readChannel(root, "train", hyperparameters);
  const validation = await readChannel(root, "validation", hyperparameters);
  if (train.length !== hyperparameters.num_training_samples) {
    info(
      `num_training_samples is ${hyperparameters.num_training_samples}, but train.lst lists ${train.length} images`,
    );
  }
  if (signal.aborted) return info("Stopped by SIGTERM before training began: there is no model");
  const { num_classes: classes, image_shape: shape } = hyperparameters;
  const network = networkOf(hyperparameters, () => whiteningOf(train, shape[0]));
  const recipe = recipeOf(hyperparameters);
  logParameters(hyperparameters, recipe);
  const trainer = await Trainer.create({ network, recipe, shape, classes, pictures: train, seed, threads });
  info(
    `network: ${network.description}, ${lengthOf(trainer.layout.parameters)} parameters, ${threads} threads`,
  );
  info(`recipe: ${recipe.description}`);
  try {
    const names = classNames(classes, options.classes);
    await trainToModel(trainer, validation, hyperparameters, names, join(root, "model"), signal);
  } finally {
    await trainer.close();
  }
  if (signal.aborted) info("Stopped by SIGTERM: the model so far is kept");
}

/**
 * Trains and logs in AWS's order, writes checkpoints, and writes the model to `folder`: by the recipe that of the best
 * validation epoch or the last one.
 */
async function trainToModel(
  trainer: Trainer,
  validation: LabelledPicture[],
  { top_k, checkpoint_frequency }: Hyperparameters,
  names: string[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const labels = validation.map(({ label }) => label);
  const keepsBest = trainer.options.recipe.keeps === "best";
  let written = false;
  const write = async () => {
    await writeModel(folder, trainer, names);
    logSaved(MODEL_FILE);
    written = true;
  };
  for await (const result of trainer.epochs(validation, (epoch) => progress(epoch, signal), signal)) {
    const { epoch, accuracy, best } = result;
    info(metricLine(epoch, "Train-accuracy", result.trainAccuracy));
    info(`Epoch[${epoch}] Time cost=${result.seconds.toFixed(3)}`);
    info(metricLine(epoch, "Validation-accuracy", accuracy));
    if (top_k) {
      const share = topHits(result.probabilities, labels, top_k) / labels.length;
      info(metricLine(epoch, `Validation-top_k_accuracy_${top_k}`, share));
    }
    if (keepsBest && result.improved) {
      info(`Storing the best model with validation accuracy: ${accuracy.toFixed(6)}`);
      await write();
    }
    if (checkpoint_frequency && (epoch + 1) % checkpoint_frequency === 0) {
      logSaved(await writeCheckpoint(folder, trainer, names, epoch));
    }
    if (result.stopsEarly) {
      info(`Early stopping after epoch ${epoch}: the best validation accuracy is ${best.toFixed(6)}`);
    }
  }
  if (!written) await write();
}

function logSaved(file: string): void {
  info(`Saved checkpoint to "/opt/ml/model/${file}"`);
}

/** Logs every 20th batch with the speed and accuracy since the previous line; ends the epoch when aborted. */
function progress(epoch: number, signal: AbortSignal): StepListener {
  let [since, lastHits, lastImages] = [performance.now(), 0, 0];
  return (batch, hits, images) => {
    if (batch > 0 && batch % BATCHES_PER_LINE === 0) {
      const now = performance.now();
      const speed = (images - lastImages) / ((now - since) / 1000);
      info(batchLine(epoch, batch, speed, (hits - lastHits) / (images - lastImages)));
      [since, lastHits, lastImages] = [now, hits, images];
    }
    return !signal.aborted;
  };
}

/** Logs the configurations like AWS; returns the final one, checked. */
function readConfiguration(given: Record<string, string>): Hyperparameters {
  const defaults = defaultConfiguration();
  info(`Reading default configuration from default-input.json: ${pythonDictionary(defaults)}`);
  info(
    `Merging with provided configuration from /opt/ml/input/config/hyperparameters.json: ${
      pythonDictionary(given)
    }`,
  );
  info(`Final configuration: ${pythonDictionary({ ...defaults, ...given })}`);
  return readHyperparameters(given);
}

/** Logs the parameters in use, of which the recipe may have set some. */
function logParameters(h: Hyperparameters, recipe: Recipe): void {
  info("---- Parameters ----");
  const parameters = {
    num_layers: h.num_layers ?? "not given",
    epochs: recipe.epochs,
    optimizer: recipe.optimiser.optimizer,
    momentum: recipe.optimiser.momentum,
    weight_decay: recipe.optimiser.weight_decay,
    learning_rate: recipe.peakRate,
    mini_batch_size: recipe.batch,
    image_shape: h.image_shape.join(","),
    num_classes: h.num_classes,
    num_training_samples: h.num_training_samples,
    augmentation_type: h.augmentation_type ?? "None",
    resize: h.resize ?? "None",
    top_k: h.top_k ?? "None",
    checkpoint_frequency: h.checkpoint_frequency ?? "None",
    early_stopping: h.early_stopping ? "True" : "False",
    kv_store: "device",
  };
  for (const [name, value] of Object.entries(parameters)) info(`${name}: ${value}`);
  info("--------------------");
}

async function readConfig(root: string, name: string) {
  try {
    return JSON.parse(await Deno.readTextFile(join(root, "input", "config", name)));
  } catch (error) {
    throw new ClientError(`/opt/ml/input/config/${name} cannot be read: ${(error as Error).message}`);
  }
}

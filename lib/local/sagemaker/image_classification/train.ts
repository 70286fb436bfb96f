import { join } from "node:path";
import { classNames } from "./artifact.ts";
import { checkChannels, findList, parseList } from "./channels.ts";
import { wholeNumber } from "./environment.ts";
import { AlgorithmError, ClientError, failureReason } from "./failure.ts";
import { fit } from "./fit.ts";
import { defaultConfiguration, type Hyperparameters, readHyperparameters } from "./hyperparameters.ts";
import { info, pythonDictionary } from "./log.ts";
import { networkOf } from "./networks.ts";
import { type LabelledPicture, readPictures } from "./pictures.ts";
import { type Recipe, recipeOf } from "./recipe.ts";
import { Trainer } from "./trainer.ts";
import { whiteningOf } from "./whitening.ts";

/** What the process was told beside the files. */
export interface TrainOptions {
  /** The folder that stands for /opt/ml. */
  root: string;
  /** SCONES_SEED as it was given: a whole number below 2³², 0 by default. */
  seed?: string;
  threads: number;
  /** Names of the classes, comma-separated; anything else than one per class is not used. */
  classes?: string;
  /** Aborted by SIGTERM: training ends at the next step and keeps the model so far. */
  signal: AbortSignal;
}

/**
 * SageMaker's `train`: reads configuration and data below the root, trains, writes the model. Returns the exit
 * status; a failure's reason is in `output/failure`.
 */
export async function train(options: TrainOptions): Promise<number> {
  try {
    await run(options);
    return 0;
  } catch (error) {
    const reason = failureReason(error);
    info(reason);
    if (!(error instanceof ClientError || error instanceof AlgorithmError)) console.error(error);
    await Deno.mkdir(join(options.root, "output"), { recursive: true });
    await Deno.writeTextFile(join(options.root, "output", "failure"), reason);
    return 1;
  }
}

async function run(options: TrainOptions): Promise<void> {
  const { root, signal } = options;
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
      `num_training_samples is ${hyperparameters.num_training_samples}, but train.lst holds ${train.length} images`,
    );
  }
  if (signal.aborted) return info("Stopped by SIGTERM before training began: there is no model");
  const [channels] = hyperparameters.image_shape;
  const network = networkOf(hyperparameters, () => whiteningOf(train, channels));
  const recipe = recipeOf(hyperparameters);
  logParameters(hyperparameters, recipe);
  const trainer = await Trainer.create({
    network,
    recipe,
    shape: hyperparameters.image_shape,
    classes: hyperparameters.num_classes,
    pictures: train,
    seed,
    threads: options.threads,
  });
  info(`network: ${network.description}, ${trainer.parameterCount} parameters, ${options.threads} threads`);
  info(`recipe: ${recipe.description}`);
  try {
    await fit(trainer, {
      hyperparameters,
      validation,
      names: classNames(hyperparameters.num_classes, options.classes),
      folder: join(root, "model"),
      signal,
    });
  } finally {
    await trainer.close();
  }
  if (signal.aborted) info("Stopped by SIGTERM: the model so far is kept");
}

/** Prints the configurations as AWS does and returns the final one, checked. */
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

/** Prints the parameters that this training uses: a recipe may set its own number of epochs. */
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

/** The pictures of `train` or `validation` with their labels, in the order of the .lst file. */
async function readChannel(root: string, channel: string, h: Hyperparameters): Promise<LabelledPicture[]> {
  const data = join(root, "input", "data");
  info(`Searching for .lst files in /opt/ml/input/data/${channel}_lst.`);
  const file = await findList(join(data, `${channel}_lst`), `${channel}_lst`);
  info(`Creating record files for ${file}`);
  const text = await Deno.readTextFile(join(data, `${channel}_lst`, file));
  const listed = parseList(text, file, h.num_classes);
  const pictures = await readPictures(join(data, channel), listed, h.image_shape, h.resize);
  info("Done creating record files...");
  return pictures;
}

async function readConfig(root: string, name: string) {
  try {
    return JSON.parse(await Deno.readTextFile(join(root, "input", "config", name)));
  } catch (error) {
    throw new ClientError(`/opt/ml/input/config/${name} cannot be read: ${(error as Error).message}`);
  }
}

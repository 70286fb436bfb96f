import type { Augmentation } from "./augmentation.ts";
import type { HyperparameterName, Hyperparameters } from "./hyperparameters.ts";
import type { OptimiserSettings } from "./optimisers.ts";

/** How a network is trained. */
export interface Recipe {
  description: string;
  epochs: number;
  batch: number;
  optimiser: OptimiserSettings;
  /** The largest learning rate. */
  peakRate: number;
  /** Learning rate at a step of `total`, both counted over the whole training, in the given epoch (from 0). */
  rate(step: number, total: number, epoch: number): number;
  labelSmoothing: number;
  augmentation: Augmentation;
  /** Which weights become the model: the last, or those of the best validation epoch. */
  keeps: "last" | "best";
}

/** Whoever gives one of these asks for AWS's own schedule: nothing of the local recipe is mixed in. */
const OF_AWS: HyperparameterName[] = [
  "num_layers",
  "optimizer",
  "learning_rate",
  "lr_scheduler_factor",
  "lr_scheduler_step",
  "momentum",
  "weight_decay",
  "beta_1",
  "beta_2",
  "eps",
  "gamma",
  "augmentation_type",
];

/**
 * AWS's schedule when a hyperparameter asks for it: its optimiser, a learning rate in steps, its augmentation, and
 * the best validation epoch as the model. Else the local recipe, in which `epochs` and `mini_batch_size` still count
 * when given. It keeps the last weights: the validation channel of this workflow holds the test pictures, and
 * choosing an epoch by them would flatter the result.
 */
export function recipeOf(hyperparameters: Hyperparameters): Recipe {
  return hyperparameters.early_stopping || OF_AWS.some((name) => hyperparameters.given.has(name))
    ? awsRecipe(hyperparameters)
    : localRecipe(hyperparameters);
}

function awsRecipe(h: Hyperparameters): Recipe {
  return {
    description: `${h.optimizer}, learning rate ${h.learning_rate}, best validation epoch kept`,
    epochs: h.epochs,
    batch: h.mini_batch_size,
    optimiser: h,
    peakRate: h.learning_rate,
    rate: (_step, _total, epoch) =>
      h.learning_rate * h.lr_scheduler_factor ** h.lr_scheduler_step.filter((at) => epoch >= at).length,
    labelSmoothing: 0,
    augmentation: { reflect: 0, cutout: 0, ...colourAndShape(h) },
    keeps: "best",
  };
}

function colourAndShape({ augmentation_type: type }: Hyperparameters) {
  return {
    crop: type !== undefined,
    colour: type === "crop_color" || type === "crop_color_transform",
    transform: type === "crop_color_transform",
  };
}

/** Chosen by the mean accuracy on splits of the training data other than the published one. */
function localRecipe({ given, epochs, mini_batch_size }: Hyperparameters): Recipe {
  const peak = 0.05;
  const warmUp = 0.2; // share of all steps
  return {
    description:
      "the local default, as no hyperparameter asks for AWS's: one cycle of Nesterov SGD, label smoothing, " +
      "flip, crop and cutout, last weights kept",
    epochs: given.has("epochs") ? epochs : 32,
    batch: mini_batch_size,
    optimiser: {
      optimizer: "nag",
      momentum: 0.9,
      weight_decay: 5e-4,
      gamma: 0,
      beta_1: 0,
      beta_2: 0,
      eps: 0,
    },
    rate(step, total) {
      const done = step / total;
      if (done < warmUp) return peak * (0.04 + 0.96 * done / warmUp);
      return peak * 0.5 * (1 + Math.cos(Math.PI * (done - warmUp) / (1 - warmUp)));
    },
    peakRate: peak,
    labelSmoothing: 0.1,
    augmentation: { reflect: 4, crop: true, cutout: 8, colour: false, transform: false },
    keeps: "last",
  };
}

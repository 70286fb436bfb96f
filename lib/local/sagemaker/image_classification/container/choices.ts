/** Chooses the network and the recipe by the hyperparameters. */
import { ClientError } from "../errors.ts";
import { compactNetwork, LEAST_SIDE } from "../networks/compact.ts";
import type { Network } from "../networks/network.ts";
import { resNet } from "../networks/resnet.ts";
import type { Whitening } from "../networks/whitening.ts";
import { NO_AUGMENTATION } from "../training/augmentation.ts";
import { LOCAL_RECIPE, type Recipe } from "../training/recipe.ts";
import type { HyperparameterName, Hyperparameters } from "./hyperparameters.ts";

/**
 * The ResNet that AWS would build if `num_layers` is given, else the compact network.
 * @param whitening called for the compact network only, as it reads all training pictures
 */
export function networkOf(
  { num_layers, num_classes, image_shape }: Hyperparameters,
  whitening: () => Whitening,
): Network {
  const [, height, width] = image_shape;
  if (num_layers !== undefined) return resNet(num_layers, num_classes, height);
  if (Math.min(height, width) < LEAST_SIDE) {
    throw new ClientError(
      `image_shape ${
        image_shape.join(",")
      } is too small for the compact local network, which needs at least ` +
        `${LEAST_SIDE} pixels each way; give num_layers to train a ResNet`,
    );
  }
  return compactNetwork(num_classes, whitening());
}

/** If any of these is given, AWS's schedule is used, and nothing of the local recipe. */
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
 * AWS's schedule if a hyperparameter of it is given, else the local recipe, with `epochs` and `mini_batch_size` if they
 * are given.
 */
export function recipeOf(h: Hyperparameters): Recipe {
  if (h.early_stopping || OF_AWS.some((name) => h.given.has(name))) return awsRecipe(h);
  return {
    ...LOCAL_RECIPE,
    epochs: h.given.has("epochs") ? h.epochs : LOCAL_RECIPE.epochs,
    batch: h.given.has("mini_batch_size") ? h.mini_batch_size : LOCAL_RECIPE.batch,
  };
}

/** AWS's optimiser, a learning rate in steps, its augmentation, and the best validation epoch as the model. */
function awsRecipe(h: Hyperparameters): Recipe {
  const type = h.augmentation_type;
  return {
    description: `${h.optimizer}, learning rate ${h.learning_rate}, best validation epoch kept`,
    epochs: h.epochs,
    batch: h.mini_batch_size,
    optimiser: h,
    peakRate: h.learning_rate,
    rate: (_step, _total, epoch) =>
      h.learning_rate * h.lr_scheduler_factor ** h.lr_scheduler_step.filter((at) => epoch >= at).length,
    labelSmoothing: 0,
    augmentation: {
      ...NO_AUGMENTATION,
      crop: type !== undefined,
      colour: type === "crop_color" || type === "crop_color_transform",
      transform: type === "crop_color_transform",
    },
    keeps: "best",
    earlyStopping: h,
  };
}

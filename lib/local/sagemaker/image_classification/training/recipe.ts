import type { Augmentation } from "./augmentation.ts";
import type { EarlyStoppingSettings } from "./early_stopping.ts";
import type { OptimiserSettings } from "./optimisers.ts";

/** How a network is trained: every setting but the seed. */
export interface Recipe {
  description: string;
  epochs: number;
  /** Pictures in a batch. */
  batch: number;
  optimiser: OptimiserSettings;
  /** The largest learning rate. */
  peakRate: number;
  /** Learning rate at a step of `total`, both counted over the whole training, in the given epoch (from 0). */
  rate(step: number, total: number, epoch: number): number;
  /** The share of each target that is spread evenly over all classes. */
  labelSmoothing: number;
  augmentation: Augmentation;
  /** Which weights become the model: the last, or those of the best validation epoch. */
  keeps: "last" | "best";
  /** Without it every epoch is trained. */
  earlyStopping?: EarlyStoppingSettings;
}

const PEAK_RATE = 0.05;

/**
 * What is used when no hyperparameter asks for AWS's schedule. The numbers were chosen by the mean accuracy on splits
 * of the training data other than the published one.
 */
export const LOCAL_RECIPE: Recipe = {
  description:
    "the local default, as no hyperparameter asks for AWS's: one cycle of Nesterov SGD, label smoothing, " +
    "flip, crop and cutout, last weights kept",
  epochs: 32, // as accurate as 40
  batch: 32, // AWS's default of mini_batch_size
  optimiser: {
    optimizer: "nag", // SGD with Nesterov's momentum
    momentum: 0.9,
    weight_decay: 5e-4,
    gamma: 0, // of rmsprop
    beta_1: 0, // of adam, as the next two
    beta_2: 0,
    eps: 0,
  },
  peakRate: PEAK_RATE,
  rate: oneCycle(PEAK_RATE, 0.2), // rising slowly, as the first gradients of a new network are wild
  labelSmoothing: 0.1, // against overconfidence: probabilities near 1 would say little about a picture
  augmentation: {
    reflect: 4, // an object may lie up to four pixels off its place
    crop: true, // a random place, and half of the time mirrored
    cutout: 8, // a quarter of 32 pixels: no single part of an object may decide
    colour: false,
    transform: false,
  },
  keeps: "last", // the validation channel of this workflow holds the test pictures: choosing by them would flatter
};

/** A learning rate that rises in a straight line for the share `warmUp` of all steps, then falls as a cosine to 0. */
function oneCycle(peak: number, warmUp: number): Recipe["rate"] {
  return (step, total) => {
    const done = step / total;
    if (done < warmUp) return peak * (0.04 + 0.96 * done / warmUp);
    return peak * 0.5 * (1 + Math.cos(Math.PI * (done - warmUp) / (1 - warmUp)));
  };
}

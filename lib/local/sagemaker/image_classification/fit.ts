import { checkpointFile, exportModel, MODEL_FILE, writeModel, writeWhole } from "./artifact.ts";
import { EarlyStopping } from "./early_stopping.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import { batchLine, info, metricLine } from "./log.ts";
import type { LabelledPicture } from "./pictures.ts";
import { topHits, type Trainer } from "./trainer.ts";

/** How many batches pass between two progress lines, as in AWS's log. */
const BATCHES_PER_LINE = 20;

export interface FitOptions {
  hyperparameters: Hyperparameters;
  validation: LabelledPicture[];
  /** Names of the classes in label order. */
  names: string[];
  /** Where model.onnx and what belongs to it are written. */
  folder: string;
  /** When aborted, training ends at the next step and the model so far is written. */
  signal: AbortSignal;
}

/**
 * All epochs: trains, validates, logs in AWS's order, keeps checkpoints and writes the model. The model is the best
 * validation epoch's or the last one's, as the recipe says.
 */
export async function fit(trainer: Trainer, options: FitOptions): Promise<void> {
  const { hyperparameters, validation, names, folder, signal } = options;
  const { recipe } = trainer;
  const earlyStopping = new EarlyStopping(hyperparameters);
  const labels = validation.map(({ label }) => label);
  let best: number | undefined;
  for (let epoch = 0; epoch < recipe.epochs && !signal.aborted; epoch++) {
    const result = await trainer.epoch(progress(epoch, signal));
    if (signal.aborted) break;
    info(metricLine(epoch, "Train-accuracy", result.trainAccuracy));
    info(`Epoch[${epoch}] Time cost=${result.seconds.toFixed(3)}`);
    const probabilities = await trainer.probabilities(validation);
    const accuracy = topHits(probabilities, labels, 1) / labels.length;
    info(metricLine(epoch, "Validation-accuracy", accuracy));
    const { top_k, checkpoint_frequency } = hyperparameters;
    if (top_k) {
      const share = topHits(probabilities, labels, top_k) / labels.length;
      info(metricLine(epoch, `Validation-top_k_accuracy_${top_k}`, share));
    }
    if (recipe.keeps === "best" && accuracy > (best ?? -1)) {
      best = accuracy;
      info(`Storing the best model with validation accuracy: ${accuracy.toFixed(6)}`);
      await writeModel(folder, trainer, trainer.weights(), names);
      saved(MODEL_FILE);
    }
    if (checkpoint_frequency && (epoch + 1) % checkpoint_frequency === 0) {
      const file = checkpointFile(epoch);
      await writeWhole(folder, file, exportModel(trainer, trainer.weights(), names));
      saved(file);
    }
    if (earlyStopping.done(accuracy)) {
      info(`Early stopping after epoch ${epoch}: the best validation accuracy is ${best?.toFixed(6)}`);
      break;
    }
  }
  if (best !== undefined) return; // the best epoch's model is written already
  await writeModel(folder, trainer, trainer.weights(), names);
  saved(MODEL_FILE);
}

function saved(file: string): void {
  info(`Saved checkpoint to "/opt/ml/model/${file}"`);
}

/** Logs every 20th batch with the speed and accuracy since the line before; ends the epoch when aborted. */
function progress(epoch: number, signal: AbortSignal) {
  let [since, lastHits, lastImages] = [performance.now(), 0, 0];
  return (batch: number, hits: number, images: number): boolean => {
    if (batch > 0 && batch % BATCHES_PER_LINE === 0) {
      const now = performance.now();
      const speed = (images - lastImages) / ((now - since) / 1000);
      info(batchLine(epoch, batch, speed, (hits - lastHits) / (images - lastImages)));
      [since, lastHits, lastImages] = [now, hits, images];
    }
    return !signal.aborted;
  };
}

import assert from "node:assert/strict";
import { readHyperparameters } from "../../../../../lib/local/sagemaker/image_classification/container/hyperparameters.ts";
import { EarlyStopping } from "../../../../../lib/local/sagemaker/image_classification/training/early_stopping.ts";

Deno.test("early stopping waits for the first epochs, then for patience", () => {
  const settings = readHyperparameters({
    num_classes: "2",
    num_training_samples: "1",
    early_stopping: "True",
    early_stopping_min_epochs: "3",
    early_stopping_patience: "2",
    early_stopping_tolerance: "0.1",
  });
  const stopping = new EarlyStopping(settings);
  assert.deepEqual(
    [0.5, 0.52, 0.54].map((a) => stopping.done(a)),
    [false, false, true],
    "less than a tenth better",
  );
  const better = new EarlyStopping(settings);
  assert.deepEqual([0.5, 0.6, 0.7, 0.7, 0.7].map((a) => better.done(a)), [false, false, false, false, true]);
  const off = new EarlyStopping({ ...settings, early_stopping: false });
  assert.ok(Array(20).fill(0.5).every((a) => !off.done(a)));
});

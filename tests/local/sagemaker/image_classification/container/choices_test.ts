import assert from "node:assert/strict";
import {
  networkOf,
  recipeOf,
} from "../../../../../lib/local/sagemaker/image_classification/container/choices.ts";
import { readHyperparameters } from "../../../../../lib/local/sagemaker/image_classification/container/hyperparameters.ts";

const REFERENCE = { image_shape: "3,32,32", num_classes: "2", num_training_samples: "1000" };

Deno.test("the compact network refuses pictures that are too small", () => {
  const h = (side: number) =>
    readHyperparameters({ num_classes: "2", num_training_samples: "1", image_shape: `3,${side},${side}` });
  assert.throws(() => networkOf(h(8), () => assert.fail()), /at least 9 pixels/);
});

Deno.test("AWS's schedule when one of its hyperparameters is given, else the local recipe", () => {
  const local = recipeOf(readHyperparameters({ ...REFERENCE, epochs: "7", mini_batch_size: "16" }));
  assert.equal(local.keeps, "last");
  assert.equal(local.epochs, 7);
  assert.equal(local.batch, 16);
  assert.ok(local.labelSmoothing > 0);

  const given = { learning_rate: "0.1", lr_scheduler_step: "2,4", lr_scheduler_factor: "0.5" };
  const aws = recipeOf(readHyperparameters({ ...REFERENCE, ...given }));
  assert.equal(aws.keeps, "best");
  assert.equal(aws.epochs, 30);
  assert.equal(aws.labelSmoothing, 0);
  assert.deepEqual(aws.augmentation, { reflect: 0, cutout: 0, crop: false, colour: false, transform: false });
  assert.deepEqual([0, 1, 2, 3, 4].map((epoch) => aws.rate(0, 1, epoch)), [0.1, 0.1, 0.05, 0.05, 0.025]);
});

Deno.test("the local recipe's learning rate rises, then falls to nothing", () => {
  const { rate, peakRate } = recipeOf(readHyperparameters(REFERENCE));
  const rates = Array.from({ length: 100 }, (_, step) => rate(step, 100, 0));
  assert.equal(Math.max(...rates), peakRate);
  assert.ok(rates[0]! < peakRate / 10 && rates[99]! < peakRate / 100);
});

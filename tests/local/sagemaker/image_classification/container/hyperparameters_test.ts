import assert from "node:assert/strict";
import { ClientError } from "../../../../../lib/local/sagemaker/image_classification/errors.ts";
import {
  defaultConfiguration,
  readHyperparameters,
  RULES,
} from "../../../../../lib/local/sagemaker/image_classification/container/hyperparameters.ts";

const REFERENCE = { image_shape: "3,32,32", num_classes: "2", num_training_samples: "1000" };

function refused(given: Record<string, string>, message: RegExp): void {
  assert.throws(() => readHyperparameters({ ...REFERENCE, ...given }), (error: unknown) => {
    assert.ok(error instanceof ClientError);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("the reference hyperparameters, with AWS's defaults for the rest", () => {
  const h = readHyperparameters(REFERENCE);
  assert.deepEqual(h.image_shape, [3, 32, 32]);
  assert.equal(h.num_training_samples, 1000);
  assert.equal(h.epochs, 30);
  assert.equal(h.learning_rate, 0.1);
  assert.equal(h.num_layers, undefined);
  assert.deepEqual(h.lr_scheduler_step, []);
  assert.deepEqual([...h.given].sort(), ["image_shape", "num_classes", "num_training_samples"]);
});

Deno.test("every documented hyperparameter is known", () => {
  assert.equal(Object.keys(RULES).length, 29);
  assert.equal(defaultConfiguration().mini_batch_size, 32);
  const h = readHyperparameters({
    ...REFERENCE,
    num_layers: "18",
    optimizer: "adam",
    learning_rate: "1e-3",
    lr_scheduler_step: "10,20",
    augmentation_type: "crop_color_transform",
    early_stopping: "True",
    top_k: "2",
    resize: "36",
    checkpoint_frequency: "5",
    kv_store: "dist_sync",
  });
  assert.equal(h.num_layers, 18);
  assert.equal(h.learning_rate, 0.001);
  assert.deepEqual(h.lr_scheduler_step, [10, 20]);
  assert.equal(h.early_stopping, true);
  assert.equal(h.resize, 36);
});

Deno.test("unknown and missing hyperparameters are refused", () => {
  refused(
    { learning_rat: "0.1" },
    /Additional hyperparameters are not allowed \('learning_rat' was unexpected\)/,
  );
  refused({ toString: "1" }, /'toString' was unexpected/);
  assert.throws(() => readHyperparameters({ num_classes: "2" }), /'num_training_samples' is a required/);
});

Deno.test("values out of AWS's ranges are refused with the name, the value and what is allowed", () => {
  refused({ num_classes: "0" }, /num_classes: '0' is not an integer of at least 1/);
  refused({ num_classes: "2.5" }, /num_classes: '2.5'/);
  refused({ learning_rate: "1.5" }, /learning_rate: '1.5' is not a number from 0 to 1/);
  refused({ learning_rate: "" }, /learning_rate: ''/);
  refused({ momentum: "nan" }, /momentum: 'nan'/);
  refused({ optimizer: "adagrad" }, /one of sgd, adam, rmsprop, nag/);
  refused({ image_shape: "3,32" }, /image_shape: '3,32' is not 'channels,height,width'/);
  refused({ image_shape: "4,32,32" }, /1 or 3 channels/);
  refused({ lr_scheduler_step: "20,10" }, /list of growing epoch numbers/);
  refused({ num_layers: "19" }, /num_layers: '19' is not one of/);
  refused({ top_k: "1" }, /top_k: '1' is not an integer of at least 2/);
  refused({ early_stopping: "yes" }, /one of True, False/);
});

Deno.test("AWS's cross-rules", () => {
  refused({ checkpoint_frequency: "4", epochs: "3" }, /cannot be larger than epochs/);
  refused({ top_k: "3" }, /top_k \(3\) cannot be larger than num_classes \(2\)/);
  refused({ use_weighted_loss: "1" }, /only with multi_label=1/);
});

Deno.test("unsupported hyperparameters are refused by name", () => {
  for (
    const [name, value] of [["multi_label", "1"], ["use_pretrained_model", "1"], [
      "precision_dtype",
      "float16",
    ]]
  ) {
    refused({ [name!]: value! }, new RegExp(`${name}=${value}.* is not supported by the local algorithm`));
  }
});

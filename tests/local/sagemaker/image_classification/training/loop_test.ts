import assert from "node:assert/strict";
import { exportModel } from "../../../../../lib/local/sagemaker/image_classification/container/artifact.ts";
import { AlgorithmError } from "../../../../../lib/local/sagemaker/image_classification/errors.ts";
import { readHyperparameters } from "../../../../../lib/local/sagemaker/image_classification/container/hyperparameters.ts";
import {
  networkOf,
  recipeOf,
} from "../../../../../lib/local/sagemaker/image_classification/container/choices.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";
import { Trainer } from "../../../../../lib/local/sagemaker/image_classification/training/loop.ts";
import { whiteningOf } from "../../../../../lib/local/sagemaker/image_classification/networks/whitening.ts";
import * as ort from "onnxruntime-node";

const random = new Random(5);
const pictures = Array.from({ length: 40 }, (_, i) => ({
  width: 12,
  height: 12,
  label: i % 2,
  data: Uint8Array.from({ length: 432 }, (_, j) => (i % 2 ? j % 144 : 143 - j % 144) + random.below(100)),
}));

function create(given: Record<string, string>, seed = 0): Promise<Trainer> {
  const h = readHyperparameters({
    image_shape: "3,12,12",
    num_classes: "2",
    num_training_samples: "40",
    mini_batch_size: "16",
    ...given,
  });
  const network = networkOf(h, () => whiteningOf(pictures, 3));
  return Trainer.create({
    network,
    recipe: recipeOf(h),
    shape: h.image_shape,
    classes: 2,
    pictures,
    seed,
    threads: 2,
  });
}

async function trained(given: Record<string, string>, seed = 0) {
  const trainer = await create(given, seed);
  for (let epoch = 0; epoch < 2; epoch++) await trainer.epoch(() => true);
  const learnt = trainer.learnt();
  await trainer.close();
  return learnt;
}

Deno.test("the same seed gives the same weights bit for bit, another seed others", async () => {
  const first = await trained({ epochs: "2" });
  assert.deepEqual(await trained({ epochs: "2" }), first);
  assert.notDeepEqual(await trained({ epochs: "2" }, 1), first);
});

Deno.test("every optimiser trains a ResNet for small images", async () => {
  for (const optimizer of ["sgd", "nag", "adam", "rmsprop"]) {
    const trainer = await create({
      num_layers: "20",
      optimizer,
      learning_rate: "0.001",
      augmentation_type: "crop_color",
    });
    const { images, loss } = await trainer.epoch(() => true);
    assert.equal(images, 32, "whole batches only");
    assert.ok(loss > 0 && loss < 3, `${optimizer}: ${loss}`);
    await trainer.close();
  }
});

Deno.test("model.onnx gives the trainer's probabilities in another session", async () => {
  const trainer = await create({ epochs: "2" });
  for (let epoch = 0; epoch < 2; epoch++) await trainer.epoch(() => true);
  const expected = await trainer.probabilities(pictures);
  const bytes = exportModel(trainer, ["up", "down"]);
  await trainer.close();
  const session = await ort.InferenceSession.create(bytes);
  for (const [i, { data }] of pictures.entries()) {
    const out = await session.run({ data: new ort.Tensor("uint8", data, [1, 3, 12, 12]) });
    (out.probabilities!.data as Float32Array).forEach((p, k) =>
      assert.ok(Math.abs(p - expected[2 * i + k]!) < 1e-5, `picture ${i}: ${p} ≠ ${expected[2 * i + k]}`)
    );
  }
  const text = new TextDecoder().decode(bytes);
  for (const word of ["preprocessing", "class_names", '["up","down"]', "compact local network"]) {
    assert.ok(text.includes(word), `the metadata lack ${word}`);
  }
});

Deno.test("an epoch ends when its listener returns false", async () => {
  const trainer = await create({ epochs: "2" });
  const batches: number[] = [];
  const { images } = await trainer.epoch((batch) => batches.push(batch) < 1);
  assert.deepEqual([batches, images], [[0], 16]);
  await trainer.close();
});

Deno.test("pictures are repeated when there are fewer than a batch", async () => {
  const trainer = await create({ mini_batch_size: "64" });
  assert.equal((await trainer.epoch(() => true)).images, 64);
  await trainer.close();
});

Deno.test("a loss that is not a number ends training with advice", async () => {
  const trainer = await create({ num_layers: "20", learning_rate: "1", momentum: "1", epochs: "99" });
  trainer.options.recipe.rate = () => 1e30;
  await assert.rejects(
    async () => {
      for (let epoch = 0; epoch < 5; epoch++) await trainer.epoch(() => true);
    },
    (error: unknown) => error instanceof AlgorithmError && /try a smaller learning_rate/.test(error.message),
  );
  await trainer.close();
});

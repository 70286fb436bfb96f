import assert from "node:assert/strict";
import { join } from "node:path";
import { train } from "../../../../../lib/local/sagemaker/image_classification/container/train.ts";
import { files, makeOptMl, writeConfig } from "./testing.ts";

/** Runs `train` in this process, its log kept out of the test's. */
async function trainHere(root: string, { signal = new AbortController().signal, seed = "0" } = {}) {
  const log: string[] = [];
  const print = console.log;
  console.log = (line: string) => log.push(line);
  try {
    const status = await train({ root, seed, threads: 1, signal });
    const failure = await Deno.readTextFile(join(root, "output", "failure")).catch(() => "");
    return { status, log, failure };
  } finally {
    console.log = print;
  }
}

Deno.test("AWS's schedule keeps the best epoch and the checkpoints, and adds the top-k metric", async () => {
  const root = await makeOptMl(
    { num_layers: "20", epochs: "4", checkpoint_frequency: "2", top_k: "2", learning_rate: "0.05" },
    { classes: 3 },
  );
  try {
    const { status, log } = await trainHere(root);
    assert.equal(status, 0, log.join("\n"));
    const text = log.join("\n");
    assert.match(text, /network: ResNet-20/);
    assert.match(text, /Storing the best model with validation accuracy: \d\.\d{6}/);
    assert.match(text, /Epoch\[0\] Validation-top_k_accuracy_2=\d\.\d{6}/);
    assert.match(text, /Saved checkpoint to "\/opt\/ml\/model\/image-classification-0002\.onnx"/);
    assert.deepEqual(await files(join(root, "model")), [
      "classes.json",
      "image-classification-0002.onnx",
      "image-classification-0004.onnx",
      "model-shapes.json",
      "model.onnx",
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a job stopped before training has no model", async () => {
  const root = await makeOptMl({}, { train: 4, validation: 2 });
  try {
    const { status, log } = await trainHere(root, { signal: AbortSignal.abort() });
    assert.equal(status, 0);
    assert.match(log.at(-1)!, /there is no model/);
    assert.deepEqual(await files(join(root, "model")), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

type Breaks = (root: string) => Promise<void>;
const list = (root: string) => join(root, "input", "data", "train_lst", "train.lst");
const FAILURES: [string, Record<string, string>, Breaks, RegExp][] = [
  [
    "an unknown hyperparameter",
    { nonsense: "1" },
    async () => {},
    /^ClientError: Additional hyperparameters/,
  ],
  [
    "a depth that the height does not allow",
    { num_layers: "20", image_shape: "3,32,32" },
    async () => {},
    /^ClientError: /,
  ],
  ["an empty list", {}, (root) => Deno.writeTextFile(list(root), ""), /^ClientError: train.lst is empty/],
  [
    "a missing picture",
    {},
    (root) => Deno.remove(join(root, "input/data/train/3.png")),
    /^ClientError: .* 3.png is missing/,
  ],
  [
    "a file that is no picture",
    {},
    (root) => Deno.writeTextFile(join(root, "input/data/validation/1.png"), "x"),
    /^ClientError: The image 1.png cannot be read/,
  ],
  [
    "pictures that are too small",
    { image_shape: "3,17,16" },
    async () => {},
    /^ClientError: .* is smaller than image_shape 3,17,16/,
  ],
  [
    "a missing channel",
    {},
    (root) => writeConfig(root, "inputdataconfig", { train: {} }),
    /^ClientError: Missing channel 'validation'/,
  ],
  [
    "two instances",
    {},
    (root) => writeConfig(root, "resourceconfig", { hosts: ["algo-1", "algo-2"] }),
    /^ClientError: Training on 2 instances/,
  ],
  [
    "no configuration",
    {},
    (root) => Deno.remove(join(root, "input/config/hyperparameters.json")),
    /^ClientError: \/opt\/ml\/input\/config\/hyperparameters.json cannot be read/,
  ],
];
for (const [name, hyperparameters, breaks, reason] of FAILURES) {
  Deno.test(`${name} fails the job with AWS's kind of reason`, async () => {
    const root = await makeOptMl(hyperparameters, { train: 4, validation: 2 });
    try {
      await breaks(root);
      const { status, failure } = await trainHere(root);
      assert.equal(status, 1);
      assert.match(failure, reason);
      assert.ok(failure.length <= 1024);
      assert.deepEqual(await files(join(root, "model")), []);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}

Deno.test("a seed that is not a whole number fails the job, and is named", async () => {
  const root = await makeOptMl({});
  try {
    const { status, failure } = await trainHere(root, { seed: "one" });
    assert.equal(status, 1);
    assert.equal(
      failure,
      "ClientError: SCONES_SEED is 'one', but must be a whole number from 0 to 4294967295",
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

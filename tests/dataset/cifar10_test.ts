import assert from "node:assert/strict";
import { join } from "node:path";
import { loadDataset } from "../../lib/dataset/mod.ts";
import { writePickle } from "../../lib/dataset/pickle_writer.ts";
import { selectClasses } from "../../lib/dataset/select.ts";
import { batchOf, tarGz, withFolder } from "./testing.ts";

const NAMES = ["airplane", "automobile", "bird"];

/** One batch of the published layout, with a picture of each class. */
function batch(): Uint8Array<ArrayBuffer> {
  const { fine_labels: labels, ...rest } = Object.fromEntries(batchOf([0, 1, 2]));
  const filenames = NAMES.map((name) => `${name}_s_000001.png`);
  return writePickle(new Map(Object.entries({ ...rest, labels: labels!, filenames })));
}

async function archive(path: string, { without = "" } = {}): Promise<void> {
  const meta = writePickle(new Map([["label_names", NAMES]]));
  const names = [...[1, 2, 3, 4, 5].map((number) => `data_batch_${number}`), "test_batch"];
  const members = Object.fromEntries(names.filter((name) => name !== without).map((name) => [name, batch()]));
  await Deno.writeFile(path, await tarGz({ "batches.meta": meta, ...members }));
}

Deno.test("CIFAR-10's five batches are one split, and names that repeat get a number", () =>
  withFolder(async (dir) => {
    const url = join(dir, "cifar-10-python.tar.gz");
    await archive(url);
    const dataset = await loadDataset({ url, cacheDir: dir });
    assert.deepEqual(dataset.labelNames, NAMES);
    assert.equal(dataset.train.filenames.length, 15);
    const { train, test, classes } = selectClasses(dataset, ["bird", "airplane"]);
    assert.deepEqual(classes, ["bird", "airplane"]);
    assert.deepEqual(train.slice(0, 3).map(({ label, filename }) => [label, filename]), [
      [1, "airplane_s_000001.png"],
      [0, "bird_s_000001.png"],
      [1, "airplane_s_000001_2.png"],
    ]);
    assert.equal(train.length, 10);
    assert.deepEqual(test.map(({ filename }) => filename), ["airplane_s_000001.png", "bird_s_000001.png"]);
    assert.ok((await train[0]!.png()).length > 50);
  }));

Deno.test("the default classes are not in CIFAR-10, which lists what to choose from", () =>
  withFolder(async (dir) => {
    const url = join(dir, "cifar-10-python.tar.gz");
    await archive(url);
    const dataset = await loadDataset({ url, cacheDir: dir });
    assert.throws(() => selectClasses(dataset), {
      name: "DatasetError",
      message: /no bicycle and no motorcycle\. Set SCONES_CLASSES to .*: airplane, automobile, bird$/,
    });
  }));

Deno.test("a CIFAR-10 archive without one of its batches is refused by name", () =>
  withFolder(async (dir) => {
    const url = join(dir, "x.tar.gz");
    await archive(url, { without: "data_batch_4" });
    await assert.rejects(loadDataset({ url, cacheDir: dir }), /does not contain data_batch_4, only /);
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { readCifar } from "../../lib/dataset/cifar.ts";
import { COARSE_LABELS, FINE_LABELS } from "../../lib/dataset/labels.ts";
import { loadDataset } from "../../lib/dataset/mod.ts";
import { selectClasses } from "../../lib/dataset/select.ts";
import { DRAWN_CLASSES, writeSyntheticArchive } from "../../lib/dataset/synthetic.ts";
import { HAS_REAL_ARCHIVE, REAL_ARCHIVE, withFolder, writeArchive } from "./testing.ts";

const SMALL = { trainPerClass: 6, testPerClass: 2 };

Deno.test({
  name: "the label names are those of the published archive (real archive)",
  ignore: !HAS_REAL_ARCHIVE,
  async fn() {
    assert.deepEqual((await readCifar(REAL_ARCHIVE)).labelNames, FINE_LABELS);
  },
});

Deno.test("what is drawn has label names of the published archive", () => {
  assert.equal(COARSE_LABELS.length, 20);
  for (const name of DRAWN_CLASSES) assert.ok(FINE_LABELS.includes(name));
});

Deno.test("drawn pictures go through the archive's own reader and say what they are", () =>
  withFolder(async (dir) => {
    const path = join(dir, "drawn.tar.gz");
    let drawn = 0;
    await writeSyntheticArchive(path, { seed: 3, ...SMALL, onProgress: ({ done }) => drawn = done });
    const cifar = await readCifar(path);
    assert.equal(drawn, 24);
    assert.equal(cifar.synthetic, true);
    assert.equal(cifar.labelNames.length, 100);
    const { train, test } = selectClasses(cifar, ["motorcycle", "pickup_truck", "bicycle"]);
    assert.deepEqual([train.length, test.length], [18, 6]);
    const labels = train.map(({ label }) => label).join("");
    assert.notEqual(labels, [...labels].sort().join(""), "the classes must be mixed");
    const all = [...train, ...test].map(({ pixels }) => pixels.join());
    assert.equal(new Set(all).size, 24, "no picture twice, in either split");
    for (const { pixels, filename } of train) {
      const mean = pixels.reduce((sum, byte) => sum + byte, 0) / pixels.length;
      const spread = Math.sqrt(pixels.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / pixels.length);
      assert.ok(spread > 5, `${filename} is almost of one colour`);
    }
    assert.throws(
      () => selectClasses(cifar, ["tiger", "bicycle"]),
      /no synthetic pictures of the class tiger, only of bicycle, motorcycle, pickup_truck\. .* set SCONES_DATASET_URL/,
    );
    assert.throws(
      () => selectClasses(cifar, ["dragon", "bicycle"]),
      /"dragon".* bicycle, motorcycle, pickup_truck\.$/,
    );
  }));

Deno.test("the same seed draws the same file, another seed other pictures", () =>
  withFolder(async (dir) => {
    const draw = async (name: string, seed: number) => {
      await writeSyntheticArchive(join(dir, name), { seed, classes: ["bicycle", "motorcycle"], ...SMALL });
      return await Deno.readFile(join(dir, name));
    };
    const first = await draw("a", 1);
    assert.deepEqual(await draw("b", 1), first);
    assert.notDeepEqual(await draw("c", 2), first);
  }));

Deno.test("without a url and without a network: one plain line, then drawn pictures, reused the next time", () =>
  withFolder(async (dir) => {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    listener.close(); // nobody listens there now
    const published = { url: `http://127.0.0.1:${listener.addr.port}/cifar.tar.gz`, md5: "0".repeat(32) };
    const notices: string[] = [];
    const steps = new Set<string>();
    const options = {
      cacheDir: dir,
      published,
      onNotice: (line: string) => notices.push(line),
      onProgress: ({ step }: { step: string }) => steps.add(step),
    };
    const cifar = await loadDataset(options);
    assert.equal(cifar.synthetic, true);
    assert.equal(cifar.source, "synthetic pictures");
    assert.equal(cifar.train.filenames.length, 500 * DRAWN_CLASSES.length);
    assert.equal(cifar.test.filenames.length, 100 * DRAWN_CLASSES.length);
    assert.equal(notices.length, 1);
    assert.match(
      notices[0]!,
      /^http:\/\/127\.0\.0\.1:\d+\/cifar\.tar\.gz cannot be reached: [^\n]*; using synthetic pictures[^\n]*$/,
    );
    assert.deepEqual([...steps], ["draw"]);
    steps.clear();
    assert.deepEqual((await loadDataset(options)).train.filenames, cifar.train.filenames);
    assert.deepEqual([...steps], []);
    await assert.rejects(loadDataset({ ...options, url: published.url }), {
      name: "DownloadUnavailableError",
    });
  }));

Deno.test("a wrong md5 of the published archive is an error, never a reason to draw", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    await writeArchive(path);
    const published = { url: path, md5: "0".repeat(32) };
    await assert.rejects(loadDataset({ cacheDir: dir, published }), /has the md5/);
    const cifar = await loadDataset({ cacheDir: dir, url: path });
    assert.deepEqual([cifar.synthetic, cifar.source], [false, path]);
  }));

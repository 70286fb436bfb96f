import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import sharp from "sharp";
import { mapBounded } from "../../lib/concurrent.ts";
import { readCifar } from "../../lib/dataset/cifar.ts";
import { formatLst, parseLst } from "../../lib/dataset/lst.ts";
import { encodePng } from "../../lib/dataset/png.ts";
import { selectClasses } from "../../lib/dataset/select.ts";
import { stageFiles } from "../../lib/dataset/stage_files.ts";
import { batchOf, withFolder, writeArchive } from "./testing.ts";

Deno.test("a planar row becomes a 32 x 32 RGB PNG with the same pixels and always the same bytes", async () => {
  const row = Uint8Array.from({ length: 3072 }, (_, i) => (i * 37) & 255);
  const png = await encodePng(row);
  assert.deepEqual(await encodePng(row), png);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [32, 32, 3]);
  for (let i = 0; i < 1024; i++) {
    assert.deepEqual([data[3 * i], data[3 * i + 1], data[3 * i + 2]], [row[i], row[1024 + i], row[2048 + i]]);
  }
  await assert.rejects(encodePng(row.subarray(1)), {
    name: "DatasetError",
    message: /3072 bytes.* 3071/,
  });
});

Deno.test("a .lst line is index, label, path, and reads back", () => {
  const entries = [{ index: 0, label: 1, path: "a b.png" }, { index: 1, label: 0, path: "c.png" }];
  assert.equal(formatLst(entries), "0\t1\ta b.png\n1\t0\tc.png\n");
  assert.deepEqual(parseLst(formatLst(entries)), entries);
  assert.deepEqual(parseLst("5\t1\tx.png\r\n"), [{ index: 5, label: 1, path: "x.png" }]);
  assert.throws(() => parseLst("0\t1\ta.png\n1 0 b.png\n"), {
    name: "DatasetError",
    message: /Line 2 is not/,
  });
});

Deno.test("stages pictures and lists, and again without writing", () =>
  withFolder(async (dir) => {
    const archive = join(dir, "x.tar.gz");
    await writeArchive(archive, batchOf([1, 0, 2, 1]), batchOf([2, 1]));
    const cifar = await readCifar(archive, { source: "a test" });
    const selection = selectClasses(cifar, ["bicycle", "motorcycle"]);
    const staged = join(dir, "staged");
    const progress: number[] = [];
    const first = await stageFiles(selection, staged, {
      onProgress: ({ done, total }) => progress.push(done / total!),
    });
    assert.deepEqual(first, {
      dir: staged,
      source: "a test",
      synthetic: false,
      classes: ["bicycle", "motorcycle"],
      train: 3,
      test: 2,
      counts: { bicycle: { train: 2, test: 1 }, motorcycle: { train: 1, test: 1 } },
      written: 7,
      unchanged: 0,
      removed: 0,
      md5: first.md5,
    });
    const bytes = await Deno.readFile(join(staged, "test", "bicycle_s_1.png"));
    assert.equal(first.md5.get("test/bicycle_s_1.png"), createHash("md5").update(bytes).digest("hex"));
    assert.equal(progress.at(-1), 1);
    assert.equal(
      await Deno.readTextFile(join(staged, "train.lst")),
      "0\t0\tbicycle_s_0.png\n1\t1\tmotorcycle_s_2.png\n2\t0\tbicycle_s_3.png\n",
    );
    const pixels = await sharp(await Deno.readFile(join(staged, "train", "bicycle_s_3.png"))).raw()
      .toBuffer();
    assert.ok(pixels.every((byte) => byte === 3));

    await Deno.writeTextFile(join(staged, "train", "old.png"), "of another class");
    await Deno.writeTextFile(join(staged, "test", "bicycle_s_1.png"), "damaged");
    const second = await stageFiles(selection, staged);
    assert.deepEqual([second.written, second.unchanged, second.removed], [1, 6, 1]);
    const names = [...Deno.readDirSync(join(staged, "train"))].map(({ name }) => name).sort();
    assert.deepEqual(names, ["bicycle_s_0.png", "bicycle_s_3.png", "motorcycle_s_2.png"]);
  }));

Deno.test("a picture is encoded again only if it or its file has changed", () =>
  withFolder(async (dir) => {
    const archive = join(dir, "x.tar.gz");
    await writeArchive(archive, batchOf([1, 0, 2]), batchOf([2, 1]));
    const encoded: string[] = [];
    const selection = selectClasses(await readCifar(archive), ["bicycle", "motorcycle"]);
    for (const picture of [...selection.train, ...selection.test]) {
      const { png, filename } = picture;
      picture.png = () => (encoded.push(filename), png());
    }
    const staged = join(dir, "staged");
    const stage = async () => {
      encoded.length = 0;
      const { written } = await stageFiles(selection, staged);
      return { written, encoded: [...encoded] };
    };
    assert.deepEqual((await stage()).encoded.length, 4);
    assert.deepEqual(await stage(), { written: 0, encoded: [] });

    const path = join(staged, "train", "bicycle_s_0.png");
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.map((byte) => byte ^ 1)); // as many bytes, and others
    await Deno.utime(path, 1, 1);
    assert.deepEqual(await stage(), { written: 1, encoded: ["bicycle_s_0.png"] });
    assert.deepEqual(await Deno.readFile(path), bytes);

    selection.test[0]!.fingerprint = () => "another picture of that name";
    assert.deepEqual(await stage(), { written: 0, encoded: [selection.test[0]!.filename] });

    await Deno.writeTextFile(join(staged, "index.json"), "{");
    assert.deepEqual((await stage()).encoded.length, 4, "a damaged index is made again");
    assert.deepEqual((await stage()).encoded, []);
  }));

Deno.test("work in bounded lanes keeps order, stops at the first error and at an abort", async () => {
  let running = 0;
  let most = 0;
  const items = [5, 1, 4, 2, 3, 6];
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, item));
    running--;
    return item * 10;
  };
  assert.deepEqual(await mapBounded(items, 2, work), [50, 10, 40, 20, 30, 60]);
  assert.equal(most, 2);
  const begun: number[] = [];
  const failing = mapBounded(items, 2, (item) => {
    begun.push(item);
    return Promise.reject(new Error(`no ${item}`));
  });
  await assert.rejects(failing, /no 5/);
  assert.ok(begun.length <= 2);
  await assert.rejects(mapBounded(items, 2, work, AbortSignal.abort()), { name: "AbortError" });
});

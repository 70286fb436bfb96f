import assert from "node:assert/strict";
import { join } from "node:path";
import { readCifar } from "../../lib/dataset/cifar.ts";
import { FINE_LABELS } from "../../lib/dataset/labels.ts";
import type { Writable } from "../../lib/dataset/pickle_writer.ts";
import { batchFrame, selectClasses, type Selection } from "../../lib/dataset/select.ts";
import { writeSyntheticArchive } from "../../lib/dataset/synthetic.ts";
import { batchOf, HAS_REAL_ARCHIVE, NAMES, REAL_ARCHIVE, withFolder, writeArchive } from "./testing.ts";

const classCounts = ({ train, test }: Selection) =>
  [train, test].flatMap((pictures) =>
    [0, 1].map((label) => pictures.filter((picture) => picture.label === label).length)
  );

Deno.test({
  name: "reads the real archive: labels, file names, pixels, label names",
  ignore: !HAS_REAL_ARCHIVE,
  async fn() {
    const cifar = await readCifar(REAL_ARCHIVE);
    assert.equal(cifar.labelNames.length, 100);
    assert.equal(cifar.train.filenames.length, 1784);
    assert.equal(cifar.test.pixels.length, 396 * 3072);
    assert.equal(cifar.synthetic, false);
    assert.equal(cifar.source, REAL_ARCHIVE);
    assert.deepEqual(classCounts(selectClasses(cifar, ["bicycle", "motorcycle"])), [500, 500, 100, 100]);
  },
});

Deno.test("reads an archive of drawn pictures: labels, file names, pixels, label names", () =>
  withFolder(async (dir) => {
    const path = join(dir, "drawn.tar.gz");
    await writeSyntheticArchive(path, { seed: 1, trainPerClass: 20, testPerClass: 5 });
    const cifar = await readCifar(path);
    assert.equal(cifar.labelNames.length, 100);
    assert.equal(cifar.train.filenames.length, 60);
    assert.equal(cifar.test.pixels.length, 15 * 3072);
    assert.equal(cifar.synthetic, true);
    assert.equal(cifar.source, path);
    assert.deepEqual(classCounts(selectClasses(cifar, ["bicycle", "motorcycle"])), [20, 20, 5, 5]);
  }));

Deno.test({
  name: "a selected picture has the pixels that the real archive was made from",
  ignore: !HAS_REAL_ARCHIVE,
  async fn() {
    const folder = new URL("../../../shared/data/", import.meta.url);
    const table = (await Deno.readTextFile(new URL("images.tsv", folder))).trim().split("\n");
    const pixels = await Deno.readFile(new URL("images.bin", folder));
    const { train } = selectClasses(await readCifar(REAL_ARCHIVE), ["motorcycle", "bicycle"]);
    const byName = new Map(train.map((picture) => [picture.filename, picture]));
    let compared = 0;
    table.forEach((line, i) => {
      const [split, label, filename] = line.trim().split("\t");
      if (split !== "train") return;
      const picture = byName.get(filename!)!;
      assert.ok(Buffer.from(picture.pixels).equals(pixels.subarray(i * 3072, (i + 1) * 3072)), filename);
      assert.equal(picture.label, label === "48" ? 0 : 1);
      compared++;
    });
    assert.equal(compared, 1000);
  },
});

Deno.test("labels count from 0 in the order given; the table names them", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    await writeArchive(path);
    const cifar = await readCifar(path, { source: "a test" });
    const selection = selectClasses(cifar, ["motorcycle", "bicycle"]);
    assert.deepEqual(
      selection.train.map(({ row, label, className }) => ({ row, label, className })),
      [
        { row: 0, label: 1, className: "bicycle" },
        { row: 2, label: 0, className: "motorcycle" },
        { row: 3, label: 1, className: "bicycle" },
      ],
    );
    assert.equal(selection.train[1]!.pixels[0], 2);
    assert.equal(selection.source, "a test");
    const frame = batchFrame(cifar.test, cifar.labelNames);
    assert.deepEqual(frame.columns, ["row", "fine_label", "label_name", "filename"]);
    assert.deepEqual(frame.getColumn("label_name").toArray(), ["motorcycle", "bicycle"]);
  }));

Deno.test("bad classes are refused with what to do", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    const oneOfEach = () => batchOf(FINE_LABELS.map((_, label) => label));
    await writeArchive(path, oneOfEach(), oneOfEach(), FINE_LABELS);
    const cifar = await readCifar(path);
    const refused = (classes: string[], message: RegExp) =>
      assert.throws(() => selectClasses(cifar, classes), { name: "DatasetError", message });
    refused(["bicycle", "motorcicle"], /"motorcicle".*mean motorcycle\?/);
    refused(["Bicycle", "motorcycle"], /"Bicycle".*mean bicycle\?/);
    refused(["truck", "bicycle"], /mean pickup_truck\?/);
    refused(["motorbike", "bicycle"], /mean motorcycle\?/);
    refused(["truk", "bicycle"], /"truk".* apple, aquarium_fish, .*, … \(100 in all\)\.$/);
    refused(["pickup truck", "bicycle"], /mean pickup_truck\?/);
    refused(["tree", "bicycle"], /mean maple_tree or oak_tree or palm_tree or pine_tree or willow_tree\?/);
    refused(["dragon", "bicycle"], /"dragon".* apple, .*, … \(100 in all\)\.$/);
    refused(["bicycle"], /two or more .*given: bicycle/);
    refused([], /two or more .*given: none/);
    refused(["bicycle", "bicycle"], /bicycle is given twice/);
  }));

Deno.test("a class without pictures is refused, with the classes that have some", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    await writeArchive(path);
    const cifar = await readCifar(path);
    assert.throws(
      () => selectClasses(cifar, ["apple", "bicycle"]),
      /test: .* no pictures of the class apple.* bicycle, motorcycle$/,
    );
  }));

Deno.test("file names that would leave the folder, break the list or collide are refused", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    for (
      const bad of [
        "../x.png",
        "/etc/x.png",
        "a\\b.png",
        "a\tb.png",
        "a\nb.png",
        ".png",
        "x.jpg",
        "",
        "bicycle_s_3.png",
      ]
    ) {
      const filenames = [bad, "apple_s_1.png", "motorcycle_s_2.png", "bicycle_s_3.png"];
      await writeArchive(path, batchOf([1, 0, 2, 1], { filenames }));
      const cifar = await readCifar(path);
      assert.throws(() => selectClasses(cifar, ["bicycle", "motorcycle"]), {
        name: "DatasetError",
        message: bad === "bicycle_s_3.png" ? /two of .* bicycle_s_3\.png/ : /train: row 0 has the file name/,
      });
    }
  }));

Deno.test("batches whose parts do not match are refused", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    const refused = async (change: Record<string, Writable>, message: RegExp) => {
      await writeArchive(path, batchOf([1, 2], change));
      await assert.rejects(readCifar(path), { name: "DatasetError", message });
    };
    await refused({ fine_labels: [1] }, /train: 2 filenames, 1 fine_labels and 2 rows/);
    await refused({ fine_labels: [1, NAMES.length] }, /fine_labels\[1\] is 3, not one of the 3 labels/);
    await refused({ filenames: ["a.png", 7] }, /filenames\[1\] is not a string/);
    await refused({ data: "pixels" }, /data is not an array with 3072 bytes/);
    await refused(
      { data: { rows: 2, columns: 1024, data: new Uint8Array(2048) } },
      /not an array with 3072 bytes/,
    );
    await writeArchive(path, new Map([["labels", [1]]]));
    await assert.rejects(readCifar(path), /train has no filenames, only labels/);
  }));

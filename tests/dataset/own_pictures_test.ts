import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import sharp from "sharp";
import { filesOfFolder, filesOfZip } from "../../lib/dataset/files.ts";
import { loadDataset } from "../../lib/dataset/mod.ts";
import { readOwnPictures } from "../../lib/dataset/own_pictures.ts";
import { selectClasses } from "../../lib/dataset/select.ts";
import { picture, withFolder } from "./testing.ts";

const notPicture = new TextEncoder().encode("no picture");

async function write(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeFile(join(folder, path), bytes);
  }
}

/** Three pictures in each of two classes. */
async function catsAndDogs(): Promise<Record<string, Uint8Array>> {
  const names = ["cats/a.png", "cats/b.jpg", "cats/more/c.png", "dogs/a.png", "dogs/b.PNG", "dogs/c.jpeg"];
  const entries = names.map(async (
    name,
    i,
  ) => [name, await picture(24, 24, i, name.endsWith("g") && /jp/.test(name))]);
  return Object.fromEntries(await Promise.all(entries));
}

const read = async (folder: string, imageSize?: number) =>
  await readOwnPictures(await filesOfFolder(folder), { source: "pictures", imageSize });

Deno.test("own pictures: folders are classes, and each class has pictures to train and to test with", () =>
  withFolder(async (dir) => {
    await write(dir, {
      ...await catsAndDogs(),
      "README.txt": notPicture,
      "cats/.DS_Store": notPicture,
      ".git/x": notPicture,
    });
    const progress: string[] = [];
    const { train, test, ...rest } = await loadDataset({
      url: dir,
      cacheDir: join(dir, "cache"),
      onProgress: ({ step, done, total }) => progress.push(`${step} ${done}/${total}`),
    });
    assert.deepEqual(rest, {
      labelNames: ["cats", "dogs"],
      defaultClasses: ["cats", "dogs"],
      width: 24,
      height: 24,
      source: dir,
      synthetic: false,
    });
    assert.equal(progress.at(-1), "read 6/6");
    const names = [...train.filenames, ...test.filenames];
    assert.equal(new Set(names).size, 6);
    for (const name of names) assert.match(name, /^(cats|dogs)_[abc]_[0-9a-f]{8}\.png$/);
    for (const { fineLabels } of [train, test]) assert.deepEqual([...new Set(fineLabels)].sort(), [0, 1]);
    const selection = selectClasses({ train, test, ...rest });
    assert.deepEqual(selection.classes, ["cats", "dogs"]);
    const { width, height, channels, format } = await sharp(await selection.train[0]!.png()).metadata();
    assert.deepEqual([width, height, channels, format], [24, 24, 3, "png"]);
    assert.deepEqual(await selection.train[0]!.png(), await selection.train[0]!.png());
    assert.throws(
      () => selectClasses({ train, test, ...rest }, ["cat", "dogs"]),
      /"cat"\. Did you mean cats\?/,
    );
    assert.throws(
      () => selectClasses({ train, test, ...rest }, ["bicycle", "motorcycle"]),
      /"bicycle"\. Available: cats, dogs\.$/,
    );
  }));

Deno.test("own pictures: train/ and test/ are kept, and folders around everything do not count", () =>
  withFolder(async (dir) => {
    const files = await catsAndDogs();
    const names = Object.keys(files);
    const placed = names.map((name) => [`set/${/\/a/.test(name) ? "test" : "train"}/${name}`, files[name]!]);
    await write(dir, Object.fromEntries(placed));
    const { train, test, labelNames } = await read(dir);
    assert.deepEqual(labelNames, ["cats", "dogs"]);
    assert.equal(train.filenames.length, 4);
    assert.ok(test.filenames.length === 2 && test.filenames.every((name) => /_a_/.test(name)));
  }));

Deno.test("own pictures: a picture's split does not depend on the others, and copies stay together", () =>
  withFolder(async (dir) => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 60; i++) files[`${i % 2 ? "one" : "two"}/${i}.png`] = await picture(16, 16, i);
    await write(dir, files);
    const before = await read(dir);
    const share = before.test.filenames.length / 60;
    assert.ok(share > 0.05 && share < 0.35, `${share}`);
    const more: Record<string, Uint8Array> = {};
    for (let i = 60; i < 80; i++) more[`one/${i}.png`] = await picture(16, 16, i);
    for (const [path, bytes] of Object.entries(files)) more[path.replace(".png", "-copy.png")] = bytes;
    await write(dir, more);
    const after = await read(dir);
    assert.ok(before.test.filenames.every((name) => after.test.filenames.includes(name)));
    assert.ok(before.train.filenames.every((name) => after.train.filenames.includes(name)));
    const stems = (names: string[]) => names.map((name) => name.split("_")[1]!);
    for (const { filenames } of [after.train, after.test]) {
      const copies = stems(filenames).filter((stem) => stem.endsWith("-copy"));
      assert.ok(copies.every((copy) => stems(filenames).includes(copy.replace("-copy", ""))));
    }
  }));

Deno.test("own pictures: a zip file is as its folder, without what macOS adds", () =>
  withFolder(async (dir) => {
    const files = await catsAndDogs();
    const zipped = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`pets/${name}`, bytes]));
    const path = join(dir, "pets.zip");
    await Deno.writeFile(
      path,
      zipSync({
        ...zipped,
        "__MACOSX/pets/cats/._a.png": notPicture,
        "pets/cats/._a.png": notPicture,
        "pets/.x": notPicture,
      }),
    );
    await write(join(dir, "pets"), files);
    const dataset = await loadDataset({ url: path, cacheDir: dir });
    const folder = await read(join(dir, "pets"));
    assert.equal(dataset.train.filenames.length + dataset.test.filenames.length, 6);
    assert.deepEqual(dataset.labelNames, folder.labelNames);
    assert.equal(dataset.test.filenames.length, folder.test.filenames.length);
    await Deno.writeFile(path, (await Deno.readFile(path)).subarray(0, 400));
    await assert.rejects(filesOfZip(path), { name: "DatasetError", message: /pets\.zip cannot be unpacked/ });
  }));

Deno.test("own pictures: SCONES_IMAGE_SIZE brings all to one size, turned as a camera was held, without transparency", () =>
  withFolder(async (dir) => {
    const turned = await sharp(await picture(40, 20, 5)).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const clear = await sharp({
      create: { width: 50, height: 50, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 0.5 } },
    })
      .png().toBuffer();
    await write(dir, {
      "a/1.jpg": new Uint8Array(turned),
      "a/2.png": new Uint8Array(clear),
      "b/1.png": await picture(64, 30, 1),
      "b/2.png": await picture(16, 90, 2),
    });
    await assert.rejects(read(dir), {
      name: "DatasetError",
      message:
        /different sizes, such as 20 × 40 \(a\/1\.jpg\) and 50 × 50 \(a\/2\.png\)\. Set SCONES_IMAGE_SIZE/,
    });
    const dataset = await read(dir, 32);
    assert.deepEqual([dataset.width, dataset.height], [32, 32]);
    const { train, test } = selectClasses(dataset);
    for (const own of [...train, ...test]) {
      const { width, height, channels, exif } = await sharp(await own.png()).metadata();
      assert.deepEqual([width, height, channels, exif], [32, 32, 3, undefined]);
    }
  }));

/** What is wrong with a folder, and what its error must say. */
const bad: [
  what: string,
  files: (good: Record<string, Uint8Array>) => Promise<Record<string, Uint8Array>>,
  message: RegExp,
][] = [
  [
    "is empty",
    () => Promise.resolve({}),
    /pictures has no folders with pictures\. Put the pictures of each class/,
  ],
  [
    "has pictures but no folders",
    async () => ({ "a.png": await picture(16, 16) }),
    /no folders with pictures/,
  ],
  [
    "has one class",
    async () => ({ "a/1.png": await picture(16, 16) }),
    /has only one class, a\. .* two or more/,
  ],
  [
    "has a picture outside the classes",
    async (good) => ({ ...good, "x.png": await picture(16, 16) }),
    /x\.png is in no class's folder/,
  ],
  [
    "has a file that is no picture",
    (good) => Promise.resolve({ ...good, "cats/z.png": notPicture }),
    /cats\/z\.png is not a PNG or JPEG picture/,
  ],
  [
    "has an empty file",
    (good) => Promise.resolve({ ...good, "cats/z.jpg": new Uint8Array() }),
    /cats\/z\.jpg is not a PNG or JPEG picture/,
  ],
  [
    "has a picture of another format under a picture's name",
    async (good) => ({
      ...good,
      "cats/z.png": new Uint8Array(await sharp(await picture(24, 24)).webp().toBuffer()),
    }),
    /cats\/z\.png is not a PNG or JPEG picture: it is a webp file/,
  ],
  [
    "has another file in a class",
    (good) => Promise.resolve({ ...good, "cats/notes.txt": notPicture }),
    /cats\/notes\.txt is not a PNG or JPEG file\. Convert it/,
  ],
  [
    "has a class with one picture",
    async (good) => ({ ...good, "cows/1.png": await picture(24, 24) }),
    /class cows has only 1 picture\. It needs at least two/,
  ],
  [
    "has train/ without test/",
    async (good) => ({ ...good, "train/cows/1.png": await picture(24, 24) }),
    /has the folders cats, dogs, train\. .* there must be both/,
  ],
  [
    "has a class that is only in train/",
    async () => {
      const one = await picture(24, 24);
      return { "train/a/1.png": one, "train/b/1.png": one, "train/b/2.png": one, "test/a/2.png": one };
    },
    /The class b has no pictures in test\//,
  ],
  [
    "has a comma in a class",
    async (good) => ({ ...good, "cows, brown/1.png": await picture(24, 24) }),
    /"cows, brown" cannot be the name of a class/,
  ],
  [
    "has one picture of another size",
    async (good) => ({ ...good, "dogs/z.png": await picture(25, 24) }),
    /different sizes, such as 24 × 24 \(.*\) and 25 × 24 \(dogs\/z\.png\)/,
  ],
  [
    "has tiny pictures",
    async () => {
      const one = await picture(8, 8);
      return { "a/1.png": one, "a/2.png": one, "b/1.png": one, "b/2.png": one };
    },
    /8 × 8 pixels; the sides must have 16 or more/,
  ],
  [
    "has pictures too large for the state machine",
    async () => {
      const one = await picture(640, 480);
      return { "a/1.png": one, "a/2.png": one, "b/1.png": one, "b/2.png": one };
    },
    /640 × 480 pixels, too many for the state machine.*Set SCONES_IMAGE_SIZE/,
  ],
];
for (const [what, files, message] of bad) {
  Deno.test(`own pictures: a folder that ${what} is refused with what to do`, () =>
    withFolder(async (dir) => {
      await write(dir, await files(await catsAndDogs()));
      await assert.rejects(read(dir), { name: "DatasetError", message });
    }));
}

Deno.test("own pictures: one that ends in the middle is named when it is staged", () =>
  withFolder(async (dir) => {
    const whole = await picture(24, 24, 3);
    await write(dir, { ...await catsAndDogs(), "dogs/half.png": whole.subarray(0, whole.length - 60) });
    const { train, test } = selectClasses(await read(dir));
    const half = [...train, ...test].find(({ filename }) => filename.startsWith("dogs_half"))!;
    await assert.rejects(half.png(), {
      name: "DatasetError",
      message: /dogs\/half\.png cannot be read as a picture/,
    });
  }));

import { existsSync } from "node:fs";
import sharp from "sharp";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../../lib/dataset/drawing/random.ts";
import { drawScene } from "../../lib/dataset/drawing/scene.ts";
import { type Writable, writePickle } from "../../lib/dataset/pickle_writer.ts";

/** The real bicycles and motorcycles in the published archive's format, where a copy lies beside the project. */
export const REAL_ARCHIVE = fileURLToPath(
  new URL("../../../shared/data/cifar-100-python.tar.gz", import.meta.url),
);
export const HAS_REAL_ARCHIVE = existsSync(REAL_ARCHIVE);

/** Runs `work` with a folder of its own, which is removed afterwards. */
export async function withFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "dataset_test_" });
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

export const NAMES = ["apple", "bicycle", "motorcycle"];

/** A batch's dictionary with one picture per label; picture i is filled with the byte i. */
export function batchOf(labels: number[], change: Record<string, Writable> = {}): Map<string, Writable> {
  const data = new Uint8Array(labels.length * 3072);
  labels.forEach((_, i) => data.fill(i, i * 3072, (i + 1) * 3072));
  const fields = {
    filenames: labels.map((label, i) => `${NAMES[label]}_s_${i}.png`),
    batch_label: "training batch 1 of 1",
    fine_labels: labels,
    data: { rows: labels.length, columns: 3072, data },
    ...change,
  };
  return new Map<string, Writable>(Object.entries(fields));
}

/** The bytes of a tar.gz with these members. */
export async function tarGz(
  members: Record<string, Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const tar = await packTar(
    Object.entries(members).map(([name, body]) => ({
      header: { name: `cifar-100-python/${name}`, size: body.length },
      body,
    })),
  );
  return new Uint8Array(gzipSync(tar));
}

/** A whole small archive, written to `path`. */
export async function writeArchive(
  path: string,
  train: Map<string, Writable> = batchOf([1, 0, 2, 1]),
  test: Map<string, Writable> = batchOf([2, 1]),
  labelNames: readonly string[] = NAMES,
): Promise<void> {
  const meta = writePickle(new Map([["fine_label_names", [...labelNames]]]));
  await Deno.writeFile(path, await tarGz({ train: writePickle(train), test: writePickle(test), meta }));
}

/** A picture of noise that `seed` determines, as PNG or JPEG. */
export async function picture(width: number, height: number, seed = 0, jpeg = false): Promise<Uint8Array> {
  let state = seed + 1;
  const data = Uint8Array.from({ length: 3 * width * height }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return new Uint8Array(await (jpeg ? image.jpeg() : image.png()).toBuffer());
}

/** Writes drawn pictures of three classes into class folders, each with its own scene and some of the camera's noise. */
export async function drawFolder(folder: string, perClass: number, side: number): Promise<void> {
  for (const [index, className] of (["bicycle", "motorcycle", "pickup_truck"] as const).entries()) {
    await Deno.mkdir(join(folder, className), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const random = new Random(1, 10_000 * index + i);
      const scene = new TextEncoder().encode(drawScene(random, className, side));
      const { data, info } = await sharp(scene).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const noisy = Uint8Array.from(
        data,
        (byte) => Math.max(0, Math.min(255, byte * 0.8 + 25 + 12 * random.normal())),
      );
      const { width, height, channels } = info;
      const file = join(folder, className, `${i}.png`);
      await Deno.writeFile(file, await sharp(noisy, { raw: { width, height, channels } }).png().toBuffer());
    }
  }
}

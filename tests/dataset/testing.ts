import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { fileURLToPath } from "node:url";
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

/** Writes the selected pictures and their lists into a folder. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { mapBounded } from "../concurrent.ts";
import { formatLst } from "./lst.ts";
import type { Progress } from "./progress.ts";
import type { Picture, Selection } from "./select.ts";
import { readIndex, type StagedIndex, type StagedPicture, stateOf, writeIndex } from "./staged_index.ts";

export type Split = "train" | "test";

/** What the folder contains after staging. */
export interface StagedFiles {
  dir: string;
  /** Where the archive comes from, and whether the project drew the pictures itself. */
  source: string;
  synthetic: boolean;
  classes: string[];
  train: number;
  test: number;
  /** Pictures per class and split. */
  counts: Record<string, Record<Split, number>>;
  /** Files that were written, and files that were already there with the same content. */
  written: number;
  unchanged: number;
  /** Pictures of an earlier staging that were deleted, as they are not in this one. */
  removed: number;
  /** The MD5 sum of each picture in hexadecimal digits, by its path below the folder. */
  md5: Map<string, string>;
}

export interface StageFilesOptions {
  /** In pictures. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** sharp has its own pool of threads; this only keeps them and the disk busy. */
const CONCURRENCY = 8;

/**
 * Writes the selected pictures as `<dir>/train/*.png` and `<dir>/test/*.png`, and `train.lst` and `test.lst` beside the
 * folders. Other .png files in the two folders are deleted. A picture that is there already is not written again. The lists are
 * written last, so that a list never names a missing file.
 */
export async function stageFiles(
  selection: Selection,
  dir: string,
  options: StageFilesOptions = {},
): Promise<StagedFiles> {
  const jobs = (["train", "test"] as const).flatMap((split) =>
    selection[split].map((picture) => ({ picture, path: `${split}/${picture.filename}` }))
  );
  await Deno.mkdir(join(dir, "train"), { recursive: true });
  await Deno.mkdir(join(dir, "test"), { recursive: true });
  const removed = await removeOthers(selection, dir);
  const before = await readIndex(dir);
  const index: StagedIndex = new Map();
  let done = 0;
  const wrote = await mapBounded(jobs, CONCURRENCY, async ({ picture, path }) => {
    const { written, staged } = await stagePicture(picture, join(dir, path), before.get(path));
    index.set(path, staged);
    options.onProgress?.({ done: ++done, total: jobs.length });
    return written;
  }, options.signal);
  await writeIndex(dir, index);
  for (const split of ["train", "test"] as const) {
    const text = formatLst(
      selection[split].map(({ label, filename }, index) => ({ index, label, path: filename })),
    );
    wrote.push(await writeIfChanged(join(dir, `${split}.lst`), new TextEncoder().encode(text)));
  }
  const written = wrote.filter(Boolean).length;
  return {
    dir,
    source: selection.source,
    synthetic: selection.synthetic,
    classes: selection.classes,
    train: selection.train.length,
    test: selection.test.length,
    counts: Object.fromEntries(selection.classes.map((name, label) => [name, {
      train: countOf(selection.train, label),
      test: countOf(selection.test, label),
    }])),
    written,
    unchanged: wrote.length - written,
    removed,
    md5: new Map([...index].map(([path, { md5 }]) => [path, md5])),
  };
}

async function stagePicture(
  picture: Picture,
  path: string,
  known: StagedPicture | undefined,
): Promise<{ written: boolean; staged: StagedPicture }> {
  const fingerprint = picture.fingerprint();
  if (known?.fingerprint === fingerprint) {
    const now = stateOf(path);
    if (now?.size === known.size && now.mtime === known.mtime) return { written: false, staged: known };
  }
  const png = await picture.png();
  const written = await writeIfChanged(path, png);
  const md5 = createHash("md5").update(png).digest("hex");
  return { written, staged: { fingerprint, md5, ...stateOf(path)! } };
}

function countOf(pictures: Picture[], label: number): number {
  return pictures.filter((picture) => picture.label === label).length;
}

async function removeOthers(selection: Selection, dir: string): Promise<number> {
  let removed = 0;
  for (const split of ["train", "test"] as const) {
    const keep = new Set(selection[split].map(({ filename }) => filename));
    for await (const { name, isFile } of Deno.readDir(join(dir, split))) {
      if (!isFile || !name.endsWith(".png") || keep.has(name)) continue;
      await Deno.remove(join(dir, split, name));
      removed++;
    }
  }
  return removed;
}

/** Returns whether the file was written. It is renamed into place, so that it is never incomplete. */
async function writeIfChanged(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const present = await Deno.readFile(path);
    if (present.length === bytes.length && present.every((byte, i) => byte === bytes[i])) return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.writeFile(`${path}.tmp`, bytes);
  await Deno.rename(`${path}.tmp`, path);
  return true;
}

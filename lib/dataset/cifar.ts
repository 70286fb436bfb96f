/** CIFAR-100 or CIFAR-10 in memory: labels, file names and pixels. */
import { createHash } from "node:crypto";
import { type Layout, readArchive } from "./archive.ts";
import { ROW_BYTES, SIDE } from "./cifar_rows.ts";
import type { Dataset, Encodable, Split } from "./dataset.ts";
import { DatasetError } from "./errors.ts";
import { NdArray, type PickleValue, readPickle } from "./pickle.ts";
import { encodePng } from "./png.ts";

/** A CIFAR picture: ROW_BYTES bytes of planar RGB, a view of the archive's bytes, and as a PNG. */
export interface CifarPicture extends Encodable {
  pixels: Uint8Array;
}

/** One split of the archive. */
export interface Batch extends Split<CifarPicture> {
  /** filenames.length × ROW_BYTES, planar RGB. */
  pixels: Uint8Array;
}

/** A whole CIFAR archive in memory. */
export interface Cifar extends Dataset<CifarPicture> {
  train: Batch;
  test: Batch;
}

/** The classes of this project's story. */
const STORY_CLASSES = ["bicycle", "motorcycle"];

/** Marks the `batch_label` of an archive whose pictures the project drew itself. */
export const SYNTHETIC_MARK = "synthetic pictures";

export interface ReadCifarOptions {
  /** Default: the path. */
  source?: string;
  signal?: AbortSignal;
}

/**
 * Reads an archive in the format of cifar-100-python.tar.gz or cifar-10-python.tar.gz.
 *
 * @throws DatasetError if the archive or a pickle in it is damaged, or its parts do not match
 */
export async function readCifar(path: string, options: ReadCifarOptions = {}): Promise<Cifar> {
  const { layout, pickles } = await readArchive(path, options.signal);
  const dict = (name: string): Named => ({ name, dict: dictOf(readPickle(pickles.get(name)!, name), name) });
  const meta = dict(layout.meta);
  const labelNames = textsOf(meta.dict, layout.labelNames, layout.meta);
  const [train, test] = [layout.train.map(dict), [dict(layout.test)]];
  const isStory = STORY_CLASSES.every((name) => labelNames.includes(name));
  return {
    train: joined(train.map((part) => batchOf(part, layout, labelNames))),
    test: joined(test.map((part) => batchOf(part, layout, labelNames))),
    labelNames,
    defaultClasses: isStory ? STORY_CLASSES : undefined,
    width: SIDE,
    height: SIDE,
    source: options.source ?? path,
    synthetic: [...train, ...test].some(({ dict }) =>
      String(dict.get("batch_label")).includes(SYNTHETIC_MARK)
    ),
  };
}

interface Named {
  name: string;
  dict: Map<string, PickleValue>;
}

type Part = Pick<Batch, "filenames" | "pixels"> & { fineLabels: Uint8Array };

/** Several batches as one. */
function joined(parts: Part[]): Batch {
  const bytes = (arrays: Uint8Array[]) => {
    if (arrays.length === 1) return arrays[0]!;
    const all = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const array of arrays) {
      all.set(array, at);
      at += array.length;
    }
    return all;
  };
  const pixels = bytes(parts.map((part) => part.pixels));
  return {
    fineLabels: bytes(parts.map(({ fineLabels }) => fineLabels)),
    filenames: parts.length === 1
      ? parts[0]!.filenames
      : distinct(parts.flatMap(({ filenames }) => filenames)),
    pixels,
    picture(row) {
      const own = pixels.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES);
      const fingerprint = () => createHash("sha256").update(own).digest("base64");
      return { pixels: own, png: () => encodePng(own), fingerprint };
    },
  };
}

/** A name that several batches have gets a number after the first time. */
function distinct(names: string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : name.replace(/(\.[^.]*)?$/, `_${count}$1`);
  });
}

function batchOf({ dict, name: file }: Named, layout: Layout, labelNames: string[]): Part {
  const filenames = textsOf(dict, "filenames", file);
  const labels = listOf(dict, layout.labels, file);
  const pixels = field(dict, "data", file);
  const rows = filenames.length;
  if (!(pixels instanceof NdArray) || pixels.shape.length !== 2 || pixels.shape[1] !== ROW_BYTES) {
    throw new DatasetError(`${file}: data is not an array with ${ROW_BYTES} bytes in each row`);
  }
  if (labels.length !== rows || pixels.shape[0] !== rows) {
    throw new DatasetError(
      `${file}: ${rows} filenames, ${labels.length} ${layout.labels} and ${pixels.shape[0]} rows of data; ` +
        `there must be equally many of each`,
    );
  }
  const fineLabels = Uint8Array.from(labels, (label, row) => {
    if (typeof label === "number" && label >= 0 && label < Math.min(labelNames.length, 256)) return label;
    throw new DatasetError(
      `${file}: ${layout.labels}[${row}] is ${
        String(label)
      }, not one of the ${labelNames.length} labels in meta`,
    );
  });
  return { fineLabels, filenames, pixels: pixels.data };
}

function dictOf(value: PickleValue, file: string): Map<string, PickleValue> {
  if (value instanceof Map) return value;
  throw new DatasetError(`${file}: the pickle does not contain a dictionary`);
}

function field(dict: Map<string, PickleValue>, key: string, file: string): PickleValue {
  const value = dict.get(key);
  if (value !== undefined) return value;
  throw new DatasetError(
    `${file} has no ${key}, only ${
      [...dict.keys()].join(", ")
    }. It must have the layout of CIFAR-100 or CIFAR-10`,
  );
}

function listOf(dict: Map<string, PickleValue>, key: string, file: string): PickleValue[] {
  const value = field(dict, key, file);
  if (Array.isArray(value)) return value;
  throw new DatasetError(`${file}: ${key} is not a list`);
}

function textsOf(dict: Map<string, PickleValue>, key: string, file: string): string[] {
  return listOf(dict, key, file).map((value, i) => {
    if (typeof value === "string") return value;
    throw new DatasetError(`${file}: ${key}[${i}] is not a string`);
  });
}

/** CIFAR-100 in memory: labels, file names and pixels. */
import { readArchive } from "./archive.ts";
import { DatasetError } from "./errors.ts";
import { NdArray, type PickleValue, readPickle } from "./pickle.ts";

/** Pictures are 32 × 32 pixels: a row holds 1,024 red bytes, then 1,024 green, then 1,024 blue. */
export const SIDE = 32;
export const ROW_BYTES = 3 * SIDE * SIDE;

/** One split of the archive. Entry i of each field belongs to picture i. */
export interface Batch {
  fineLabels: Uint8Array;
  filenames: string[];
  /** filenames.length × ROW_BYTES, planar RGB, a view of the archive's bytes. */
  pixels: Uint8Array;
}

/** A whole CIFAR-100 archive in memory. `labelNames[fineLabel]` is the name of a class. */
export interface Cifar {
  train: Batch;
  test: Batch;
  labelNames: string[];
  /** Where the archive comes from, for display. */
  source: string;
  /** Whether the archive says that its pictures were drawn by this project. */
  synthetic: boolean;
}

/** Marks the `batch_label` of an archive whose pictures the project drew itself. */
export const SYNTHETIC_MARK = "synthetic pictures";

export interface ReadCifarOptions {
  /** Default: the path. */
  source?: string;
  signal?: AbortSignal;
}

/**
 * Reads an archive in the format of cifar-100-python.tar.gz.
 *
 * @throws DatasetError if the archive or a pickle in it is damaged, or its parts do not match
 */
export async function readCifar(path: string, options: ReadCifarOptions = {}): Promise<Cifar> {
  const members = await readArchive(path, options.signal);
  const meta = dictOf(readPickle(members.meta, "meta"), "meta");
  const labelNames = textsOf(meta, "fine_label_names", "meta");
  const train = dictOf(readPickle(members.train, "train"), "train");
  const test = dictOf(readPickle(members.test, "test"), "test");
  return {
    train: batchOf(train, "train", labelNames),
    test: batchOf(test, "test", labelNames),
    labelNames,
    source: options.source ?? path,
    synthetic: [train, test].some((dict) => String(dict.get("batch_label")).includes(SYNTHETIC_MARK)),
  };
}

function batchOf(dict: Map<string, PickleValue>, file: string, labelNames: string[]): Batch {
  const filenames = textsOf(dict, "filenames", file);
  const labels = listOf(dict, "fine_labels", file);
  const pixels = field(dict, "data", file);
  const rows = filenames.length;
  if (!(pixels instanceof NdArray) || pixels.shape.length !== 2 || pixels.shape[1] !== ROW_BYTES) {
    throw new DatasetError(`${file}: data is not an array with ${ROW_BYTES} bytes in each row`);
  }
  if (labels.length !== rows || pixels.shape[0] !== rows) {
    throw new DatasetError(
      `${file}: ${rows} filenames, ${labels.length} fine_labels and ${pixels.shape[0]} rows of data; ` +
        `there must be equally many of each`,
    );
  }
  const fineLabels = Uint8Array.from(labels, (label, row) => {
    if (typeof label === "number" && label >= 0 && label < Math.min(labelNames.length, 256)) return label;
    throw new DatasetError(
      `${file}: fine_labels[${row}] is ${String(label)}, not one of the ${labelNames.length} labels in meta`,
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
    `${file} has no ${key}, only ${[...dict.keys()].join(", ")}. It must have the layout of CIFAR-100`,
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

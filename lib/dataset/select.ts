import pl, { type DataFrame } from "nodejs-polars";
import { type Batch, type Cifar, ROW_BYTES } from "./cifar.ts";
import { DatasetError } from "./errors.ts";

/** A chosen picture. */
export interface Picture {
  /** Row in the archive's batch. */
  row: number;
  /** Index of its class in the selection, from 0. */
  label: number;
  className: string;
  filename: string;
  /** ROW_BYTES bytes of planar RGB, a view of the archive's bytes. */
  pixels: Uint8Array;
}

/** The pictures of the chosen classes, in the archive's order. */
export interface Selection {
  /** As in `Cifar`. */
  source: string;
  synthetic: boolean;
  classes: string[];
  train: Picture[];
  test: Picture[];
}

/** A batch without its pixels as a table: `row`, `fine_label`, `label_name`, `filename`. */
export function batchFrame(batch: Batch, labelNames: string[]): DataFrame {
  const rows = Array.from(batch.fineLabels);
  return pl.DataFrame({
    row: pl.Series("row", rows.map((_, row) => row), pl.Int32),
    fine_label: pl.Series("fine_label", rows, pl.Int32),
    label_name: pl.Series("label_name", rows.map((label) => labelNames[label]!), pl.Utf8),
    filename: pl.Series("filename", batch.filenames, pl.Utf8),
  });
}

/**
 * Selects the pictures of some classes and labels them 0, 1, … in the order in which the classes are given.
 *
 * @param classes two or more of the archive's label names
 * @throws DatasetError for a class that does not exist (with the nearest names), fewer than two, one twice,
 *   one without pictures, and file names that cannot be staged
 */
export function selectClasses(cifar: Cifar, classes: string[]): Selection {
  const labels = labelsOf(classes, cifar.labelNames);
  const train = selectRows(cifar.train, "train", labels, cifar.labelNames);
  const test = selectRows(cifar.test, "test", labels, cifar.labelNames);
  return { source: cifar.source, synthetic: cifar.synthetic, classes: [...classes], train, test };
}

function labelsOf(classes: string[], labelNames: string[]): number[] {
  const twice = classes.find((name, i) => classes.indexOf(name) !== i);
  if (twice !== undefined) throw new DatasetError(`Class ${twice} is given twice`);
  const labels = classes.map((name) => {
    const label = labelNames.indexOf(name);
    if (label >= 0) return label;
    throw new DatasetError(
      `No class is called ${JSON.stringify(name)}; the nearest names are ${nearest(name, labelNames)}`,
    );
  });
  if (labels.length < 2) {
    throw new DatasetError(
      `Telling classes apart takes two or more, given: ${classes.join(", ") || "none"}`,
    );
  }
  return labels;
}

function selectRows(batch: Batch, split: string, labels: number[], labelNames: string[]): Picture[] {
  const frame = batchFrame(batch, labelNames);
  const chosen = frame.filter(pl.col("fine_label").isIn(labels));
  const pictures = chosen.toRecords().map((record): Picture => {
    const row = Number(record.row);
    return {
      row,
      label: labels.indexOf(Number(record.fine_label)),
      className: String(record.label_name),
      filename: String(record.filename),
      pixels: batch.pixels.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES),
    };
  });
  for (const label of labels) {
    if (batch.fineLabels.includes(label)) continue;
    const present = new Set(batch.fineLabels);
    const names = [...present].slice(0, 10).map((other) => labelNames[other]);
    throw new DatasetError(
      `${split}: the archive has no picture of class ${labelNames[label]}; it has ${names.join(", ")}` +
        `${present.size > 10 ? " …" : ""}`,
    );
  }
  assertFileNames(pictures, split);
  return pictures;
}

/** Names from an archive become paths and lines of a table, so they must be plain and unique. */
function assertFileNames(pictures: Picture[], split: string): void {
  const seen = new Set<string>();
  for (const { filename, row } of pictures) {
    // No separator, no control character, no leading dot.
    if (!/^[^./\\\p{Cc}][^/\\\p{Cc}]*\.png$/u.test(filename)) {
      throw new DatasetError(
        `${split}: row ${row} has the file name ${JSON.stringify(filename)}, not a plain .png`,
      );
    }
    if (seen.has(filename)) {
      throw new DatasetError(`${split}: two of the chosen pictures are called ${filename}`);
    }
    seen.add(filename);
  }
}

/** The three names with the smallest edit distance, those that contain the given one (or begin alike) first. */
function nearest(name: string, names: string[]): string {
  const wanted = name.toLowerCase();
  const score = (other: string) =>
    editDistance(wanted, other) - (other.includes(wanted) || wanted.includes(other) ? 100 : 0) -
    (other.slice(0, 2) === wanted.slice(0, 2) ? 2 : 0);
  return [...names].sort((a, b) => score(a) - score(b)).slice(0, 3).join(", ");
}

/** Levenshtein's distance between two strings. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

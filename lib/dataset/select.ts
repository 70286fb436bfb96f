/** Selects the pictures of some classes. */
import pl, { type DataFrame } from "nodejs-polars";
import { nearest } from "../nearest.ts";
import type { Dataset, Encodable, Split } from "./dataset.ts";
import { DatasetError } from "./errors.ts";

/** A selected picture. */
export type Picture<P extends Encodable = Encodable> = P & {
  /** Row in the data set's split. */
  row: number;
  /** Index of its class in the selection, from 0. */
  label: number;
  className: string;
  filename: string;
};

/** The pictures of the selected classes, in the data set's order. */
export interface Selection<P extends Encodable = Encodable>
  extends Pick<Dataset, "source" | "synthetic" | "width" | "height"> {
  classes: string[];
  train: Picture<P>[];
  test: Picture<P>[];
}

/** A split without its pixels as a table: `row`, `fine_label`, `label_name`, `filename`. */
export function batchFrame(batch: Split, labelNames: string[]): DataFrame {
  const rows = Array.from(batch.fineLabels);
  return pl.DataFrame({
    row: pl.Series("row", rows.map((_, row) => row), pl.Int32),
    fine_label: pl.Series("fine_label", rows, pl.Int32),
    label_name: pl.Series("label_name", rows.map((label) => labelNames[label]!), pl.Utf8),
    filename: pl.Series("filename", batch.filenames, pl.Utf8),
  });
}

/**
 * Selects the pictures of some classes and labels them 0, 1, … in the order of the classes.
 *
 * @param classes two or more of the data set's label names; without it the data set's default
 * @throws DatasetError for an unknown class (suggesting similar names), fewer than two, a class given twice or without
 *   pictures, file names that cannot be staged, and classes that have to be named and are not
 */
export function selectClasses<P extends Encodable>(
  dataset: Dataset<P>,
  classes = dataset.defaultClasses,
): Selection<P> {
  const { source, synthetic, width, height, labelNames } = dataset;
  if (!classes) {
    throw new DatasetError(
      `${source} has no bicycle and no motorcycle. Set SCONES_CLASSES to two or more of its classes: ` +
        namesIn(dataset.train, labelNames).join(", "),
    );
  }
  const labels = labelsOf(classes, dataset);
  const train = selectRows(dataset, "train", labels);
  const test = selectRows(dataset, "test", labels);
  return { source, synthetic, width, height, classes: [...classes], train, test };
}

function labelsOf(classes: string[], { labelNames, train }: Dataset): number[] {
  const twice = classes.find((name, i) => classes.indexOf(name) !== i);
  if (twice !== undefined) throw new DatasetError(`The class ${twice} is given twice`);
  assertKnown(classes, labelNames, namesIn(train, labelNames));
  const labels = classes.map((name) => labelNames.indexOf(name));
  if (labels.length < 2) {
    throw new DatasetError(
      `There must be two or more classes; given: ${classes.join(", ") || "none"}`,
    );
  }
  return labels;
}

/** The most names that an error lists. */
const LISTED = 12;

/**
 * Checks the names of classes before anything is downloaded or started.
 * @param available the names to suggest if none is similar; default: all
 * @throws DatasetError for an unknown name, with what it is similar to
 */
export function assertKnown(
  classes: readonly string[],
  labelNames: readonly string[],
  available: readonly string[] = labelNames,
): void {
  const unknown = classes.find((name) => !labelNames.includes(name));
  if (unknown === undefined) return;
  const meant = namesLike(unknown, labelNames);
  const more = available.length > LISTED ? `, … (${available.length} in all)` : "";
  throw new DatasetError(
    `Unknown class ${JSON.stringify(unknown)}. ` +
      (meant.length > 0
        ? `Did you mean ${meant.join(" or ")}?`
        : `Available: ${available.slice(0, LISTED).join(", ")}${more}.`),
  );
}

function selectRows<P extends Encodable>(
  dataset: Dataset<P>,
  split: "train" | "test",
  labels: number[],
): Picture<P>[] {
  const { [split]: batch, labelNames, synthetic } = dataset;
  const frame = batchFrame(batch, labelNames);
  const chosen = frame.filter(pl.col("fine_label").isIn(labels));
  const pictures = chosen.toRecords().map((record): Picture<P> => {
    const row = Number(record.row);
    return {
      ...batch.picture(row),
      row,
      label: labels.indexOf(Number(record.fine_label)),
      className: String(record.label_name),
      filename: String(record.filename),
    };
  });
  for (const label of labels) {
    if (batch.fineLabels.includes(label)) continue;
    const names = namesIn(batch, labelNames);
    const lacks = synthetic ? "there are no synthetic pictures" : "the archive has no pictures";
    throw new DatasetError(
      `${split}: ${lacks} of the class ${labelNames[label]}, only of ${names.join(", ")}` +
        (synthetic
          ? ". For other classes, set SCONES_DATASET_URL to a copy of cifar-100-python.tar.gz, or run notebook 1 where " +
            "the archive can be downloaded"
          : ""),
    );
  }
  assertFileNames(pictures, split);
  return pictures;
}

/** The names of the classes that have pictures. */
function namesIn(batch: Split, labelNames: string[]): string[] {
  const present = new Set<number>(batch.fineLabels);
  return labelNames.filter((_, label) => present.has(label));
}

/** The file names become paths and lines of the list, so they must be plain and unique. */
function assertFileNames(pictures: Picture[], split: string): void {
  const seen = new Set<string>();
  for (const { filename, row } of pictures) {
    // No separator, no control character, no leading dot.
    if (!/^[^./\\\p{Cc}][^/\\\p{Cc}]*\.png$/u.test(filename)) {
      throw new DatasetError(
        `${split}: row ${row} has the file name ${
          JSON.stringify(filename)
        }, which is not a plain name ending in .png`,
      );
    }
    if (seen.has(filename)) {
      throw new DatasetError(`${split}: two of the selected pictures have the name ${filename}`);
    }
    seen.add(filename);
  }
}

/**
 * Names that contain the given one as a word (`truck`: `pickup_truck`), else the one that differs in few letters, else
 * those that begin alike (`motorbike`: `motorcycle`).
 */
function namesLike(name: string, labelNames: readonly string[]): string[] {
  const wanted = name.toLowerCase().replaceAll(/[\s-]+/g, "_");
  const longer = labelNames.filter((other) => other.split("_").includes(wanted));
  if (longer.length > 0) return longer;
  const near = nearest(wanted, labelNames);
  if (near !== undefined) return [near];
  const beginning = wanted.slice(0, 5);
  return beginning.length < 5 ? [] : labelNames.filter((other) => other.startsWith(beginning));
}

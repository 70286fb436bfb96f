/** Joins captured answers with the true classes of their pictures. */
import pl, { type DataFrame } from "nodejs-polars";
import type { LstEntry } from "../dataset/lst.ts";
import { keyFinder } from "../inference_id.ts";
import { S3_LAYOUT } from "../names.ts";
import { type Capture, probabilitiesOf } from "./captures.ts";

/** A row of the table: what the endpoint answered for a picture, and what the picture shows. */
export interface Prediction {
  time: Date;
  /** The picture's S3 key; null if it is unknown: the caller sent no inference id, or a digest that matches no label. */
  key: string | null;
  /** The picture's file name. */
  picture: string | null;
  /** Class name; null if the picture is not in the list of labels. */
  truth: string | null;
  predicted: string;
  /** The highest probability. */
  confidence: number;
  /** Whether the confidence reaches the threshold. */
  accepted: boolean;
  /** Null if the truth is unknown. */
  correct: boolean | null;
  /** In class order. */
  probabilities: number[];
}

/** A row whose picture has a label. */
export interface Judged extends Prediction {
  truth: string;
  correct: boolean;
}

export interface EvaluationOptions {
  /** In the order of the labels. */
  classes: readonly string[];
  /** As in the third Lambda function: an answer is accepted if its confidence is this or more. */
  threshold: number;
  /** S3 prefix of the pictures that the list of labels names. */
  folder?: string;
}

/**
 * The captures as a table, joined with the labels of the pictures: `time`, `key` (the picture's in S3), `picture`, `truth`, `predicted`, `confidence`, `accepted`, `correct` and a probability `p_<class>` for each class, by time.
 *
 * There is one row per inference id, with its latest answer, so that no picture counts twice; answers of the same second
 * stay in the order of `captures`. All captures without an inference id are kept, without truth.
 *
 * @param labels the entries of `test.lst`
 * @throws CaptureError for an answer that is not one probability for each class
 * @throws RangeError for a label that has no class
 */
export function evaluationFrame(
  captures: readonly Capture[],
  labels: readonly LstEntry[],
  { classes, threshold, folder = S3_LAYOUT.test }: EvaluationOptions,
): DataFrame {
  const latest = latestPerId(captures).toSorted((a, b) =>
    a.inferenceTime.getTime() - b.inferenceTime.getTime()
  );
  const answers = latest.map((capture) => probabilitiesOf(capture, classes));
  const best = answers.map((probabilities) => probabilities.indexOf(Math.max(...probabilities)));
  const labelKeys = labels.map(({ path }) => folder + path);
  const keyOf = keyFinder(labelKeys);
  const keys = latest.map(({ inferenceId }) => inferenceId === undefined ? null : keyOf(inferenceId));
  const captured = pl.DataFrame({
    arrival: pl.Series("arrival", latest.map((_, index) => index), pl.Int32),
    time: pl.Series("time", latest.map(({ inferenceTime }) => inferenceTime), pl.Datetime("ms")),
    key: pl.Series("key", keys, pl.Utf8),
    picture: pl.Series("picture", keys.map((key) => key?.split("/").at(-1) ?? null), pl.Utf8),
    predicted: pl.Series("predicted", best.map((index) => classes[index]!), pl.Utf8),
    confidence: pl.Series("confidence", answers.map((answer, row) => answer[best[row]!]!), pl.Float64),
    ...Object.fromEntries(classes.map((name, index) => [
      probabilityColumn(name),
      pl.Series(probabilityColumn(name), answers.map((answer) => answer[index]!), pl.Float64),
    ])),
  });
  const truth = pl.DataFrame({
    key: pl.Series("key", labelKeys, pl.Utf8),
    truth: pl.Series("truth", labels.map((entry) => className(entry, classes)), pl.Utf8),
  });
  return captured
    .join(truth, { on: "key", how: "left" })
    .withColumns(
      pl.col("confidence").gtEq(pl.lit(threshold)).alias("accepted"),
      pl.col("predicted").eq(pl.col("truth")).alias("correct"),
    )
    .sort("arrival")
    .select(
      ...["time", "key", "picture", "truth", "predicted", "confidence", "accepted", "correct"],
      ...classes.map(probabilityColumn),
    );
}

/** The table's rows, for the figures and charts. */
export function predictions(frame: DataFrame, classes: readonly string[]): Prediction[] {
  const records: Record<string, unknown>[] = frame.toRecords();
  return records.map((row) => ({
    time: row.time as Date,
    key: row.key as string | null,
    picture: row.picture as string | null,
    truth: row.truth as string | null,
    predicted: row.predicted as string,
    confidence: row.confidence as number,
    accepted: row.accepted as boolean,
    correct: row.correct as boolean | null,
    probabilities: classes.map((name) => row[probabilityColumn(name)] as number),
  }));
}

/** The rows whose truth is known. */
export function judged(rows: readonly Prediction[]): Judged[] {
  return rows.filter((row): row is Judged => row.truth !== null && row.correct !== null);
}

function probabilityColumn(className: string): string {
  return `p_${className}`;
}

function latestPerId(captures: readonly Capture[]): Capture[] {
  const latest = new Map<string, Capture>();
  for (const capture of captures) {
    const id = JSON.stringify([capture.inferenceId ?? null, capture.inferenceId ? "" : capture.eventId]);
    const known = latest.get(id);
    if (!known || capture.inferenceTime >= known.inferenceTime) latest.set(id, capture);
  }
  return [...latest.values()];
}

function className({ label, path }: LstEntry, classes: readonly string[]): string {
  const name = classes[label];
  if (name !== undefined) return name;
  throw new RangeError(
    `${path} has label ${label}, but there are ${classes.length} classes (${classes.join(", ")}). ` +
      `Were the pictures staged with other classes?`,
  );
}

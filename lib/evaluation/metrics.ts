/** Accuracy, coverage, confusion and precision. A share of no rows is undefined, not 0. */
import type { Judged, Prediction } from "./frame.ts";

/** The share of the rows for which the predicate holds, from 0 to 1; undefined if there are no rows. */
export function share<T>(rows: readonly T[], holds: (row: T) => boolean): number | undefined {
  return rows.length === 0 ? undefined : rows.filter(holds).length / rows.length;
}

/** The share of right answers. */
export function accuracy(rows: readonly Judged[]): number | undefined {
  return share(rows, ({ correct }) => correct);
}

/** The share of answers that were accepted. */
export function coverage(rows: readonly Prediction[]): number | undefined {
  return share(rows, ({ accepted }) => accepted);
}

/** Counts by class: `matrix[truth][predicted]`, both in class order. */
export function confusionMatrix(rows: readonly Judged[], classes: readonly string[]): number[][] {
  const matrix = classes.map(() => classes.map(() => 0));
  for (const { truth, predicted } of rows) {
    const counts = matrix[classes.indexOf(truth)];
    const column = classes.indexOf(predicted);
    if (!counts || column < 0) {
      throw new RangeError(`${truth} or ${predicted} is not one of the classes ${classes.join(", ")}.`);
    }
    counts[column]! += 1;
  }
  return matrix;
}

export interface ClassPrecision {
  className: string;
  /** How often this class was the answer. */
  predicted: number;
  /** How often that was right. */
  right: number;
  /** right / predicted; undefined if this class was never the answer. */
  precision: number | undefined;
}

/** The precision of the answers of each class. */
export function precisionPerClass(rows: readonly Judged[], classes: readonly string[]): ClassPrecision[] {
  return classes.map((className) => {
    const answers = rows.filter(({ predicted }) => predicted === className);
    return {
      className,
      predicted: answers.length,
      right: answers.filter(({ correct }) => correct).length,
      precision: accuracy(answers),
    };
  });
}

/**
 * The 95 % confidence interval of a share, by Wilson's score method, which also holds for few observations and near
 * 0 and 1. Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 *
 * @returns lower and upper end; [0, 1] for no observations
 */
export function wilsonInterval(successes: number, total: number): [number, number] {
  if (total === 0) return [0, 1];
  const z = 1.959964; // of the normal distribution, 95 % of it lies within ± z
  const p = successes / total;
  const centre = p + z * z / (2 * total);
  const half = z * Math.sqrt(p * (1 - p) / total + z * z / (4 * total * total));
  const scale = 1 + z * z / total;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The middle value, or the mean of the two in the middle; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

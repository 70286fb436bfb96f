/** Statistics of a metric over a period: what is kept of the values, and what can be asked of it. */
import { unsupportedHere, validationError } from "./errors.ts";

/** What is kept of all values of a metric in a minute, or of a longer time. */
export interface Point {
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /**
   * How many values lie in each bin. A bin is 1% wide, so percentiles are true to half a percent. Values of which only a
   * summary was given are in no bin.
   */
  readonly bins: Readonly<Record<string, number>>;
}

const BIN = Math.log(1.01);

/** @param count how often the value was seen */
export function pointOf(value: number, unit: string, count = 1): Point {
  const bins = value < 0 ? {} : { [value === 0 ? "0" : `b${Math.round(Math.log(value) / BIN)}`]: count };
  return { unit, count, sum: value * count, min: value, max: value, bins };
}

/** Two points as one; the unit is the first one's. */
export function merged(a: Point, b: Point): Point {
  const bins: Record<string, number> = { ...a.bins };
  for (const [bin, count] of Object.entries(b.bins)) bins[bin] = (bins[bin] ?? 0) + count;
  return {
    unit: a.unit,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    bins,
  };
}

const SIMPLE: Readonly<Record<string, (point: Point) => number>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

export const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;

export type Statistic = (point: Point) => number | undefined;

/**
 * The statistic of a name: one of the five, or a percentile such as `p99` or `p99.9`.
 * @throws AwsError ValidationError for a name that AWS does not have; what the local AWS does not have is refused by name
 */
export function statistic(name: string): Statistic {
  const simple = SIMPLE[name];
  if (simple) return simple;
  const percent = Number(/^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1]);
  if (!Number.isNaN(percent)) return (point) => percentile(point, percent);
  if (/^(tm|tc|ts|wm|iqm|pr|TM|TC|TS|WM|IQM|PR)([\d(].*)?$/.test(name)) {
    throw unsupportedHere(`the statistic '${name}'`);
  }
  throw validationError(`The value ${name} for parameter Stat is not supported.`);
}

/** Absent when values are known by their summary only, or are negative (AWS, "Percentiles"). */
function percentile({ count, bins, min, max }: Point, percent: number): number | undefined {
  if (min === max) return min;
  const sorted = Object.entries(bins)
    .map(([bin, seen]) => [bin === "0" ? 0 : Math.exp(Number(bin.slice(1)) * BIN), seen] as const)
    .sort(([a], [b]) => a - b);
  if (sorted.reduce((sum, [, seen]) => sum + seen, 0) !== count) return undefined;
  let left = count * percent / 100;
  const found = sorted.find(([, seen]) => (left -= seen) <= 0) ?? sorted.at(-1)!;
  return Math.min(max, Math.max(min, found[0]));
}

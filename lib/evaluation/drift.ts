/** Drift: whether the captured answers have another distribution than the baseline. */

import { labelText } from "../display/format.ts";
import { sum } from "./metrics.ts";

/** What drift is measured by: an answer's class and confidence, without the truth. */
export interface Answer {
  predicted: string;
  confidence: number;
}

/** How much the captures differ, or that there are too few of them to tell. */
export type Verdict = "too few" | "none" | "some" | "strong";

/** The counts of baseline and captures in the same bins, and how much they differ. */
export interface Drift {
  bins: string[];
  baseline: number[];
  captured: number[];
  /** Population stability index. */
  psi: number;
  /** The 95th percentile of the index for samples of these sizes without drift; Infinity if they cannot be compared. */
  chanceLimit: number;
  verdict: Verdict;
}

/** Few, because more bins need more captures: 40 captures are enough for four. */
const confidenceBins = 4;

/**
 * The population stability index of two samples: Σ (a − b) · ln(a / b) over the bins, where a and b are the shares. An
 * empty bin counts as half an observation, to avoid log 0; the index is 0 if a sample is empty.
 * Source: N. Siddiqi, "Credit Risk Scorecards", 2006.
 */
export function populationStabilityIndex(baseline: readonly number[], captured: readonly number[]): number {
  if (baseline.length !== captured.length) {
    throw new RangeError(
      `The baseline has ${baseline.length} bins, but the captures have ${captured.length}.`,
    );
  }
  const [baselineTotal, capturedTotal] = [sum(baseline), sum(captured)];
  if (baselineTotal === 0 || capturedTotal === 0) return 0;
  return sum(baseline.map((count, bin) => {
    const b = Math.max(count, 0.5) / baselineTotal;
    const a = Math.max(captured[bin]!, 0.5) / capturedTotal;
    return (a - b) * Math.log(a / b);
  }));
}

/** Compares how often each class was answered. */
export function classDrift(
  baseline: readonly Answer[],
  captured: readonly Answer[],
  classes: readonly string[],
): Drift {
  const count = (answers: readonly Answer[]) =>
    classes.map((name) => answers.filter(({ predicted }) => predicted === name).length);
  return compare(classes.map(labelText), count(baseline), count(captured));
}

/** Compares the confidences, in bins with equal shares of the baseline. */
export function confidenceDrift(baseline: readonly Answer[], captured: readonly Answer[]): Drift {
  const edges = quantileEdges(baseline.map(({ confidence }) => confidence), confidenceBins);
  const binOf = (confidence: number) => edges.filter((edge) => confidence >= edge).length;
  const count = (answers: readonly Answer[]) => {
    const counts = Array.from({ length: edges.length + 1 }, () => 0);
    for (const { confidence } of answers) counts[binOf(confidence)]! += 1;
    return counts;
  };
  return compare(binNames(edges), count(baseline), count(captured));
}

function compare(bins: string[], baseline: number[], captured: number[]): Drift {
  const psi = populationStabilityIndex(baseline, captured);
  const [baselineTotal, capturedTotal] = [sum(baseline), sum(captured)];
  const freedom = bins.length - 1;
  // Without drift the index is distributed as (1/n + 1/m) times chi-squared. Source: B. Yurdakul, "Statistical
  // properties of population stability index", 2018.
  const comparable = freedom > 0 && baselineTotal > 0 && capturedTotal > 0;
  const chanceLimit = comparable ? chiSquared95(freedom) * (1 / baselineTotal + 1 / capturedTotal) : Infinity;
  return { bins, baseline, captured, psi, chanceLimit, verdict: verdictOf(psi, chanceLimit) };
}

/** The usual limits are 0.1 and 0.25; an index below the chance limit is no evidence of drift. */
function verdictOf(psi: number, chanceLimit: number): Verdict {
  if (psi < 0.1) return chanceLimit > 0.25 ? "too few" : "none";
  if (psi < chanceLimit) return "too few";
  return psi < 0.25 ? "some" : "strong";
}

/** The inner edges of `count` bins with equal shares of the values; fewer where values repeat. */
function quantileEdges(values: number[], count: number): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const edges = Array.from(
    { length: count - 1 },
    (_, index) => sorted[Math.floor((index + 1) * sorted.length / count)],
  ).filter((edge) => edge !== undefined && edge > sorted[0]!);
  return [...new Set(edges)] as number[];
}

function binNames(edges: number[]): string[] {
  if (edges.length === 0) return ["all"];
  const digits = [2, 3, 4, 5, 6].find((n) => {
    const texts = edges.map((edge) => edge.toFixed(n));
    return new Set(texts).size === edges.length &&
      texts.every((text, i) => Number(text) < 1 || edges[i]! >= 1);
  });
  const text = edges.map((edge) => edge.toFixed(digits ?? 6));
  return [
    `< ${text[0]}`,
    ...text.map((from, index) => index + 1 < text.length ? `${from}–${text[index + 1]}` : `≥ ${from}`),
  ];
}

/** The 95th percentile of chi-squared; from two degrees of freedom by Wilson and Hilferty's approximation (1931). */
function chiSquared95(freedom: number): number {
  if (freedom === 1) return 3.8415; // here the approximation is 2 % too low
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + 1.644854 * Math.sqrt(spread)) ** 3;
}

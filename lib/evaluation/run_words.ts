/** What happened in a run, in words: staging, training and executions. */
import { countOf, listOf, partOf, percent, sentence } from "./format.ts";
import type { Outcome } from "../graph/outcome.ts";

/** How many pictures a class has in a split. */
export interface ClassCount {
  className: string;
  /** `train` or `test`. */
  split: string;
  count: number;
}

/** How many pictures each split has, and whether its classes have equally many. */
export function countsWords(counts: readonly ClassCount[]): string {
  const splits = Map.groupBy(counts, ({ split }) => split);
  const parts = [...splits].map(([split, members]) => {
    const total = members.reduce((sum, { count }) => sum + count, 0);
    const each = members[0]!.count;
    const equal = members.length > 1 && members.every(({ count }) => count === each);
    return `${countOf(total, "picture")} to ${split}${equal && each > 0 ? ` (${each} of each class)` : ""}`;
  });
  return parts.length === 0 ? "No pictures." : `${listOf(parts)}.`;
}

/** What is known of a training epoch. */
export interface EpochFigures {
  /** From 0, as the algorithm counts. */
  epoch: number;
  /** Accuracies from 0 to 1. */
  train?: number;
  validation?: number;
  trainLoss?: number;
  validationLoss?: number;
  seconds?: number;
}

/** How good the network became. */
export function trainingWords(epochs: readonly EpochFigures[]): string {
  const validated = epochs.filter((one) => one.validation !== undefined);
  const last = validated.at(-1);
  if (!last) {
    return epochs.length === 0 ? "No epoch has ended." : `${countOf(epochs.length, "epoch")}, not validated.`;
  }
  const best = validated.reduce((a, b) => b.validation! > a.validation! ? b : a);
  const end = `Validation accuracy ${percent(last.validation!)} after ${countOf(epochs.length, "epoch")}`;
  return best.validation! > last.validation!
    ? `${end}; the best was ${percent(best.validation!)}, after ${best.epoch + 1}.`
    : `${end}.`;
}

/** How the executions ended. */
export function outcomeWords(outcomes: readonly Outcome[]): string {
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  if (outcomes.length === 0) return "No executions.";
  const parts = [
    sentence(`${partOf(count("succeeded"), outcomes.length, "execution")} succeeded`),
    ...count("below threshold") ? [`${count("below threshold")} ended under the threshold`] : [],
    ...count("failed") ? [`${count("failed")} failed${count("below threshold") ? " otherwise" : ""}`] : [],
    ...count("running") ? [`${count("running")} still ${count("running") === 1 ? "runs" : "run"}`] : [],
  ];
  return `${listOf(parts)}.`;
}

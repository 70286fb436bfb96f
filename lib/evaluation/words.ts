/** The evaluation in words: the titles of the charts, and the sentences around them. */
import { confidenceText, countOf, labelText, listOf, partOf, percent, sentence } from "../display/format.ts";
import { calibrationError, type ReliabilityBin } from "./calibration.ts";
import type { Drift } from "./drift.ts";
import { judged, type Prediction } from "./frame.ts";
import { accuracy, type ClassPrecision, median, wilsonInterval } from "./metrics.ts";
import { alikeThresholds, intervalAt, type ThresholdPoint } from "./threshold.ts";

const noTruth = "No captured picture has a known label, so accuracy cannot be measured.";

/** The accuracy, with its confidence interval. */
export function accuracyWords(rows: readonly Prediction[]): string {
  const known = judged(rows);
  const unknown = rows.length - known.length;
  const unlabelled = unknown > 0 ? ` (and ${countOf(unknown, "capture")} without a known label)` : "";
  if (known.length === 0) return `${noTruth}${unlabelled}`;
  const right = known.filter(({ correct }) => correct).length;
  const [low, high] = wilsonInterval(right, known.length);
  return `The endpoint recognised ${partOf(right, known.length, "picture")}: ` +
    `${percent(right / known.length)}${unlabelled}. The 95% confidence interval is ${percent(low)} to ` +
    `${percent(high)}.`;
}

/** How many answers reached the threshold, and how many of these were right. */
export function thresholdWords(rows: readonly Prediction[], threshold: number): string {
  if (rows.length === 0) return "Nothing was captured.";
  const accepted = rows.filter((row) => row.accepted);
  const all = sentence(
    `${partOf(accepted.length, rows.length, "answer")} reached the threshold of ${threshold}`,
  );
  const known = judged(accepted);
  if (known.length === 0) return `${all}.`;
  const right = known.filter(({ correct }) => correct).length;
  const wrong = known.length - right;
  const labelled = known.length < accepted.length ? " with a known label" : "";
  if (known.length === 1) return `${all}; the one${labelled} was ${right === 1 ? "right" : "wrong"}.`;
  const verdict = wrong === 0
    ? "all were right"
    : right === 0
    ? "all were wrong"
    : `${wrong} ${wrong === 1 ? "was" : "were"} wrong`;
  return `${all}; of ${labelled ? `the ${known.length}${labelled}` : "these"} ${verdict}.`;
}

/** The most frequent mistakes in a confusion matrix. */
export function confusionWords(matrix: readonly (readonly number[])[], classes: readonly string[]): string {
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return noTruth;
  const mistakes = matrix.flatMap((row, truth) =>
    row.map((count, predicted) => ({ count, truth, predicted, of: row.reduce((sum, n) => sum + n, 0) }))
  ).filter(({ count, truth, predicted }) => truth !== predicted && count > 0);
  if (mistakes.length === 0) {
    return total === 1 ? "The one picture was recognised." : `All ${total} pictures were recognised.`;
  }
  const name = (index: number) => labelText(classes[index]!);
  const most = Math.max(...mistakes.map(({ count }) => count));
  const worst = mistakes.filter(({ count }) => count === most).map(({ count, truth, predicted, of }) =>
    `${count} of ${countOf(of, `${name(truth)} picture`)} taken for ${name(predicted)}`
  );
  if (worst.length > 3) return `No mistake stands out: the most frequent ones occurred ${times(most)} each.`;
  const others = mistakes.length > worst.length ? "Most frequent mistake" : "The only mistake";
  return `${others}${worst.length === 1 ? "" : "s"}: ${listOf(worst)}.`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** The precision of the answers of each class. */
export function precisionWords(precisions: readonly ClassPrecision[]): string {
  return precisions.map(({ className, predicted, right, precision }) =>
    precision === undefined
      ? `“${labelText(className)}” was never the answer.`
      : `“${labelText(className)}” was the answer for ${countOf(predicted, "picture")}, and right for ${
        right === 0 ? "none" : right
      } (${percent(precision)}).`
  ).join(" ");
}

/** The median confidence for each true class. */
export function distributionWords(rows: readonly Prediction[], classes: readonly string[]): string {
  const known = judged(rows);
  if (known.length === 0) return noTruth;
  const medians = classes.flatMap((name) => {
    const middle = median(known.filter(({ truth }) => truth === name).map(({ confidence }) => confidence));
    return middle === undefined ? [] : [`${confidenceText(middle)} for ${labelText(name)}`];
  });
  return `Median confidence: ${listOf(medians)}.`;
}

/** The recommended threshold for a target precision, with the confidence interval of what it reaches. */
export function recommendationWords(
  curve: readonly ThresholdPoint[],
  recommended: ThresholdPoint | undefined,
  precision: number,
): string {
  if (curve.length === 0) return noTruth;
  if (!recommended) return `No threshold reaches a precision of ${percent(precision)}.`;
  const { threshold, accepted, coverage, accuracy } = recommended;
  const [low, high] = intervalAt(recommended)!;
  const known = `(target: ${percent(precision)}; 95% interval: ${percent(low)} to ${percent(high)})`;
  const all = countOf(Math.round(accepted / coverage), "answer");
  return coverage === 1
    ? `Even without a threshold ${percent(accuracy!)} of ${all} are right ${known}.`
    : `At a threshold of ${threshold.toFixed(2)}, ${percent(accuracy!)} of the accepted answers are right ` +
      `${known}: ${accepted} of ${all} reach it.`;
}

/** Which other thresholds do as well as the recommended one, as far as these answers can tell; empty if none does. */
export function alikeWords(
  curve: readonly ThresholdPoint[],
  recommended: ThresholdPoint | undefined,
): string {
  if (!recommended) return "";
  const { from, to } = alikeThresholds(curve, recommended);
  if (from === to) return "";
  const all = countOf(Math.round(recommended.accepted / recommended.coverage), "answer");
  return `${sentence(all)} cannot tell it from any other threshold between ${from.toFixed(2)} and ${
    to.toFixed(2)
  }: there, too, the share of right answers lies within the interval.`;
}

/** Whether the confidences match the accuracy. */
export function reliabilityWords(bins: readonly ReliabilityBin[]): string {
  const error = calibrationError(bins);
  if (error === undefined) return noTruth;
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const mean = (value: (bin: ReliabilityBin) => number) =>
    bins.reduce((sum, bin) => sum + bin.count * value(bin), 0) / total;
  const [confidence, right] = [mean((bin) => bin.confidence), mean((bin) => bin.accuracy)];
  const [low, high] = wilsonInterval(Math.round(right * total), total);
  const judgement = confidence > high
    ? "the network is overconfident"
    : confidence < low
    ? "the network is underconfident"
    : `not a significant difference for ${countOf(total, "picture")}`;
  return `Mean confidence ${percent(confidence)}, right ${percent(right)}: ${judgement} ` +
    `(calibration error ${percent(error)}).`;
}

/** Whether the captures differ from the baseline; `what` is what was compared, such as `the confidences`. */
export function driftWords({ verdict, psi }: Drift, what: string): string {
  const index = `(PSI ${psi.toFixed(2)})`;
  switch (verdict) {
    case "too few":
      return `Too few captures to tell whether ${what} have drifted ${index}.`;
    case "none":
      return `${sentence(what)} have not drifted ${index}.`;
    case "some":
      return `${sentence(what)} have drifted somewhat ${index}.`;
    case "strong":
      return `${sentence(what)} have drifted strongly ${index}: look at the new pictures.`;
  }
}

/** How many pictures were recognised as they are and under other conditions: what the index of drift tells without labels. */
export function conditionsWords(rows: readonly Prediction[], changed: readonly Prediction[]): string {
  const [before, after] = [accuracy(judged(rows)), accuracy(judged(changed))];
  if (before === undefined || after === undefined) return noTruth;
  return `The endpoint recognised ${percent(before)} of the pictures as they are, and ${
    percent(after)
  } of the ` +
    `changed ones. The drift tells that something is wrong without knowing a single label.`;
}

/** A warning that captures are missing from all figures; empty if none is. */
export function missingWords(missing: readonly string[]): string {
  if (missing.length === 0) return "";
  return `${sentence(countOf(missing.length, "expected capture"))} had not arrived (${missing[0]}${
    missing.length > 1 ? ", …" : ""
  }); the figures leave ${missing.length === 1 ? "it" : "them"} out.`;
}

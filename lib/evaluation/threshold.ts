/** What a threshold on the confidence does, and which one to take. */
import type { Judged } from "./frame.ts";
import { accuracy } from "./metrics.ts";

export interface ThresholdPoint {
  threshold: number;
  /** How many answers reach the threshold. */
  accepted: number;
  /** accepted / all. */
  coverage: number;
  /** The share of right answers among the accepted: their precision. Undefined when none is accepted. */
  accuracy: number | undefined;
}

/**
 * Coverage and accuracy of the accepted answers for thresholds in steps of 0.01, from the lowest confidence that
 * the best of `classCount` probabilities can have, up to 0.99. Empty without rows.
 */
export function thresholdCurve(rows: readonly Judged[], classCount: number): ThresholdPoint[] {
  if (rows.length === 0) return [];
  const points: ThresholdPoint[] = [];
  for (let percent = Math.floor(100 / classCount); percent < 100; percent++) {
    points.push(atThreshold(rows, percent / 100));
  }
  return points;
}

/** The same for one threshold. */
export function atThreshold(rows: readonly Judged[], threshold: number): ThresholdPoint {
  const accepted = rows.filter(({ confidence }) => confidence >= threshold);
  return {
    threshold,
    accepted: accepted.length,
    coverage: rows.length === 0 ? 0 : accepted.length / rows.length,
    accuracy: accuracy(accepted),
  };
}

/**
 * The lowest threshold of the curve at which the accepted answers have the wished precision: of those with enough
 * precision it lets the most answers pass. Undefined when no threshold does.
 *
 * @param precision target, above 0 and at most 1
 */
export function recommendThreshold(
  curve: readonly ThresholdPoint[],
  precision: number,
): ThresholdPoint | undefined {
  return curve.find(({ accuracy }) => accuracy !== undefined && accuracy >= precision);
}

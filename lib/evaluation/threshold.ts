/** The effect of a threshold on the confidence, and which threshold to choose. */
import type { Judged } from "./frame.ts";
import { accuracy } from "./metrics.ts";

export interface ThresholdPoint {
  threshold: number;
  /** Number of answers that reach the threshold. */
  accepted: number;
  /** accepted / all. */
  coverage: number;
  /** The share of right answers among the accepted ones, their precision; undefined if none is accepted. */
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
 * The lowest threshold of the curve at which the accepted answers reach the target precision: among those it accepts the
 * most answers. Undefined if no threshold reaches it.
 *
 * @param precision target, above 0 and at most 1
 */
export function recommendThreshold(
  curve: readonly ThresholdPoint[],
  precision: number,
): ThresholdPoint | undefined {
  return curve.find(({ accuracy }) => accuracy !== undefined && accuracy >= precision);
}

/** The effect of a threshold on the confidence, and which threshold to choose. */
import type { Judged } from "./frame.ts";
import { accuracy, wilsonInterval } from "./metrics.ts";

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

/** The 95% confidence interval of the share of right answers at a threshold; undefined if it accepts none. */
export function intervalAt({ accepted, accuracy }: ThresholdPoint): [number, number] | undefined {
  return accuracy === undefined ? undefined : wilsonInterval(Math.round(accuracy * accepted), accepted);
}

/** A range of thresholds, both ends included. */
export interface ThresholdRange {
  from: number;
  to: number;
}

/**
 * The thresholds around `point` that the answers cannot tell from it: those without a gap to it at which the share of right
 * answers lies within its confidence interval.
 */
export function alikeThresholds(curve: readonly ThresholdPoint[], point: ThresholdPoint): ThresholdRange {
  const [low, high] = intervalAt(point) ?? [0, 1];
  const alike = ({ accuracy }: ThresholdPoint) =>
    accuracy !== undefined && accuracy >= low && accuracy <= high;
  const below = curve.findLast((other) => other.threshold < point.threshold && !alike(other));
  const above = curve.find((other) => other.threshold > point.threshold && !alike(other));
  const range = curve.filter(({ threshold }) =>
    threshold > (below?.threshold ?? -1) && threshold < (above?.threshold ?? 2)
  );
  return {
    from: range[0]?.threshold ?? point.threshold,
    to: range.at(-1)?.threshold ?? point.threshold,
  };
}

/** What a threshold costs: couriers who set out wrongly, and people who look at what was held back. */
import { wilsonInterval } from "./metrics.ts";

/** In any currency. */
export interface Costs {
  /** Of an accepted answer that is wrong: the wrong courier sets out. */
  wrong: number;
  /** Of an answer that is held back: a person looks at the picture. */
  look: number;
}

/** With these a threshold of 0.8, the default, is best for a network whose confidences are exact. */
export const DEFAULT_COSTS: Costs = { wrong: 5, look: 1 };

/** Costs are given per this many orders. */
export const PER_ORDERS = 1000;

/** What happens to the orders at a threshold. */
export interface CostPoint {
  threshold: number;
  total: number;
  /** Accepted, and right or wrong. */
  right: number;
  wrong: number;
  /** Held back for a person. */
  held: number;
}

/** An estimate with its 95% confidence interval. */
export interface Estimate {
  low: number;
  value: number;
  high: number;
}

interface Outcome {
  confidence: number;
  correct: boolean;
}

/** What happens at thresholds in steps of 0.01, from the lowest confidence that the best of `classCount` can have to 0.99. */
export function costCurve(rows: readonly Outcome[], classCount: number): CostPoint[] {
  if (rows.length === 0) return [];
  const first = Math.floor(100 / classCount);
  return Array.from({ length: 100 - first }, (_, step) => costPoint(rows, (first + step) / 100));
}

/** The same for one threshold. */
export function costPoint(rows: readonly Outcome[], threshold: number): CostPoint {
  const accepted = rows.filter(({ confidence }) => confidence >= threshold);
  const right = accepted.filter(({ correct }) => correct).length;
  const held = rows.length - accepted.length;
  return { threshold, total: rows.length, right, wrong: accepted.length - right, held };
}

/** The cost of 1,000 orders. */
export function costOf({ wrong, held, total }: CostPoint, costs: Costs): Estimate {
  return weightedShares([[costs.wrong, wrong], [costs.look, held]], total);
}

/** How much more 1,000 orders cost at one threshold than at another; only the orders between the two differ. */
export function costDifference(point: CostPoint, from: CostPoint, costs: Costs): Estimate {
  const lower = point.threshold <= from.threshold;
  const [wrong, right] = [Math.abs(point.wrong - from.wrong), Math.abs(point.right - from.right)];
  const sign = lower ? 1 : -1; // the lower threshold accepts them, the higher one has a person look at them
  return weightedShares(
    [[sign * (costs.wrong - costs.look), wrong], [-sign * costs.look, right]],
    point.total,
  );
}

/** The best threshold, and the ranges of thresholds that the data cannot tell from it, itself among them. */
export interface BestThreshold {
  best: CostPoint;
  equal: { from: number; to: number }[];
}

/** The threshold with the lowest cost, of equal ones the lowest; undefined for an empty curve. */
export function bestThreshold(curve: readonly CostPoint[], costs: Costs): BestThreshold | undefined {
  const price = (point: CostPoint) => point.wrong * costs.wrong + point.held * costs.look;
  const [first] = curve;
  if (!first) return undefined;
  const best = curve.reduce((best, point) => price(point) < price(best) ? point : best, first);
  const equal: BestThreshold["equal"] = [];
  let before = false;
  for (const point of curve) {
    const same = costDifference(point, best, costs).low <= 0;
    if (same && before) equal.at(-1)!.to = point.threshold;
    else if (same) equal.push({ from: point.threshold, to: point.threshold });
    before = same;
  }
  return { best, equal };
}

/**
 * A sum of weighted shares of `total`, per 1,000, with its interval: the Wilson intervals of the shares, combined as if the
 * shares were independent, which small shares almost are.
 * Source: Zou and Donner, "Construction of confidence limits about effect measures", 2008 (method MOVER).
 */
function weightedShares(
  terms: readonly (readonly [weight: number, count: number])[],
  total: number,
): Estimate {
  let [value, below, above] = [0, 0, 0];
  for (const [weight, count] of terms) {
    const share = count / total;
    const ends = wilsonInterval(count, total).map((end) => weight * (end - share));
    value += weight * share;
    below += Math.min(...ends) ** 2;
    above += Math.max(...ends) ** 2;
  }
  return {
    low: PER_ORDERS * (value - Math.sqrt(below)),
    value: PER_ORDERS * value,
    high: PER_ORDERS * (value + Math.sqrt(above)),
  };
}

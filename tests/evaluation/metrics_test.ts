import assert from "node:assert/strict";
import { calibrationError, reliabilityBins } from "../../lib/evaluation/calibration.ts";
import {
  accuracy,
  confusionMatrix,
  coverage,
  median,
  precisionPerClass,
  wilsonInterval,
} from "../../lib/evaluation/metrics.ts";
import {
  alikeThresholds,
  atThreshold,
  recommendThreshold,
  thresholdCurve,
} from "../../lib/evaluation/threshold.ts";
import { classes, row, tenRows } from "./testing.ts";

function near(actual: number | undefined, expected: number, tolerance = 1e-9): void {
  assert(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

Deno.test("metrics: accuracy and coverage are shares, and undefined of nothing", () => {
  near(accuracy(tenRows()), 0.8);
  near(coverage(tenRows()), 0.8);
  assert.deepEqual([accuracy([]), coverage([])], [undefined, undefined]);
});

Deno.test("metrics: the confusion matrix has truth in rows and answers in columns", () => {
  assert.deepEqual(confusionMatrix(tenRows(), classes), [[4, 1], [1, 4]]);
  const three = ["a", "b", "c"];
  const rows = [row("a", "b", 0.5, three), row("c", "c", 0.5, three), row("a", "b", 0.5, three)];
  assert.deepEqual(confusionMatrix(rows, three), [[0, 2, 0], [0, 0, 0], [0, 0, 1]]);
  assert.throws(() => confusionMatrix(rows, classes), /a or b is not .* classes bicycle, motorcycle/);
});

Deno.test("metrics: precision is of the answers, and undefined for a class that was never answered", () => {
  assert.deepEqual(precisionPerClass([...tenRows(), row("motorcycle", "bicycle", 0.9)], classes), [
    { className: "bicycle", predicted: 6, right: 4, precision: 4 / 6 },
    { className: "motorcycle", predicted: 5, right: 4, precision: 0.8 },
  ]);
  assert.equal(precisionPerClass([row("bicycle", "bicycle", 0.9)], classes)[1]!.precision, undefined);
});

Deno.test("metrics: Wilson's interval", () => {
  // (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n) for 8 of 10, z = 1.959964
  const [low, high] = wilsonInterval(8, 10);
  near(low, 0.49016, 1e-5);
  near(high, 0.94331, 1e-5);
  near(wilsonInterval(10, 10)[0], 0.72247, 1e-5);
  near(wilsonInterval(10, 10)[1], 1);
  assert.deepEqual(wilsonInterval(0, 0), [0, 1]);
});

Deno.test("threshold: the curve goes from the lowest possible confidence to 0.99", () => {
  const curve = thresholdCurve(tenRows(), 2);
  assert.deepEqual([curve.length, curve[0]!.threshold, curve.at(-1)!.threshold], [50, 0.5, 0.99]);
  assert.deepEqual(curve[0], { threshold: 0.5, accepted: 10, coverage: 1, accuracy: 0.8 });
  assert.deepEqual(curve.at(-1), { threshold: 0.99, accepted: 1, coverage: 0.1, accuracy: 1 });
  assert.equal(thresholdCurve(tenRows(), 3)[0]!.threshold, 0.33);
  assert.deepEqual(thresholdCurve([], 2), []);
});

Deno.test("threshold: a confidence equal to the threshold is accepted, as the workflow's filter does", () => {
  assert.deepEqual(atThreshold(tenRows(), 0.8), {
    threshold: 0.8,
    accepted: 8,
    coverage: 0.8,
    accuracy: 0.875,
  });
  assert.equal(atThreshold(tenRows(), 0.995).accuracy, undefined);
});

Deno.test("threshold: recommended is the lowest one with enough precision", () => {
  const curve = thresholdCurve(tenRows(), 2);
  assert.equal(recommendThreshold(curve, 0.8)!.threshold, 0.5);
  assert.equal(recommendThreshold(curve, 0.85)!.threshold, 0.61, "8 of 9");
  assert.deepEqual(recommendThreshold(curve, 0.95), {
    threshold: 0.93,
    accepted: 5,
    coverage: 0.5,
    accuracy: 1,
  });
  const wrong = thresholdCurve([row("bicycle", "motorcycle", 0.99)], 2);
  assert.equal(recommendThreshold(wrong, 0.9), undefined);
});

Deno.test("calibration: bins by confidence, and the error averaged by their counts", () => {
  const rows = [
    row("bicycle", "bicycle", 0.95),
    row("bicycle", "bicycle", 0.97),
    row("bicycle", "bicycle", 1),
    row("bicycle", "motorcycle", 0.96),
    row("bicycle", "bicycle", 0.65),
    row("bicycle", "motorcycle", 0.6),
  ];
  const bins = reliabilityBins(rows);
  assert.deepEqual(bins.map(({ from, to, count, accuracy }) => [from, to, count, accuracy]), [
    [0.6, 0.7, 2, 0.5],
    [0.9, 1, 4, 0.75],
  ]);
  near(bins[0]!.confidence, 0.625);
  near(bins[1]!.confidence, 0.97);
  near(calibrationError(bins), (2 * 0.125 + 4 * 0.22) / 6);
  assert.equal(calibrationError(reliabilityBins([])), undefined);
});

Deno.test("median: the middle value, or the mean of the two in the middle", () => {
  assert.deepEqual([[], [3], [4, 1], [9, 1, 2]].map(median), [undefined, 3, 2.5, 2]);
});

Deno.test("threshold: alike are those next to it whose share of right answers lies within its interval", () => {
  const point = (threshold: number, accuracy: number | undefined) => ({
    threshold,
    accuracy,
    accepted: 100,
    coverage: 0.5,
  });
  // 95 of 100 right: 88.8% to 97.8%
  const chosen = point(0.8, 0.95);
  const curve = [point(0.5, 0.9), point(0.6, 0.8), point(0.7, 0.9), chosen, point(0.9, 0.97), point(0.95, 1)];
  assert.deepEqual(alikeThresholds(curve, chosen), { from: 0.7, to: 0.9 });
  assert.deepEqual(alikeThresholds([chosen], chosen), { from: 0.8, to: 0.8 });
});

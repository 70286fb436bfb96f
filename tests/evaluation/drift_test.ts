import assert from "node:assert/strict";
import { classDrift, confidenceDrift, populationStabilityIndex } from "../../lib/evaluation/drift.ts";
import { classes } from "./testing.ts";

const answers = (predicted: string, confidences: number[]) =>
  confidences.map((confidence) => ({ predicted, confidence }));
const many = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, i) => from + (to - from) * i / count);

function near(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

Deno.test("drift: the population stability index", () => {
  // (0.6 − 0.5) ln(0.6/0.5) + (0.4 − 0.5) ln(0.4/0.5)
  near(populationStabilityIndex([50, 50], [60, 40]), 0.1 * Math.log(1.2) - 0.1 * Math.log(0.8));
  assert.equal(populationStabilityIndex([30, 70], [3, 7]), 0, "shares count, not sizes");
  // An empty bin counts as half an observation.
  near(
    populationStabilityIndex([50, 50], [100, 0]),
    0.5 * Math.log(2) + (0.005 - 0.5) * Math.log(0.005 / 0.5),
  );
  assert.equal(populationStabilityIndex([1, 2], [0, 0]), 0);
  assert.throws(() => populationStabilityIndex([1], [1, 2]), /baseline has 1 bins, .*captures have 2/);
});

Deno.test("drift: classes that are answered as often as before have not drifted", () => {
  const baseline = [...answers("bicycle", many(100, 0.9, 1)), ...answers("motorcycle", many(100, 0.9, 1))];
  const drift = classDrift(baseline, baseline.filter((_, i) => i % 2 === 0), classes);
  assert.deepEqual([drift.bins, drift.baseline, drift.captured], [classes, [100, 100], [50, 50]]);
  assert.deepEqual([drift.psi, drift.verdict], [0, "none"]);
  // 3.84 is the 95th percentile of chi-squared with one degree of freedom.
  assert(Math.abs(drift.chanceLimit - 3.84 * (1 / 200 + 1 / 100)) < 0.001);
});

Deno.test("drift: verdicts by the usual limits, unless chance may have done it", () => {
  const baseline = [...answers("bicycle", many(500, 0.9, 1)), ...answers("motorcycle", many(500, 0.9, 1))];
  const captured = (bicycles: number, motorcycles: number) =>
    classDrift(
      baseline,
      [...answers("bicycle", many(bicycles, 0.9, 1)), ...answers("motorcycle", many(motorcycles, 0.9, 1))],
      classes,
    ).verdict;
  assert.equal(captured(290, 210), "none", "PSI 0.026");
  assert.equal(captured(340, 160), "some", "PSI 0.136");
  assert.equal(captured(400, 100), "strong", "PSI 0.416");
  assert.equal(captured(7, 3), "too few", "PSI 0.169, but 10 captures may be so by chance");
  assert.equal(captured(5, 5), "too few", "as near as can be, but 10 captures would not show drift");
  assert.equal(captured(0, 0), "too few");
});

Deno.test("drift: confidences are compared in quarters of the baseline", () => {
  const baseline = answers("bicycle", many(400, 0.6, 1));
  const same = confidenceDrift(baseline, answers("bicycle", many(200, 0.6, 1)));
  assert.deepEqual(same.bins, ["< 0.70", "0.70–0.80", "0.80–0.90", "≥ 0.90"]);
  assert.deepEqual([same.baseline, same.verdict], [[100, 100, 100, 100], "none"]);
  const lower = confidenceDrift(baseline, answers("bicycle", many(200, 0.5, 0.8)));
  assert.equal(lower.captured[3], 0);
  assert.equal(lower.verdict, "strong");
});

Deno.test("drift: confidences that are nearly all the same", () => {
  const baseline = [...answers("bicycle", Array(90).fill(1)), ...answers("bicycle", many(10, 0.6, 0.9))];
  const drift = confidenceDrift(baseline, baseline);
  assert.deepEqual([drift.bins, drift.baseline], [["< 1.00", "≥ 1.00"], [10, 90]]);
  const constant = confidenceDrift(answers("bicycle", Array(90).fill(1)), baseline);
  assert.deepEqual([constant.bins, constant.verdict], [["all"], "too few"]);
  const near1 = confidenceDrift(answers("bicycle", many(100, 0.9991, 0.9999)), baseline);
  assert(near1.bins.every((bin) => !bin.includes("1.0")), `not rounded to 1: ${near1.bins}`);
});

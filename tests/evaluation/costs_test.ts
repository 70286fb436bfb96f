import assert from "node:assert/strict";
import * as vega from "vega";
import { compile } from "vega-lite";
import { costExplorer } from "../../lib/evaluation/charts/cost_explorer.ts";
import { costChart } from "../../lib/evaluation/charts/costs.ts";
import { COST_PARAMS } from "../../lib/evaluation/cost_params.ts";
import { bestThreshold, costCurve, costDifference, costOf, costPoint } from "../../lib/evaluation/costs.ts";
import { bestWords, costWords, exactWords } from "../../lib/evaluation/costs_words.ts";
import { assertDrawn } from "../display/testing.ts";

const costs = { wrong: 5, look: 1 };

/** Two hundred answers, wrong more often where the network is less sure. */
const rows = Array.from({ length: 200 }, (_, i) => ({
  confidence: 0.5 + i / 400,
  correct: i % 7 !== 0 || i > 120,
}));
const curve = costCurve(rows, 2);

Deno.test("costs: the orders of a threshold are right, wrong or held back", () => {
  assert.deepEqual(costPoint(rows, 0.5), { threshold: 0.5, total: 200, right: 182, wrong: 18, held: 0 });
  assert.deepEqual(costPoint(rows, 0.75), { threshold: 0.75, total: 200, right: 97, wrong: 3, held: 100 });
  assert.deepEqual(curve.map(({ threshold }) => threshold).slice(0, 3), [0.5, 0.51, 0.52]);
  assert.equal(curve.at(-1)!.threshold, 0.99);
  assert.equal(costCurve(rows, 3)[0]!.threshold, 0.33);
  assert.deepEqual(costCurve([], 2), []);
});

Deno.test("costs: 1,000 orders cost what wrong couriers and looks cost, with an interval around it", () => {
  const { low, value, high } = costOf(costPoint(rows, 0.75), costs);
  assert.equal(value, 1000 * (3 * 5 + 100) / 200);
  assert.ok(low > 450 && low < value && high > value && high < 750, `${low} to ${high}`);
  const free = costOf({ threshold: 0.9, total: 200, right: 200, wrong: 0, held: 0 }, costs);
  assert.equal(free.value, 0);
  assert.ok(free.high > 90, "None of 200 wrong does not mean that none ever is.");
});

Deno.test("costs: only the orders between two thresholds make a difference", () => {
  const [low, high] = [costPoint(rows, 0.5), costPoint(rows, 0.75)];
  const difference = costDifference(low, high, costs);
  assert.ok(Math.abs(difference.value - (costOf(low, costs).value - costOf(high, costs).value)) < 1e-9);
  const back = costDifference(high, low, costs);
  assert.ok(Math.abs(back.value + difference.value) < 1e-9);
  assert.ok(Math.abs(back.low + difference.high) < 1e-9);
});

Deno.test("costs: the best threshold costs least, and those that the data cannot tell from it are named", () => {
  const { best, equal } = bestThreshold(curve, costs)!;
  const least = Math.min(...curve.map((point) => costOf(point, costs).value));
  assert.equal(costOf(best, costs).value, least);
  assert.ok(equal.some(({ from, to }) => from <= best.threshold && best.threshold <= to));
  assert.equal(bestThreshold(curve, { wrong: 5, look: 0 })!.best.wrong, 0);
  assert.equal(bestThreshold(curve, { wrong: 1, look: 9 })!.best.threshold, 0.5);
  assert.equal(bestThreshold([], costs), undefined);
});

Deno.test("costs: in words", () => {
  assert.equal(
    costWords(costPoint(rows, 0.75), costs),
    "At 0.75: of 200 orders, 97 get the right courier, 3 the wrong one, and a person looks at 100. 1,000 orders cost " +
      "575 (95% interval: 490 to 732), at 5 for a wrong courier and 1 for a look.",
  );
  assert.match(
    bestWords(bestThreshold(curve, costs)!, costs),
    /^Best: 0\.\d\d, at \d+\. 200 orders are too few to tell it from 0\.\d\d to /,
  );
  const point = (threshold: number, wrong: number) => ({
    threshold,
    total: 9,
    right: 9 - wrong,
    wrong,
    held: 0,
  });
  const alone = { best: point(0.5, 0), equal: [{ from: 0.5, to: 0.5 }] };
  assert.equal(bestWords(alone, costs), "Best: 0.50, at 0. All other thresholds cost more.");
  assert.equal(exactWords(costs), "If every confidence were exact, 1 − 1 ÷ 5 = 0.80 would be best.");
  assert.match(exactWords({ wrong: 1, look: 1 }), /never pays/);
});

Deno.test("costs: the chart computes what the page computes, also when its parameters change", async () => {
  const { spec } = compile(costChart(curve, { threshold: 0.8, costs }));
  const view = new vega.View(vega.parse(spec), { renderer: "none" });
  await view.runAsync();
  for (const changed of [costs, { wrong: 30, look: 2 }, { wrong: 1, look: 3 }, { wrong: 0, look: 0 }]) {
    view.signal(COST_PARAMS.wrong, changed.wrong).signal(COST_PARAMS.look, changed.look);
    await view.runAsync();
    const names = spec.data!.map(({ name }) => name);
    const points = names.flatMap((name) => view.data(name)).filter((datum) => "surely_more" in datum);
    const { best, equal } = bestThreshold(curve, changed)!;
    for (const point of curve) {
      const drawn = points.find(({ threshold }) => threshold === point.threshold)!;
      const { low, value, high } = costOf(point, changed);
      const near = (a: number, b: number) =>
        assert.ok(Math.abs(a - b) < 0.05, `${a} is not ${b} at ${point.threshold}`);
      near(drawn.cost!, value);
      near(drawn.low!, Math.max(0, low));
      near(drawn.high!, high);
      assert.equal(drawn.best, best.threshold);
      const same = equal.some(({ from, to }) => from <= point.threshold && point.threshold <= to);
      assert.equal(drawn.surely_more! <= 0, same, `${point.threshold}`);
    }
  }
  view.finalize();
});

const pictured = rows.map((row) => ({
  ...row,
  truth: "bicycle",
  predicted: "bicycle",
  picture: "data:image/webp;base64,",
}));
for (const [what, answers] of Object.entries({ none: [], one: pictured.slice(0, 1), many: pictured })) {
  Deno.test(`costs: the chart of ${what} is drawn without a warning, with inputs and pictures too`, async () => {
    const points = costCurve(answers, 2);
    await assertDrawn(costChart(points, { threshold: 0.8, costs }));
    await assertDrawn(costExplorer(points, answers, { threshold: 0.8, costs }));
  });
}

import assert from "node:assert/strict";
import type { TopLevelSpec } from "vega-lite";
import { palette } from "../../lib/display/theme.ts";
import { reliabilityBins } from "../../lib/evaluation/calibration.ts";
import { confidenceDistribution, confidenceOverTime } from "../../lib/evaluation/charts/confidence.ts";
import { confusionChart } from "../../lib/evaluation/charts/confusion.ts";
import { driftChart } from "../../lib/evaluation/charts/drift.ts";
import { reliabilityChart } from "../../lib/evaluation/charts/reliability.ts";
import { thresholdChart } from "../../lib/evaluation/charts/threshold.ts";
import { classDrift, confidenceDrift } from "../../lib/evaluation/drift.ts";
import type { Judged } from "../../lib/evaluation/frame.ts";
import { recommendThreshold, thresholdCurve } from "../../lib/evaluation/threshold.ts";
import { assertDrawn, draw } from "../display/testing.ts";
import { classes, row, tenRows } from "./testing.ts";

const five = ["bicycle", "motorcycle", "pickup_truck", "streetcar", "train"];
const fiveRows = five.flatMap((truth, i) => [
  row(truth, truth, 0.9 + i / 100, five),
  row(truth, five[(i + 1) % 5]!, 0.4 + i / 20, five),
]);

/** All charts of the same rows. */
function charts(rows: Judged[], names: string[]): Record<string, TopLevelSpec> {
  const curve = thresholdCurve(rows, names.length);
  return {
    time: confidenceOverTime(rows, { classes: names, threshold: 0.8 }),
    distribution: confidenceDistribution(rows, { classes: names, threshold: 0.8 }),
    confusion: confusionChart(rows, names),
    threshold: thresholdChart(curve, {
      threshold: 0.8,
      recommended: recommendThreshold(curve, 0.9),
      precision: 0.9,
    }),
    reliability: reliabilityChart(reliabilityBins(rows)),
    drift: driftChart(confidenceDrift(rows, rows), classDrift(rows, rows, names)),
  };
}

const cases: [string, Judged[], string[]][] = [
  ["no rows", [], classes],
  ["one row", [row("bicycle", "bicycle", 0.97)], classes],
  ["ten rows", tenRows(), classes],
  ["five classes", fiveRows, five],
];
for (const [what, rows, names] of cases) {
  for (const [name, specification] of Object.entries(charts(rows, names))) {
    Deno.test(`charts: ${name} of ${what} is drawn without a warning, under a title`, () =>
      assertDrawn(specification));
  }
}

Deno.test("charts: confidences over time show each outcome once in the legend, with the threshold", async () => {
  const { svg, title } = await draw(charts(tenRows(), classes).time!);
  assert.equal(title, "8 of 10 answers reached the threshold of 0.8; of these 1 was wrong.");
  for (const state of ["accepted, right", "accepted, wrong", "below the threshold"]) {
    assert.equal(svg.split(`>${state}<`).length, 2, state);
  }
  assert(!svg.includes(">accepted, truth unknown<"));
  assert.match(svg, /Each mark is a captured answer, at 2026-01-05 14:03:00 UTC;/);
  const times = ["2026-01-05T23:59:00Z", "2026-01-06T00:01:00Z"];
  const rows = times.map((time) => ({ ...row("bicycle", "bicycle", 0.9), time: new Date(time) }));
  assert.match(
    (await draw(charts(rows, classes).time!)).svg,
    /from 2026-01-05 23:59:00\b[^]*2026-01-06 00:01:00 UTC;/,
  );
});

Deno.test("charts: answers of one second stand side by side, accepted wrong ones on top of all others", async () => {
  const { svg } = await draw(charts(tenRows(), classes).time!);
  const marks = [
    ...svg.matchAll(
      /picture: [^"]*?outcome: ([a-z, ]+)" role="graphics-symbol"[^>]*transform="translate\(([\d.]+)/g,
    ),
  ];
  assert.equal(marks.length, 10);
  assert.equal(new Set(marks.map(([, , x]) => x)).size, 10);
  assert.equal(marks.findIndex(([, outcome]) => outcome === "accepted, wrong"), 9);
});

Deno.test("charts: the distribution counts pictures of a class by answer", async () => {
  const { svg } = await draw(charts(tenRows(), classes).distribution!);
  assert.match(svg, />bicycle: 5 pictures</);
  assert.match(svg, />motorcycle: 5 pictures</);
  assert.match(svg, /confidence: 0\.9 – 0\.95; pictures: 1; answer: motorcycle; (wrong: 1; )?truth: bicycle/);
  assert(svg.includes(palette.blue) && svg.includes(palette.vermillion), "class colours");
});

Deno.test("charts: the confusion matrix bears counts and shares of the class", async () => {
  const { svg } = await draw(charts([...tenRows(), row("bicycle", "bicycle", 0.9)], classes).confusion!);
  assert.match(svg, />83\.3%</);
  assert.match(svg, />16\.7%</);
  assert.match(svg, />5</);
});

Deno.test("charts: the threshold chart marks the threshold in use and the recommended one", async () => {
  const { svg } = await draw(charts(tenRows(), classes).threshold!);
  assert.match(svg, />in use: 0\.8</);
  assert.match(svg, />recommended: 0\.93</);
  const none = thresholdChart(thresholdCurve(tenRows(), 2), {
    threshold: 0.8,
    recommended: undefined,
    precision: 1,
  });
  assert(!(await draw(none)).svg.includes("recommended"));
});

Deno.test("charts: the labels of two near thresholds stand above the plot, each on its own line", async () => {
  const curve = thresholdCurve(tenRows(), 2);
  const recommended = { ...curve[0]!, threshold: 0.78 };
  const { svg } = await draw(thresholdChart(curve, { threshold: 0.8, recommended, precision: 0.9 }));
  const heights = ["recommended: 0.78", "in use: 0.8"].map((text) =>
    Number(svg.match(new RegExp(`translate\\([\\d.]+,(-?[\\d.]+)\\)[^>]*>${text}<`))?.[1])
  );
  assert(heights.every((y) => y < 0) && Math.abs(heights[0]! - heights[1]!) >= 12, `${heights}`);
});

Deno.test("charts: the drift of confidences names its bins", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => row("bicycle", "bicycle", 0.6 + i / 100));
  assert.match((await draw(charts(rows, classes).drift!)).svg, />confidence, in quarters of the baseline</);
  const same = Array.from({ length: 40 }, () => row("bicycle", "bicycle", 0.6));
  assert.match(
    (await draw(charts(same, classes).drift!)).svg,
    />confidence, in equal parts of the baseline</,
  );
});

Deno.test("charts: names of classes are written as people write them", async () => {
  const names = ["bicycle", "pickup_truck"];
  const rows = [row("pickup_truck", "bicycle", 0.9, names), row("bicycle", "bicycle", 0.95, names)];
  for (const [name, specification] of Object.entries(charts(rows, names))) {
    assert.doesNotMatch((await draw(specification)).svg, /pickup_truck/, name);
  }
  assert.match((await draw(confusionChart(rows, names))).svg, />pickup truck</);
});

Deno.test("charts: small counts of the confusion matrix are pale on light pages and dark on dark ones", async () => {
  const { svg } = await draw(confusionChart(tenRows(), classes));
  assert.match(svg, /fill="#0072B2" opacity="0\.\d+"/);
});

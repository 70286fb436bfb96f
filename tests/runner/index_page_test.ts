import assert from "node:assert/strict";
import { chart } from "../../lib/display/chart.ts";
import { playable } from "../../lib/display/play.ts";
import { markdown } from "../../lib/display/show.ts";
import { needsAttention, renderIndexPage } from "../../lib/runner/index_page.ts";

const good = {
  target: "local",
  dataset: { source: "cifar-100-python.tar.gz", synthetic: false, train: 1000, test: 200 },
  training: { accuracy: 0.925, seconds: 31.2, imagesPerSecond: 960, epochs: 40 },
  endpoint: "scones",
  executions: { total: 40, succeeded: 36, belowThreshold: 4, otherwiseFailed: 0 },
  captures: 42,
  accuracyOfAccepted: 0.97,
};
/** Nobody has to look at anything. */
const fine = { ...good, executions: { total: 40, succeeded: 40, belowThreshold: 0, otherwiseFailed: 0 } };
const reports = [
  { name: "1_data_staging", title: "1 · Data staging", seconds: 3.1 },
  { name: "2_train", title: "2 · Training", seconds: 45 },
];

Deno.test("the summary page says what was trained, how good it is and what the workflow did", async () => {
  const title = "Accuracy 92.5% after 32 epochs.";
  const data = await chart({ title, data: { values: [{ x: 1 }] }, mark: "point" }).bundle();
  const highlights = [{ output_type: "display_data", data, metadata: {} } as const];
  const html = await renderIndexPage(good, { reports, highlights }, { Target: "local" });
  assert.match(html, /1,000 pictures to learn from and 200 to test with came from cifar-100-python\.tar\.gz/);
  assert.match(html, /recognises 92\.5% of the 200 test pictures and gets 15 wrong/);
  assert.match(
    html,
    /Of 40 executions, 36 succeeded, and 4 ended .*threshold.*\. None failed for any other reason\./,
  );
  assert.match(
    html,
    /4 orders wait for a person, 10% of all: .*<a href="5_evaluation\.html#confidence">all confidences<\/a>/,
  );
  assert.match(await renderIndexPage(fine, { reports, highlights }, {}), /✓ Nothing\./);
  const top = html.slice(html.indexOf("<h1>"), html.indexOf("What needs attention"));
  assert.match(
    top,
    /<nav .*<a href="2_train\.html">2 · Training<\/a>/,
    "the notebooks are linked at the top",
  );
  assert.match(html, /<td><a href="2_train\.html">2 · Training<\/a><\/td><td>complete<\/td>/);
  assert.match(html, /<figcaption><b>Accuracy 92\.5% after 32 epochs\.<\/b>.*<svg/);
});

Deno.test("what can be played with has a section of its own", async () => {
  const answers = [{ truth: "bicycle", predicted: "bicycle", correct: true, confidence: 0.9 }];
  const play = { kind: "threshold", classes: ["bicycle", "motorcycle"], threshold: 0.8, answers } as const;
  const data = await playable({ ...play, costs: { wrong: 5, look: 1 } }, markdown("")).bundle();
  const highlights = [{ output_type: "display_data", data, metadata: {} } as const];
  const html = await renderIndexPage(good, { reports, highlights }, {});
  assert.match(html, /<h2>What a threshold costs<\/h2>\s*<section class="play"/);
  assert.doesNotMatch(html, /In pictures/, "there are no charts beside it");
});

Deno.test("a run that stopped at once has a page too", async () => {
  const failed = [{
    name: "1_data_staging",
    title: "1 · Data staging",
    seconds: 1,
    failure: new Error("1.ipynb, cell 2 (<x>):\nmore"),
  }];
  const html = await renderIndexPage({}, { reports: failed, highlights: [] }, {});
  assert.match(html, /1 · Data staging stopped: 1\.ipynb, cell 2 \(&lt;x&gt;\): more</);
  assert.match(html, /Nothing: the run stopped/);
});

Deno.test("what needs attention is computed from the figures", () => {
  assert.deepEqual(needsAttention(fine, reports), []);
  assert.deepEqual(needsAttention({ ...fine, threshold: { inUse: 0.8, recommended: 0.8 } }, reports), []);
  const cases: [object, RegExp][] = [
    [{ training: { accuracy: 0.8 } }, /80%.* 88%/],
    [
      { executions: { total: 40, succeeded: 30, belowThreshold: 4, otherwiseFailed: 6 } },
      /6 executions failed/,
    ],
    [{ executions: { total: 40, succeeded: 0, belowThreshold: 40 } }, /No execution succeeded/],
    [
      { executions: { total: 40, succeeded: 20, belowThreshold: 20 } },
      /20 orders wait for a person, 50% of all: .* more than a quarter/,
    ],
    [{ wrongCouriers: 4 }, /4 orders got the wrong courier.*the-worst-mistakes/],
    [
      { threshold: { inUse: 0.8, recommended: 0.85, alike: true } },
      /A threshold of 0\.85 is recommended instead of 0\.8, but these pictures are too few .*#the-threshold/,
    ],
    [
      { threshold: { inUse: 0.8, recommended: 0.85, precision: 0.98, alike: false } },
      /For 98% of right answers a threshold of 0\.85 is recommended instead of 0\.8\./,
    ],
    [{ captures: 39 }, /missing.* 39 captured predictions for 40 executions/],
    [{ accuracyOfAccepted: 0.9 }, /the threshold does not help/],
    [{ dataset: { ...good.dataset, synthetic: true } }, /synthetic/],
    [{ target: "aws" }, /costs money/],
  ];
  for (const [change, expected] of cases) {
    const found = needsAttention({ ...fine, ...change }, reports);
    assert.ok(
      found.some((one) => expected.test(JSON.stringify(one))),
      `${expected} in ${JSON.stringify(found)}`,
    );
  }
});

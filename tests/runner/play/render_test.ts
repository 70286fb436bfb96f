import assert from "node:assert/strict";
import { playable } from "../../../lib/display/play.ts";
import { html, markdown } from "../../../lib/display/show.ts";
import { renderReport, type ReportContext } from "../../../lib/runner/html.ts";
import { MAX_INLINE, PlayRenderer } from "../../../lib/runner/play/render.ts";
import { code, notebookOf } from "../testing.ts";

const classes = ["bicycle", "motorcycle"];
const answers = [0.6, 0.9, 0.97].map((confidence, index) => ({
  truth: "bicycle",
  predicted: classes[index % 2]!,
  correct: index % 2 === 0,
  confidence,
}));
const threshold = {
  kind: "threshold",
  classes,
  threshold: 0.8,
  costs: { wrong: 5, look: 1 },
  answers,
} as const;
const game = {
  kind: "game",
  classes: ["bicycle", "<b>"],
  pictures: [{ truth: "bicycle", predicted: "<b>", confidence: 0.6, picture: "data:image/png;base64," }],
} as const;
const classify = {
  kind: "classify",
  classes,
  model: "aGk=",
  channels: 3,
  height: 32,
  width: 32,
  samples: [],
} as const;

async function report(
  options: Pick<ReportContext, "liveCharts">,
  ...outputs: Awaited<ReturnType<ReturnType<typeof playable>["bundle"]>>[]
): Promise<string> {
  const cells = outputs.map((data) =>
    code("1", { outputs: [{ output_type: "display_data", data, metadata: {} }] })
  );
  return await renderReport(notebookOf(...cells), { name: "5_x", facts: {}, links: [], ...options });
}

Deno.test("the threshold is words and a chart without JavaScript, and its controls wait for it", async () => {
  const page = await report({}, await playable(threshold, markdown("not shown")).bundle());
  assert.match(page, /<form class="controls" hidden>/);
  assert.match(
    page,
    /At 0\.80: of 3 orders, 1 get the right courier, 1 the wrong one, and a person looks at 1\./,
  );
  assert.match(page, /<figure class="chart"[^]*What each threshold costs/);
  assert.doesNotMatch(page, /not shown/);
});

Deno.test("a game is what the notebook shows, folded answers and all, until a script replaces it", async () => {
  const page = await report({}, await playable(game, html("<p>the pictures</p>", "")).bundle());
  assert.match(page, /<div class="game" hidden>/);
  assert.match(page, /<div class="static"><div class="html"><p>the pictures<\/p>/);
  assert.match(page, /value="&lt;b&gt;"/);
  assert.doesNotMatch(page.match(/<script type="application\/json" class="data">(.*?)<\/script>/)![1]!, /</);
});

Deno.test("a report of drawings only has the chart, the pictures and neither model nor scripts to play with", async () => {
  const bundles = [
    await playable(threshold, markdown("not shown")).bundle(),
    await playable(game, html("<p>the pictures</p>", "")).bundle(),
    await playable(classify, markdown("the model is in the page")).bundle(),
  ];
  const page = await report({ liveCharts: false }, ...bundles);
  assert.match(page, /<figure class="chart"[^]*What each threshold costs/);
  assert.match(page, /<p>the pictures<\/p>/);
  assert.match(page, /the model is not in it/);
  assert.doesNotMatch(page, /data-play|ort-wasm|the model is in the page/);
  assert.ok(page.length < 80_000, `${page.length}`);
});

Deno.test("model and runtime are in the report, once, while they are small enough", async () => {
  const bundle = await playable(classify, markdown("")).bundle();
  const page = await report({}, bundle, bundle);
  assert.equal(page.match(/id="ort-wasm"/g)?.length, 1);
  assert.ok(page.length < MAX_INLINE, `${page.length}`);
  assert.match(page, /script-src 'sha256-[^']+' 'sha256-[^']+' 'unsafe-eval'/);
});

Deno.test("a larger model gets a page of its own, to which the report links", async () => {
  const pages = new Map<string, string>();
  const plays = new PlayRenderer("2_x", (file, page) => Promise.resolve(void pages.set(file, page)));
  const link = await plays.render({ ...classify, model: "a".repeat(MAX_INLINE) }, "");
  assert.match(link, /href="2_x\.model\.html"/);
  assert.deepEqual(await plays.scripts(), []);
  const page = pages.get("2_x.model.html")!;
  assert.match(page, /<section class="play" data-play="classify"/);
  assert.match(page, /id="ort-wasm"/);
  assert.match(page, /href="2_x\.html"/);
});

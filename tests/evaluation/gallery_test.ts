import assert from "node:assert/strict";
import { outcomeColors, palette } from "../../lib/display/theme.ts";
import { leastCertain, mistakes, predictionGallery, sampleGallery } from "../../lib/evaluation/gallery.ts";
import { classes, row, tenRows } from "./testing.ts";

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

Deno.test("gallery: the least certain come first; those without a picture are left out", () => {
  const unknown = { ...row("bicycle", "bicycle", 0.51), key: null };
  assert.deepEqual(leastCertain([...tenRows(), unknown], 3).map(({ confidence }) => confidence), [
    0.6,
    0.7,
    0.8,
  ]);
  assert.deepEqual(mistakes(tenRows()).map(({ confidence }) => confidence), [0.92, 0.6]);
});

Deno.test("gallery: pictures with truth, answer and confidence; wrong ones in more than colour", async () => {
  const asked: string[] = [];
  const rows = [
    { ...row("bicycle", "motorcycle", 0.62), key: "test/x.png", picture: "x.png" },
    row("bicycle", "bicycle", 0.9),
    { ...row("bicycle", "bicycle", 0.9), truth: null, correct: null },
  ];
  const gallery = await predictionGallery(rows, (key) => {
    asked.push(key);
    return Promise.resolve(png);
  });
  const bundle = await gallery.bundle();
  const html = bundle["text/html"] as string;
  assert.deepEqual(asked, ["test/x.png", "test/a.png", "test/a.png"]);
  assert.equal(html.split("data:image/png;base64,iVBORw==").length, 4);
  assert.match(html, /image-rendering:pixelated/);
  assert.match(html, new RegExp(`4px dashed ${outcomeColors.failed}`));
  assert.match(
    html,
    /<strong>✗ wrong<\/strong><br>truth: bicycle<br>answer: motorcycle<br>confidence: 0\.62, below the/,
  );
  assert.match(html, /✓ right/);
  assert.match(html, /\? truth unknown/);
  assert.match(bundle["text/plain"] as string, /^\[x\.png: ✗ wrong, truth: bicycle, answer: motorcycle/);
});

Deno.test("gallery: nothing to show is said, an answer without a picture is refused", async () => {
  const never = () => Promise.reject(new Error("not asked"));
  assert.equal((await (await predictionGallery([], never)).bundle())["text/plain"], "No pictures.");
  const unknown = { ...row("bicycle", "bicycle", 0.5), key: null };
  await assert.rejects(
    predictionGallery([unknown], never),
    /2026-01-05T14:03:00\.000Z is unknown: .* no inference id/,
  );
});

Deno.test("gallery: samples stand under their class in its colour, with text made safe", async () => {
  const bundle = await sampleGallery(
    [
      { png, className: "motorcycle", name: "m.png" },
      { png, className: "bicycle", name: "<b>.png" },
    ],
    [...classes, "train"],
  ).bundle();
  const html = bundle["text/html"] as string;
  assert(html.indexOf("bicycle</div>") < html.indexOf("motorcycle</div>"));
  assert(html.includes(palette.blue) && html.includes(palette.vermillion));
  assert(html.includes("&lt;b&gt;.png") && !html.includes("<b>.png"));
  assert(!html.includes("train"));
  assert.equal(bundle["text/plain"], "bicycle, 1 picture: <b>.png\nmotorcycle, 1 picture: m.png");
});

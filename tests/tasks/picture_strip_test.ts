import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { XMLValidator } from "fast-xml-parser";
import sharp from "sharp";
import { drawStateMachine } from "../../lib/graph/draw.ts";
import { drawStrip } from "../../lib/tasks/picture_strip.ts";

Deno.test("the README's strip is valid SVG in one colour of text, with every picture and the graph in it", async () => {
  const pixels = await sharp({ create: { width: 32, height: 32, channels: 3, background: "#336699" } }).png()
    .toBuffer();
  const one = { png: pixels.toString("base64"), caption: "bicycle & <0.99>", right: true };
  const graph = drawStateMachine({ StartAt: "A", States: { A: { Type: "Pass", End: true } } }).svg;
  const wrong = { ...one, right: false };
  const svg = await drawStrip(
    { orders: [one, wrong], graph, hardest: [one, one, wrong, wrong, wrong] },
    "#123456",
  );
  assert.equal(XMLValidator.validate(svg), true);
  assert.equal(svg.match(/<image /g)?.length, 6, "two orders and four of the hardest");
  assert.equal(svg.match(/stroke-dasharray="9 5"/g)?.length, 3, "wrong answers differ by more than colour");
  assert.match(svg, /bicycle &amp; &lt;0\.99&gt;/);
  assert.match(svg, />A<\/text>/);
  assert.doesNotMatch(svg, /currentColor/);
  const { width, height } = await sharp(Buffer.from(svg)).metadata();
  assert.deepEqual([width, height], [820, 440]);
});

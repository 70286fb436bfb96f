import assert from "node:assert/strict";
import { countsChart, countsWords } from "../../lib/dataset/counts_chart.ts";
import { assertDrawn, draw } from "../display/testing.ts";

Deno.test("counts chart: drawn from no class, one and many", async () => {
  for (const classes of [[], ["bicycle"], ["bicycle", "motorcycle", "pickup_truck", "streetcar", "train"]]) {
    await assertDrawn(countsChart(classes.map((className) => ({ className, split: "train", count: 5 }))));
  }
});

Deno.test("counts chart: bars name the split and the number", async () => {
  const { svg, title } = await draw(countsChart([
    { className: "bicycle", split: "train", count: 1500 },
    { className: "bicycle", split: "test", count: 0 },
  ]));
  assert.match(svg, />train: 1,500</);
  assert.match(svg, />test: 0</);
  assert.equal(title, "1,500 pictures to train and no pictures to test.");
});

Deno.test("counts in words", () => {
  const count = (className: string, split: string, count: number) => ({ className, split, count });
  assert.equal(
    countsWords([
      count("bicycle", "train", 500),
      count("motorcycle", "train", 500),
      count("bicycle", "test", 9),
      count("motorcycle", "test", 1),
    ]),
    "1,000 pictures to train (500 of each class) and 10 pictures to test.",
  );
  assert.equal(countsWords([]), "No pictures.");
});

import assert from "node:assert/strict";
import { findExamples } from "../../lib/evaluation/examples.ts";
import { classes } from "./testing.ts";

const labels = ["a", "b", "c", "d"].map((name, index) => ({ index, label: index % 2, path: `${name}.png` }));
const answer = (name: string, predicted: string, confidence: number) => ({
  key: `test/${name}.png`,
  predicted,
  confidence,
});
const options = { classes, threshold: 0.8 };

Deno.test("examples: a sure right answer of the first class, and a wrong one that the threshold holds back", () => {
  const baseline = [
    answer("a", "bicycle", 0.93), // right
    answer("b", "bicycle", 0.76), // wrong
    answer("c", "motorcycle", 0.99), // wrong, and too sure to be held back
    answer("d", "motorcycle", 0.97), // right, of the second class
  ];
  assert.deepEqual(findExamples(baseline, labels, options), { sure: "test/a.png", unsure: "test/b.png" });
});

Deno.test("examples: without mistakes the least certain answer is the unsure one", () => {
  const baseline = [answer("b", "motorcycle", 0.9), answer("d", "motorcycle", 0.85)];
  assert.deepEqual(findExamples(baseline, labels, options), { sure: "test/b.png", unsure: "test/d.png" });
});

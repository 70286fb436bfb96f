import assert from "node:assert/strict";
import { confidenceText, countOf, listOf, partOf, percent } from "../../lib/display/format.ts";

Deno.test("format: shares never round to all or nothing", () => {
  assert.deepEqual(
    [0, 0.0001, 0.925, 0.9, 0.9999, 1].map(percent), //
    ["0%", "under 0.1%", "92.5%", "90%", "over 99.9%", "100%"],
  );
  assert.deepEqual([0.5, 0.97123, 0.99961, 1].map(confidenceText), ["0.50", "0.97", "0.9996", "1"]);
});

Deno.test("format: nothing, one and many", () => {
  assert.deepEqual([0, 1, 1200].map((n) => countOf(n, "picture")), [
    "no pictures",
    "1 picture",
    "1,200 pictures",
  ]);
  assert.deepEqual(
    [[0, 4], [3, 4], [4, 4], [1, 1], [0, 1]].map(([part, all]) => partOf(part!, all!, "answer")), //
    ["none of 4 answers", "3 of 4 answers", "all 4 answers", "the one answer", "none of 1 answer"],
  );
  assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listOf), ["", "a", "a and b", "a, b and c"]);
});

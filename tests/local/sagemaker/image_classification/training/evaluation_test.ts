import assert from "node:assert/strict";
import { topHits } from "../../../../../lib/local/sagemaker/image_classification/training/evaluation.ts";

Deno.test("hits among the k largest", () => {
  const probabilities = Float32Array.of(0.5, 0.3, 0.2, 0.1, 0.2, 0.7);
  assert.equal(topHits(probabilities, [0, 0], 1), 1);
  assert.equal(topHits(probabilities, [1, 1], 2), 2);
  assert.equal(topHits(probabilities, [2, 0], 2), 0);
});

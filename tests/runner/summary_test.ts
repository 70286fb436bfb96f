import assert from "node:assert/strict";
import { resultWords } from "../../lib/runner/summary.ts";

Deno.test("the result of a run is one sentence, as far as the run came", () => {
  const training = { accuracy: 0.93 };
  const dataset = { test: 200 };
  const executions = { total: 200, succeeded: 169, belowThreshold: 31, otherwiseFailed: 0 };
  assert.equal(
    resultWords({ dataset, training, executions, wrongCouriers: 4 }),
    "The network recognises 93% of 200 test pictures; of 200 orders, 165 got the right courier, 4 the wrong one and 31 " +
      "wait for a person.",
  );
  const perfect = { total: 2, succeeded: 1, belowThreshold: 1 };
  assert.equal(
    resultWords({ dataset: { test: 2, synthetic: true }, training, executions: perfect, wrongCouriers: 0 }),
    "The network recognises 93% of 2 drawn test pictures; of 2 orders, 1 got the right courier and 1 waits for a person.",
  );
  assert.equal(resultWords({ dataset, training }), "The network recognises 93% of 200 test pictures.");
  assert.match(resultWords({}), /stopped before/);
});

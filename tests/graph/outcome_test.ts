import assert from "node:assert/strict";
import { executionGantt } from "../../lib/graph/gantt.ts";
import { outcomeWords } from "../../lib/graph/outcome.ts";
import { outcomeChart } from "../../lib/graph/outcome_chart.ts";
import { assertDrawn } from "../display/testing.ts";

Deno.test("outcomes: the charts of no execution, one and many are drawn", async () => {
  for (const count of [0, 1, 10]) {
    const executions = Array.from({ length: count }, (_, index) => ({
      name: `run-${index}`,
      status: index % 5 === 4 ? "FAILED" : "SUCCEEDED",
      error: index % 5 === 4 ? "THRESHOLD_CONFIDENCE_NOT_MET" : undefined,
      startDate: new Date(Date.UTC(2026, 0, 5, 14, 3)),
      stopDate: new Date(Date.UTC(2026, 0, 5, 14, 3, 0, 500)),
    }));
    await assertDrawn(outcomeChart(executions));
    await assertDrawn(executionGantt(executions));
  }
});

Deno.test("outcomes in words", () => {
  assert.equal(outcomeWords([]), "No executions.");
  assert.equal(outcomeWords(["succeeded"]), "The one execution succeeded.");
  assert.equal(
    outcomeWords(["succeeded", "failed", "running"]),
    "1 of 3 executions succeeded, 1 failed and 1 is still running.",
  );
  assert.equal(
    outcomeWords(["below threshold", "failed"]),
    "None of 2 executions succeeded, 1 ended below the threshold and 1 failed for another reason.",
  );
});

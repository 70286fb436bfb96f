import assert from "node:assert/strict";
import type { TopLevelSpec } from "vega-lite";
import { executionGantt } from "../../lib/graph/gantt.ts";
import { type Execution, outcomeOf } from "../../lib/graph/outcome.ts";
import { draw } from "../display/testing.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 14, 3) + 1000 * second);
const executions: Execution[] = [
  {
    name: "2026-01-05-0002",
    status: "FAILED",
    error: "THRESHOLD_CONFIDENCE_NOT_MET",
    startDate: at(1),
    stopDate: at(1.5),
  },
  { name: "2026-01-05-0001", status: "SUCCEEDED", startDate: at(0), stopDate: at(2) },
  { name: "2026-01-05-0003", status: "FAILED", error: "Lambda.Unknown", startDate: at(2), stopDate: at(3) },
  { name: "2026-01-05-0004", status: "RUNNING", startDate: at(3) },
];

const values = (specification: TopLevelSpec) =>
  (specification.data as { values: Record<string, unknown>[] }).values;

Deno.test("outcomes: an execution under the threshold is not a fault", () => {
  assert.deepEqual(executions.map(outcomeOf), ["below threshold", "succeeded", "failed", "running"]);
  assert.deepEqual(["TIMED_OUT", "ABORTED"].map((status) => outcomeOf({ status })), ["failed", "failed"]);
});

Deno.test("gantt: bars from start to end in the order of the starts, in seconds from the first", async () => {
  const specification = executionGantt(executions);
  const rows = values(specification);
  assert.deepEqual(rows.slice(0, 3).map(({ label, from, to, outcome }) => [label, from, to, outcome]), [
    ["0001", 0, 2, "succeeded"],
    ["0002", 1, 1.5, "below threshold"],
    ["0003", 2, 3, "failed"],
  ]);
  const { label, from, to, outcome } = rows[3]!;
  assert.deepEqual([label, from, outcome], ["0004", 3, "running"]);
  const since = (Date.now() - at(0).getTime()) / 1000;
  assert(Math.abs(Number(to) - since) < 10, "the bar of a running execution ends now");
  const { svg, title, warnings } = await draw(specification);
  assert.deepEqual(warnings, []);
  assert.equal(
    title,
    "1 of 4 executions succeeded, 1 ended below the threshold, 1 failed for another reason and 1 is still running.",
  );
  assert.match(svg, /2026-01-05 14:03:00 UTC/);
  assert.match(svg, />0003</);
});

Deno.test("gantt: many executions are drawn without names, one with its whole name", async () => {
  const many = Array.from({ length: 200 }, (_, i): Execution => ({
    name: `run-${i}`,
    status: "SUCCEEDED",
    startDate: at(i),
    stopDate: at(i + 2),
  }));
  const { svg, warnings } = await draw(executionGantt(many));
  assert.deepEqual(warnings, []);
  assert(!svg.includes(">run-7<"));
  assert.match(svg, /executions, by start/);
  assert.equal(values(executionGantt(executions.slice(0, 1)))[0]!.label, "2026-01-05-0002");
});

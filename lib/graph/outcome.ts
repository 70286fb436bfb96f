/** How an execution of the state machine ended. */
import { listOf, partOf, sentence } from "../display/format.ts";
import { outcomeColors, palette } from "../display/theme.ts";
import { THRESHOLD_ERROR } from "../names.ts";

/** Below the threshold the workflow fails on purpose, which is a success of its filter. */
export type Outcome = "succeeded" | "below threshold" | "failed" | "running";

/** An execution as DescribeExecution tells it. */
export interface Execution {
  name: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  status: string;
  startDate: Date;
  /** Absent while it runs. */
  stopDate?: Date;
  /** Name of the error that ended it. */
  error?: string;
}

export function outcomeOf({ status, error }: Pick<Execution, "status" | "error">): Outcome {
  if (status === "SUCCEEDED") return "succeeded";
  if (status === "RUNNING" || status === "PENDING_REDRIVE") return "running";
  return error === THRESHOLD_ERROR ? "below threshold" : "failed";
}

/** Colours and marks of the outcomes in charts, so that no chart tells them apart by colour alone. */
export const outcomeScale = {
  domain: ["succeeded", "below threshold", "failed", "running"] satisfies Outcome[],
  colors: [outcomeColors.succeeded, outcomeColors.belowThreshold, outcomeColors.failed, palette.sky],
  shapes: ["circle", "triangle-down", "cross", "square"],
};

/** How the executions ended. */
export function outcomeWords(outcomes: readonly Outcome[]): string {
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  if (outcomes.length === 0) return "No executions.";
  const parts = [
    sentence(`${partOf(count("succeeded"), outcomes.length, "execution")} succeeded`),
    ...count("below threshold") ? [`${count("below threshold")} ended under the threshold`] : [],
    ...count("failed") ? [`${count("failed")} failed${count("below threshold") ? " otherwise" : ""}`] : [],
    ...count("running") ? [`${count("running")} still ${count("running") === 1 ? "runs" : "run"}`] : [],
  ];
  return `${listOf(parts)}.`;
}

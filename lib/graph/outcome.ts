/** The outcomes of executions of the state machine. */
import { listOf, partOf, sentence } from "../display/format.ts";
import { outcomeColors, palette } from "../display/theme.ts";
import { THRESHOLD_ERROR } from "../names.ts";

/** Below the threshold the execution fails deliberately: the filter has done its work. */
export type Outcome = "succeeded" | "below threshold" | "failed" | "running";

/** An execution, with the members of DescribeExecution. */
export interface Execution {
  name: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  status: string;
  startDate: Date;
  /** Absent while it is running. */
  stopDate?: Date;
  /** The name of the error that ended it. */
  error?: string;
}

export function outcomeOf({ status, error }: Pick<Execution, "status" | "error">): Outcome {
  if (status === "SUCCEEDED") return "succeeded";
  if (status === "RUNNING" || status === "PENDING_REDRIVE") return "running";
  return error === THRESHOLD_ERROR ? "below threshold" : "failed";
}

/** The outcomes' colours and marks in charts, which must not differ by colour alone. */
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
    ...count("below threshold") ? [`${count("below threshold")} ended below the threshold`] : [],
    ...count("failed")
      ? [`${count("failed")} failed${count("below threshold") ? " for another reason" : ""}`]
      : [],
    ...count("running") ? [`${count("running")} ${count("running") === 1 ? "is" : "are"} still running`] : [],
  ];
  return `${listOf(parts)}.`;
}

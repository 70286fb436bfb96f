/** The results of child executions. Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html */
import type { Ending, Execution } from "../interpreter/journal.ts";
import { DATA_LIMIT } from "../language/asl.ts";
import type { MapRun, Outcome } from "./map_run_store.ts";

/** The counts' name of a status. */
export function outcomeOf(status: Ending["status"]): Outcome {
  const names = {
    SUCCEEDED: "succeeded",
    FAILED: "failed",
    TIMED_OUT: "timedOut",
    ABORTED: "aborted",
  } as const;
  return names[status];
}

/**
 * A child's result as JSON text; undefined when it is not kept. FLATTEN is applied when the results are put together;
 * of a child that did not succeed the whole description is kept.
 */
export function resultOf(
  { settings, resultsLength }: MapRun,
  execution: Execution,
  ending: Ending,
): string | undefined {
  const { transformation = "COMPACT", destination } = settings.writer ?? {};
  // Without a place in S3 all results together are the state's output, which has a limit.
  if (destination === undefined && resultsLength > DATA_LIMIT) return undefined;
  const isPlain = transformation !== "NONE" && ending.status === "SUCCEEDED";
  return isPlain ? ending.output! : JSON.stringify(described(execution, ending));
}

function described(execution: Execution, { status, output, error, cause, stopDate }: Ending) {
  const isRedrivable = status !== "SUCCEEDED" && execution.type === "STANDARD";
  return {
    Cause: cause || undefined,
    Error: error || undefined,
    ExecutionArn: execution.arn,
    Input: execution.input,
    InputDetails: { Included: true },
    Name: execution.name,
    Output: output,
    OutputDetails: output === undefined ? undefined : { Included: true },
    RedriveCount: execution.type === "STANDARD" ? 0 : undefined,
    RedriveStatus: execution.type === "STANDARD"
      ? (isRedrivable ? "REDRIVABLE" : "NOT_REDRIVABLE")
      : undefined,
    RedriveStatusReason: execution.type === "STANDARD" && !isRedrivable
      ? `Execution is ${status} and cannot be redriven`
      : undefined,
    StartDate: new Date(execution.startDate).toISOString(),
    StateMachineArn: execution.machineArn,
    Status: status,
    StopDate: new Date(stopDate).toISOString(),
  };
}

/** The elements of a result: with FLATTEN those of an array. */
export function elements(result: string, isFlat: boolean): string[] {
  if (!isFlat || !result.startsWith("[")) return [result];
  return JSON.parse(result).map((item: unknown) => JSON.stringify(item));
}

/** The metrics of executions (AWS, "Monitoring Step Functions metrics using Amazon CloudWatch"). */
import type { Core } from "../../core.ts";
import type { Ending, Execution } from "./journal.ts";

const ENDED: Readonly<Record<Ending["status"], string>> = {
  SUCCEEDED: "ExecutionsSucceeded",
  FAILED: "ExecutionsFailed",
  ABORTED: "ExecutionsAborted",
  TIMED_OUT: "ExecutionsTimedOut",
};

export function noticeStart(core: Core, execution: Pick<Execution, "machineArn">): void {
  publish(core, execution, { ExecutionsStarted: { value: 1, unit: "Count" } });
}

export function noticeEnding(
  core: Core,
  execution: Pick<Execution, "machineArn" | "startDate">,
  { status, stopDate }: Ending,
): void {
  publish(core, execution, {
    [ENDED[status]]: { value: 1, unit: "Count" },
    ExecutionTime: { value: stopDate - execution.startDate, unit: "Milliseconds" },
  });
}

function publish(
  { metrics }: Core,
  { machineArn }: Pick<Execution, "machineArn">,
  values: Parameters<Core["metrics"]["publish"]>[2],
): void {
  metrics.publish("AWS/States", { StateMachineArn: machineArn }, values);
}

/** GetExecutionHistory. */
import { boolean, structure } from "../shapes.ts";
import { arn, numberedPage, onExecution, operation, paging, seconds } from "./context.ts";
import { existingExecution } from "./executions.ts";
import type { HistoryEvent } from "./interpreter/journal.ts";

/** Members of an event's details that contain the execution's data. */
const DATA = ["input", "inputDetails", "output", "outputDetails", "parameters"];
/** Events that have no details on AWS. */
const BARE =
  /^(LambdaFunctionStarted|(Parallel|Map|Task|Wait)State(Aborted|Failed|Succeeded)|ParallelStateStarted)$/;

export const getExecutionHistory = operation({
  action: "states:GetExecutionHistory",
  input: structure({
    executionArn: arn,
    reverseOrder: boolean(),
    includeExecutionData: boolean(),
    ...paging(),
  }),
  resource: onExecution,
  run(input, states) {
    const { executionArn, reverseOrder = false, includeExecutionData = true } = input;
    const execution = existingExecution(states, executionArn);
    const { items, nextToken } = numberedPage(
      input,
      `${executionArn} ${reverseOrder}`,
      (after, limit) => states.journal.events(execution.id, limit, after, reverseOrder),
    );
    return { events: items.map((event) => shown(event, includeExecutionData)), nextToken };
  },
});

function shown({ id, type, previousEventId, timestamp, details }: HistoryEvent, withData: boolean) {
  const kept = Object.entries(details ?? {}).filter(([name]) => withData || !DATA.includes(name));
  return {
    timestamp: seconds(timestamp),
    type,
    id,
    previousEventId,
    ...(BARE.test(type) ? {} : { [detailsMember(type)]: Object.fromEntries(kept) }),
  };
}

/** The member with an event's details; the entered and exited events of all types of states share one. */
function detailsMember(type: string): string {
  const shared = type.match(/State(Entered|Exited)$/)?.[1];
  const name = shared ? `State${shared}` : type;
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`;
}

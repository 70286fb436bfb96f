/** GetExecutionHistory. */
import { type Operation, operation } from "../legacy_protocols.ts";
import type { Core } from "../services.ts";
import { boolean, required, string, structure } from "../legacy_shapes.ts";
import { findExecution } from "./executions.ts";
import type { HistoryEvent, Journal } from "./journal.ts";
import { seconds } from "./machines.ts";
import { pageShape, pageSize, readToken, writeToken } from "./paging.ts";
import { HISTORY_LIMIT } from "./run.ts";

/** Members of an event's details that hold the execution's data. */
const DATA = ["input", "inputDetails", "output", "outputDetails", "parameters"];
/** Events that AWS sends without a member for details. */
const BARE =
  /^(LambdaFunctionStarted|(Parallel|Map|Task|Wait)State(Aborted|Failed|Succeeded)|ParallelStateStarted)$/;

export function historyOperations(core: Core, journal: Journal): Record<string, Operation> {
  return {
    GetExecutionHistory: operation(
      structure({
        executionArn: required(string({ min: 1, max: 256 })),
        reverseOrder: boolean(),
        includeExecutionData: boolean(),
        ...pageShape(),
      }),
      (input, call) => {
        const { executionArn, reverseOrder = false, includeExecutionData = true } = input;
        core.siblings.iam.authorize(call.principal, "states:GetExecutionHistory", executionArn);
        const execution = findExecution(journal, core, executionArn);
        const list = `${executionArn} ${reverseOrder}`;
        const from = readToken(input, list) ?? (reverseOrder ? HISTORY_LIMIT : 1);
        const size = pageSize(input);
        const found = journal.events(execution.id, from, size + 1, reverseOrder);
        return {
          events: found.slice(0, size).map((event) => shown(event, includeExecutionData)),
          ...(found.length > size ? { nextToken: writeToken(list, found[size]!.id) } : {}),
        };
      },
    ),
  };
}

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

/** The member that holds an event's details: all states share those of entering and leaving. */
function detailsMember(type: string): string {
  const shared = type.match(/State(Entered|Exited)$/)?.[1];
  const name = shared ? `State${shared}` : type;
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`;
}

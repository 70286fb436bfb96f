/** The log lines of the function call that a state made. */
import { type FilteredLogEvent, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Aws } from "../../aws/clients.ts";
import { functionLogGroup } from "../../workflow/functions.ts";
import type { VisitLook } from "./look.ts";

export interface CallLog {
  functionName: string;
  lines: { time: number; text: string }[];
  /** Whether other calls of the function may be among them: several ran at that time. */
  mixed: boolean;
}

/** Lines may have times shortly before the state's first and after its last event. */
const MARGIN_MS = 1500;
const MOST_LINES = 500;
/** How far the clocks of Lambda and Step Functions may be apart. */
const CLOCK_MS = 50;

/** @returns undefined for a state that calls no function */
export async function callLog(aws: Aws, visit: VisitLook, now = Date.now()): Promise<CallLog | undefined> {
  const { functionName, requestId, entered, exited: end = now } = visit;
  if (!functionName) return undefined;
  let events: FilteredLogEvent[];
  try {
    events = (await aws.logs.send(
      new FilterLogEventsCommand({
        logGroupName: functionLogGroup(functionName),
        startTime: entered - MARGIN_MS,
        endTime: end + MARGIN_MS,
        limit: 10 * MOST_LINES,
      }),
    )).events ?? [];
  } catch (error) {
    if ((error as Error).name !== "ResourceNotFoundException") throw error;
    return { functionName, lines: [], mixed: false };
  }
  const ids = events.flatMap(({ message = "" }) => message.match(/^START RequestId: (\S+)/)?.[1] ?? []);
  const reported = new Map(events.flatMap(({ message = "", timestamp = 0 }) => {
    const id = message.match(/^REPORT RequestId: (\S+)/)?.[1];
    return id ? [[id, timestamp] as const] : [];
  }));
  // A failed call is named nowhere in the history: it ended while the state was entered.
  const during = ids.filter((id) => {
    const time = reported.get(id) ?? end;
    return time >= entered && time <= end + CLOCK_MS;
  });
  const own = requestId && ids.includes(requestId) ? [requestId] : during;
  const others = ids.filter((id) => !own.includes(id));
  const lines = linesOf(events, own, others);
  return { functionName, lines: lines.slice(0, MOST_LINES), mixed: own.length > 1 };
}

/** The lines that name one of the calls, with those that follow them and name none. */
function linesOf(events: readonly FilteredLogEvent[], own: readonly string[], others: readonly string[]) {
  let isOwn = false;
  return events.flatMap(({ message = "", timestamp = 0 }) => {
    if (own.some((id) => message.includes(id))) isOwn = true;
    else if (others.some((id) => message.includes(id))) isOwn = false;
    return isOwn ? [{ time: timestamp, text: message.trimEnd() }] : [];
  });
}

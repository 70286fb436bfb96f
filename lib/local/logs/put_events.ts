/** PutLogEvents. */
import { integer, list, notSupported, required, string, structure } from "../shapes.ts";
import { existingStream, groupName, invalidParameter, onNamed, operation, streamName } from "./context.ts";
import { eventBytes } from "./tables.ts";

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const MAX_BATCH_BYTES = 1_048_576;

export const putLogEvents = operation({
  action: "logs:PutLogEvents",
  input: structure({
    logGroupName: required(groupName),
    logStreamName: required(streamName),
    logEvents: required(list(
      structure({ timestamp: required(integer({ min: 0 })), message: required(string({ min: 1 })) }),
      { min: 1, max: 10_000 },
    )),
    sequenceToken: string({ min: 1 }),
    entity: notSupported(),
  }),
  resource: onNamed,
  run({ logGroupName, logStreamName, logEvents }, logs) {
    existingStream(logs, logGroupName, logStreamName);
    checkBatch(logEvents);
    const now = logs.core.now();
    const retention = logs.tables.group(logGroupName)?.retention ?? Infinity;
    const tooOld = logEvents.filter(({ timestamp }) => timestamp < now - 14 * DAY_MS).length;
    const expired = logEvents.filter(({ timestamp }) => timestamp < now - retention * DAY_MS).length;
    const tooNew = logEvents.findIndex(({ timestamp }) => timestamp > now + 2 * HOUR_MS);
    const end = tooNew < 0 ? logEvents.length : tooNew;
    logs.tables.append(logGroupName, logStreamName, logEvents.slice(Math.max(tooOld, expired), end), now);
    const rejected = {
      tooNewLogEventStartIndex: end < logEvents.length ? end : undefined,
      tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
      expiredLogEventEndIndex: expired > 0 ? expired : undefined,
    };
    return {
      // AWS has ignored sequence tokens since 2023, but still returns one.
      nextSequenceToken: String(now).padStart(56, "0"),
      rejectedLogEventsInfo: Object.values(rejected).some((index) => index !== undefined)
        ? rejected
        : undefined,
    };
  },
});

/** The rules for one batch (AWS, PutLogEvents). */
function checkBatch(events: readonly { timestamp: number; message: string }[]): void {
  const bytes = events.reduce((sum, { message }) => sum + eventBytes(message), 0);
  if (bytes > MAX_BATCH_BYTES) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  }
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
  }
  if (events.at(-1)!.timestamp - events[0]!.timestamp > DAY_MS) {
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  }
}

/** GetLogEvents and FilterLogEvents. */
import { boolean, integer, list, notSupported, required, string, structure } from "../shapes.ts";
import {
  eitherGroup,
  existingGroup,
  existingStream,
  givenGroup,
  invalidParameter,
  type LogsContext,
  onNamed,
  operation,
  streamName,
} from "./context.ts";
import { compilePattern } from "./filter_pattern.ts";
import { eventBytes, type LogEvent, type Position } from "./tables.ts";

const MAX_EVENTS = 10_000;
const MAX_PAGE_BYTES = 1_048_576;
/** How much one page may search, in characters; an event costs as much as some. */
const MAX_SEARCHED = 4_000_000, EVENT_COST = 200;
const FOR_EVER = Number.MAX_SAFE_INTEGER;
/** The position before every event. */
const HEAD: Position = { timestamp: 0, id: 0 };

const time = integer({ min: 0 });

export const getLogEvents = operation({
  action: "logs:GetLogEvents",
  input: structure({
    ...eitherGroup,
    logStreamName: required(streamName),
    startTime: time,
    endTime: time,
    nextToken: string({ min: 1 }),
    limit: integer({ min: 1, max: MAX_EVENTS }),
    startFromHead: boolean(),
    unmask: boolean(),
  }),
  resource: onNamed,
  run(input, logs) {
    const { logStreamName, startTime: from = 0, endTime: to = FOR_EVER, limit = MAX_EVENTS } = input;
    const group = givenGroup(input);
    existingStream(logs, group, logStreamName);
    logs.tables.expire(logs.core.now());
    const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
    const place = token
      ? token.forward ? { behind: token } : { before: token }
      : input.startFromHead
      ? { behind: HEAD }
      : {};
    const found = fitting(logs.tables.ofStream(group, logStreamName, { ...place, from, to, limit }));
    const events = "behind" in place ? found : found.toReversed();
    return {
      events: events.map(({ timestamp, message, ingested }) => ({
        timestamp,
        message,
        ingestionTime: ingested,
      })),
      // An empty page returns the token it was asked with, by which clients recognise the end.
      nextForwardToken: `f/${digits(events.at(-1) ?? token ?? HEAD)}/s`,
      nextBackwardToken: `b/${digits(events[0] ?? token ?? HEAD)}/s`,
    };
  },
});

export const filterLogEvents = operation({
  action: "logs:FilterLogEvents",
  input: structure({
    ...eitherGroup,
    logStreamNames: list(streamName, { min: 1, max: 100 }),
    logStreamNamePrefix: streamName,
    startTime: time,
    endTime: time,
    filterPattern: string({ max: 1024 }),
    nextToken: string({ min: 1 }),
    limit: integer({ min: 1, max: MAX_EVENTS }),
    startFromHead: notSupported(),
    interleaved: boolean(),
    unmask: boolean(),
  }),
  resource: onNamed,
  run(input, logs) {
    const { logStreamNames: names, logStreamNamePrefix: prefix, limit = MAX_EVENTS } = input;
    const group = givenGroup(input);
    if (names && prefix !== undefined) {
      throw invalidParameter("LogStreamNamePrefix and LogStreamNames are mutually exclusive parameters.");
    }
    const matches = compilePattern(input.filterPattern ?? "");
    existingGroup(logs, group);
    logs.tables.expire(logs.core.now());
    const wanted = ({ stream, message }: LogEvent) =>
      (names?.includes(stream) ?? stream.startsWith(prefix ?? "")) && matches(message);
    const start = input.nextToken === undefined ? HEAD : readPosition(input.nextToken);
    const { events, next } = filter(logs, group, start, input, wanted, limit);
    return {
      events: events.map((event) => ({
        logStreamName: event.stream,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingested,
        eventId: digits(event),
      })),
      searchedLogStreams: [],
      nextToken: next && digits(next),
    };
  },
});

/**
 * The matching events after `start` that fit on one page, and the start of the next page if there may be one. As on AWS,
 * a page can be empty and not the last one.
 */
function filter(
  { tables }: LogsContext,
  group: string,
  start: Position,
  { startTime = 0, endTime = FOR_EVER }: { startTime?: number; endTime?: number },
  wanted: (event: LogEvent) => boolean,
  limit: number,
): { events: LogEvent[]; next?: Position } {
  const events: LogEvent[] = [];
  let bytes = 0, searched = 0, position = start;
  for (const event of tables.ofGroup(group, start, startTime, endTime)) {
    if (searched > MAX_SEARCHED) return { events, next: position };
    searched += event.message.length + EVENT_COST;
    if (wanted(event)) {
      bytes += eventBytes(event.message);
      if (events.length === limit || (bytes > MAX_PAGE_BYTES && events.length > 0)) {
        return { events, next: position };
      }
      events.push(event);
    }
    position = event;
  }
  return { events };
}

/** The first events that fit on one page; at least one. */
function fitting(events: Iterable<LogEvent>): LogEvent[] {
  const fit: LogEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    bytes += eventBytes(event.message);
    if (bytes > MAX_PAGE_BYTES && fit.length > 0) break;
    fit.push(event);
  }
  return fit;
}

/** AWS's tokens and event ids are 56 digits. */
function digits({ timestamp, id }: Position): string {
  return String(timestamp).padStart(28, "0") + String(id).padStart(28, "0");
}

function readPosition(text: string): Position {
  if (!/^\d{56}$/.test(text)) throw invalidParameter("The specified nextToken is invalid.");
  const position = { timestamp: Number(text.slice(0, 28)), id: Number(text.slice(28)) };
  if (Number.isSafeInteger(position.timestamp) && Number.isSafeInteger(position.id)) return position;
  throw invalidParameter("The specified nextToken is invalid.");
}

function readToken(text: string): Position & { forward: boolean } {
  const [, direction, place] = /^([fb])\/(\d{56})\/s$/.exec(text) ?? [];
  return { ...readPosition(place ?? ""), forward: direction === "f" };
}

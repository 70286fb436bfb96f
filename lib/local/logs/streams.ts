/** Log streams: create, describe, delete. */
import { boolean, required, string, structure } from "../shapes.ts";
import {
  alreadyExists,
  eitherGroup,
  existingGroup,
  existingStream,
  givenGroup,
  groupName,
  invalidParameter,
  type LogsContext,
  onNamed,
  operation,
  paged,
  paging,
  streamArn,
  streamName,
} from "./context.ts";
import type { Stream } from "./tables.ts";

const byName = structure({ logGroupName: required(groupName), logStreamName: required(streamName) });

export const createLogStream = operation({
  action: "logs:CreateLogStream",
  input: byName,
  resource: onNamed,
  run({ logGroupName, logStreamName }, logs) {
    existingGroup(logs, logGroupName);
    if (logs.tables.stream(logGroupName, logStreamName)) throw alreadyExists("log stream");
    logs.tables.addStream(logGroupName, logStreamName, logs.core.now());
  },
});

export const deleteLogStream = operation({
  action: "logs:DeleteLogStream",
  input: byName,
  resource: onNamed,
  run({ logGroupName, logStreamName }, logs) {
    existingStream(logs, logGroupName, logStreamName);
    logs.tables.removeStream(logGroupName, logStreamName);
  },
});

export const describeLogStreams = operation({
  action: "logs:DescribeLogStreams",
  input: structure({
    ...eitherGroup,
    logStreamNamePrefix: streamName,
    orderBy: string({ values: ["LogStreamName", "LastEventTime"] }),
    descending: boolean(),
    ...paging,
  }),
  resource: onNamed,
  run(input, logs) {
    const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", descending = false } = input;
    const group = givenGroup(input);
    if (orderBy === "LastEventTime" && prefix !== undefined) {
      throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    existingGroup(logs, group);
    const streams = logs.tables.streams(group).filter(({ name }) => name.startsWith(prefix ?? ""));
    const { items, next } = paged(
      streams,
      // Streams without events come first.
      ({ name, lastEvent }) => orderBy === "LogStreamName" ? [name] : [lastEvent ?? -1, name],
      input,
      { list: `${group} ${orderBy} ${descending}`, descending },
    );
    return { logStreams: items.map((stream) => describe(logs, group, stream)), nextToken: next };
  },
});

function describe(logs: LogsContext, group: string, stream: Stream) {
  return {
    logStreamName: stream.name,
    creationTime: stream.created,
    firstEventTimestamp: stream.firstEvent ?? undefined,
    lastEventTimestamp: stream.lastEvent ?? undefined,
    lastIngestionTime: stream.lastIngestion ?? undefined,
    arn: streamArn(logs, group, stream.name),
    // AWS has reported 0 for every stream since 2019.
    storedBytes: 0,
  };
}

/** Log groups and streams: create, describe, delete, and how long groups keep their events. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import { boolean, integer, notSupported, required, string, structure } from "../legacy_shapes.ts";
import {
  authorize,
  existingGroup,
  existingStream,
  givenGroup,
  groupArn,
  groupIdentifier,
  groupName,
  invalidParameter,
  type LogsContext,
  pageOf,
  streamName,
} from "./context.ts";
import type { Group, Stream } from "./events.ts";

const RETENTION_DAYS = [
  1,
  3,
  5,
  7,
  14,
  30,
  60,
  90,
  120,
  150,
  180,
  365,
  400,
  545,
  731,
  1096,
  1827,
  2192,
  2557,
  2922,
  3288,
  3653,
];

const page = { limit: integer({ min: 1, max: 50 }), nextToken: string({ min: 1 }) };

export function groupOperations(logs: LogsContext) {
  const { core, tables } = logs;
  return {
    CreateLogGroup: operation(
      structure({
        logGroupName: required(groupName),
        kmsKeyId: notSupported(),
        tags: notSupported(),
        logGroupClass: string({ values: ["STANDARD"] }),
        deletionProtectionEnabled: notSupported(),
      }),
      ({ logGroupName }, call) => {
        authorize(logs, call, "CreateLogGroup", logGroupName);
        if (tables.group(logGroupName)) throw alreadyExists("log group");
        tables.addGroup(logGroupName, core.now());
      },
    ),

    DeleteLogGroup: operation(structure({ logGroupName: required(groupName) }), ({ logGroupName }, call) => {
      authorize(logs, call, "DeleteLogGroup", logGroupName);
      existingGroup(logs, logGroupName);
      tables.removeGroup(logGroupName);
    }),

    DescribeLogGroups: operation(
      structure({
        logGroupNamePrefix: groupName,
        logGroupNamePattern: string({ max: 512, pattern: /[\.\-_/#A-Za-z0-9]*/ }),
        logGroupClass: string({ values: ["STANDARD"] }),
        includeLinkedAccounts: notSupported(),
        accountIdentifiers: notSupported(),
        logGroupIdentifiers: notSupported(),
        ...page,
      }),
      ({ logGroupNamePrefix, logGroupNamePattern, limit = 50, nextToken }, call) => {
        authorize(logs, call, "DescribeLogGroups");
        if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined) {
          throw invalidParameter(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
          );
        }
        const pattern = logGroupNamePattern?.toLowerCase() ?? "";
        const matching = tables.groups().filter(({ name }) =>
          name.startsWith(logGroupNamePrefix ?? "") && name.toLowerCase().includes(pattern)
        );
        const answer = pageOf(matching, ({ name }) => name, nextToken, limit);
        return {
          logGroups: answer.page.map((group) => describeGroup(logs, group)),
          nextToken: answer.nextToken,
        };
      },
    ),

    PutRetentionPolicy: operation(
      structure({ logGroupName: required(groupName), retentionInDays: required(integer()) }),
      ({ logGroupName, retentionInDays }, call) => {
        authorize(logs, call, "PutRetentionPolicy", logGroupName);
        if (!RETENTION_DAYS.includes(retentionInDays)) {
          throw invalidParameter(
            `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy ` +
              `constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(", ")}]`,
          );
        }
        existingGroup(logs, logGroupName);
        tables.setRetention(logGroupName, retentionInDays);
      },
    ),

    DeleteRetentionPolicy: operation(
      structure({ logGroupName: required(groupName) }),
      ({ logGroupName }, call) => {
        authorize(logs, call, "DeleteRetentionPolicy", logGroupName);
        existingGroup(logs, logGroupName);
        tables.setRetention(logGroupName, null);
      },
    ),

    CreateLogStream: operation(
      structure({ logGroupName: required(groupName), logStreamName: required(streamName) }),
      ({ logGroupName, logStreamName }, call) => {
        authorize(logs, call, "CreateLogStream", logGroupName, logStreamName);
        existingGroup(logs, logGroupName);
        if (tables.stream(logGroupName, logStreamName)) throw alreadyExists("log stream");
        tables.addStream(logGroupName, logStreamName, core.now());
      },
    ),

    DeleteLogStream: operation(
      structure({ logGroupName: required(groupName), logStreamName: required(streamName) }),
      ({ logGroupName, logStreamName }, call) => {
        authorize(logs, call, "DeleteLogStream", logGroupName, logStreamName);
        existingStream(logs, logGroupName, logStreamName);
        tables.removeStream(logGroupName, logStreamName);
      },
    ),

    DescribeLogStreams: operation(
      structure({
        logGroupName: groupName,
        logGroupIdentifier: groupIdentifier,
        logStreamNamePrefix: streamName,
        orderBy: string({ values: ["LogStreamName", "LastEventTime"] }),
        descending: boolean(),
        ...page,
      }),
      (input, call) => {
        const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", limit = 50 } = input;
        const group = givenGroup(input);
        authorize(logs, call, "DescribeLogStreams", group);
        if (orderBy === "LastEventTime" && prefix !== undefined) {
          throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
        }
        existingGroup(logs, group);
        const streams = tables.streams(group, orderBy === "LogStreamName" ? "name" : "lastEvent")
          .filter(({ name }) => name.startsWith(prefix ?? ""));
        if (input.descending) streams.reverse();
        const answer = pageOf(streams, ({ name }) => name, input.nextToken, limit);
        return {
          logStreams: answer.page.map((stream) => describeStream(logs, group, stream)),
          nextToken: answer.nextToken,
        };
      },
    ),
  };
}

function describeGroup(logs: LogsContext, { name, created, retention }: Group): object {
  const arn = groupArn(logs, name);
  return {
    logGroupName: name,
    creationTime: created,
    retentionInDays: retention ?? undefined,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: logs.tables.storedBytes(name),
    logGroupClass: "STANDARD",
  };
}

function describeStream(logs: LogsContext, group: string, stream: Stream): object {
  return {
    logStreamName: stream.name,
    creationTime: stream.created,
    firstEventTimestamp: stream.firstEvent ?? undefined,
    lastEventTimestamp: stream.lastEvent ?? undefined,
    lastIngestionTime: stream.lastIngestion ?? undefined,
    arn: `${groupArn(logs, group)}:log-stream:${stream.name}`,
    // AWS has reported 0 for every stream since 2019.
    storedBytes: 0,
  };
}

function alreadyExists(what: string): AwsError {
  return new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`);
}

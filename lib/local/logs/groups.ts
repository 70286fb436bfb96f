/** Log groups: create, describe, delete, and their retention. */
import { integer, notSupported, required, string, structure } from "../shapes.ts";
import {
  alreadyExists,
  existingGroup,
  groupArn,
  groupName,
  invalidParameter,
  type LogsContext,
  onNamed,
  operation,
  paged,
  paging,
  streamArn,
} from "./context.ts";
import type { Group } from "./tables.ts";
import { tags, withTags } from "./tags.ts";

const RETENTION_DAYS = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];
const byName = structure({ logGroupName: required(groupName) });
const logGroupClass = string({ values: ["STANDARD"] });

export const createLogGroup = operation({
  action: "logs:CreateLogGroup",
  tagging: "logs:TagResource",
  input: structure({
    logGroupName: required(groupName),
    kmsKeyId: notSupported(),
    tags,
    logGroupClass,
    deletionProtectionEnabled: notSupported(),
  }),
  resource: onNamed,
  run({ logGroupName, tags = {} }, logs) {
    const { core, tables } = logs;
    if (tables.group(logGroupName)) throw alreadyExists("log group");
    core.store.transaction(() => {
      tables.addGroup(logGroupName, core.now());
      logs.tags.put(logGroupName, withTags({}, tags));
    });
  },
});

export const deleteLogGroup = operation({
  action: "logs:DeleteLogGroup",
  input: byName,
  resource: onNamed,
  run({ logGroupName }, logs) {
    existingGroup(logs, logGroupName);
    logs.core.store.transaction(() => {
      logs.tables.removeGroup(logGroupName);
      logs.tags.delete(logGroupName);
    });
  },
});

export const describeLogGroups = operation({
  action: "logs:DescribeLogGroups",
  input: structure({
    logGroupNamePrefix: groupName,
    logGroupNamePattern: string({ max: 512, pattern: /[\.\-_/#A-Za-z0-9]*/ }),
    logGroupClass,
    includeLinkedAccounts: notSupported(),
    accountIdentifiers: notSupported(),
    logGroupIdentifiers: notSupported(),
    ...paging,
  }),
  resource: (_input, logs) => streamArn(logs, "", ""),
  run(input, logs) {
    const { logGroupNamePrefix: prefix = "", logGroupNamePattern: pattern = "" } = input;
    if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
      throw invalidParameter(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
      );
    }
    const matching = logs.tables.groups().filter(({ name }) =>
      name.startsWith(prefix) && name.toLowerCase().includes(pattern.toLowerCase())
    );
    const { items, next } = paged(matching, ({ name }) => [name], input);
    return { logGroups: items.map((group) => describe(logs, group)), nextToken: next };
  },
});

export const putRetentionPolicy = operation({
  action: "logs:PutRetentionPolicy",
  input: structure({ logGroupName: required(groupName), retentionInDays: required(integer()) }),
  resource: onNamed,
  run({ logGroupName, retentionInDays }, logs) {
    if (!RETENTION_DAYS.includes(retentionInDays)) {
      throw invalidParameter(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy ` +
          `constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(", ")}]`,
      );
    }
    existingGroup(logs, logGroupName);
    logs.tables.setRetention(logGroupName, retentionInDays);
  },
});

export const deleteRetentionPolicy = operation({
  action: "logs:DeleteRetentionPolicy",
  input: byName,
  resource: onNamed,
  run({ logGroupName }, logs) {
    existingGroup(logs, logGroupName);
    logs.tables.setRetention(logGroupName, null);
  },
});

function describe(logs: LogsContext, { name, created, retention }: Group) {
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

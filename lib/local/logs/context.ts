/** What the operations of CloudWatch Logs share: their context, shapes, resources, errors and pages. */
import { AwsError } from "../errors.ts";
import { operationsOn } from "../operation.ts";
import { type Key, page } from "../pages.ts";
import type { Core } from "../core.ts";
import type { Collection } from "../store.ts";
import { integer, string } from "../shapes.ts";
import { INVALID } from "./protocol.ts";
import type { Group, LogTables, Stream } from "./tables.ts";

export interface LogsContext {
  readonly core: Pick<Core, "account" | "region" | "now" | "store">;
  readonly tables: LogTables;
  /** By the group's name. */
  readonly tags: Collection<Record<string, string>>;
}

export const operation = operationsOn<LogsContext>();

export const groupName = string({ min: 1, max: 512, pattern: /[\.\-_/#A-Za-z0-9]+/ });
export const streamName = string({ min: 1, max: 512, pattern: /[^:*]*/ });
/** The two members of which one names the group: by its name, or by its name or ARN. */
export const eitherGroup = {
  logGroupName: groupName,
  logGroupIdentifier: string({ min: 1, max: 2048, pattern: /[\w#+=/:,.@-]*/ }),
};
/** Paging members of a request. */
export const paging = { limit: integer({ min: 1, max: 50 }), nextToken: string({ min: 1 }) };

/** A group, or one of its streams, as requests name them. */
interface Named {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
  readonly logStreamName?: string;
}

export function groupArn({ core }: LogsContext, group: string): string {
  return `arn:aws:logs:${core.region}:${core.account}:log-group:${group}`;
}

export function streamArn(logs: LogsContext, group: string, stream: string): string {
  return `${groupArn(logs, group)}:log-stream:${stream}`;
}

/**
 * An operation's `resource`: a stream, or a group with an empty stream name appended, which policies match by
 * `…:NAME:*`. @throws AwsError like `givenGroup`
 */
export function onNamed(input: Named, logs: LogsContext): string {
  return streamArn(logs, givenGroup(input), input.logStreamName ?? "");
}

/** The name of the group that one of the two members names. @throws AwsError unless exactly one is given */
export function givenGroup({ logGroupName, logGroupIdentifier }: Named): string {
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be given.");
  }
  if (logGroupName !== undefined) return logGroupName;
  return /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)(:\*)?$/.exec(logGroupIdentifier!)?.[1] ??
    logGroupIdentifier!;
}

export function existingGroup({ tables }: LogsContext, name: string): Group {
  const found = tables.group(name);
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
}

export function existingStream(logs: LogsContext, group: string, name: string): Stream {
  existingGroup(logs, group);
  const found = logs.tables.stream(group, name);
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
}

export function alreadyExists(what: string): AwsError {
  return new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError(INVALID, message);
}

/** A page of groups or streams. @param list see `PageRequest` in pages.ts */
export function paged<T>(
  items: readonly T[],
  key: (item: T) => Key,
  { limit = 50, nextToken: token }: { limit?: number; nextToken?: string },
  { list, descending }: { list?: string; descending?: boolean } = {},
): { items: T[]; next?: string } {
  const invalidToken = () => invalidParameter("The specified nextToken is invalid.");
  return page(items, { key, limit, token, list, descending, invalidToken });
}

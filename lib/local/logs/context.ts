/** What the operations of CloudWatch Logs share: shapes of names, ARNs, authorisation, errors, page tokens. */
import { AwsError } from "../errors.ts";
import type { Call, Core } from "../services.ts";
import { string } from "../legacy_shapes.ts";
import type { Group, LogTables, Stream } from "./events.ts";

export interface LogsContext {
  readonly core: Core;
  readonly tables: LogTables;
}

export const groupName = string({ min: 1, max: 512, pattern: /[\.\-_/#A-Za-z0-9]+/ });
/** A name or an ARN. */
export const groupIdentifier = string({ min: 1, max: 2048, pattern: /[\w#+=/:,.@-]*/ });
export const streamName = string({ min: 1, max: 512, pattern: /[^:*]*/ });

export function groupArn({ core }: LogsContext, group: string): string {
  return `arn:aws:logs:${core.region}:${core.account}:log-group:${group}`;
}

/** Checks that the caller may do `action` to a group, or to one of its streams. */
export function authorize(logs: LogsContext, call: Call, action: string, group = "", stream = ""): void {
  // CloudWatch Logs names a group with an empty stream behind it, which policies match by `…:NAME:*`.
  const resource = `${groupArn(logs, group)}:log-stream:${stream}`;
  logs.core.siblings.iam.authorize(call.principal, `logs:${action}`, resource);
}

/** The group's name, of the two members that may name it. @throws AwsError unless exactly one does */
export function givenGroup(input: { logGroupName?: string; logGroupIdentifier?: string }): string {
  const { logGroupName, logGroupIdentifier } = input;
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

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** A page of named items: those behind the one that the token names. */
export function pageOf<T>(
  items: readonly T[],
  name: (item: T) => string,
  token: string | undefined,
  limit: number,
): { page: T[]; nextToken?: string } {
  const start = token === undefined ? 0 : items.findIndex((item) => tokenOf(name(item)) === token) + 1;
  if (token !== undefined && start === 0) throw invalidParameter("The specified nextToken is invalid.");
  const page = items.slice(start, start + limit);
  const more = start + limit < items.length;
  return { page, nextToken: more ? tokenOf(name(page.at(-1)!)) : undefined };
}

function tokenOf(name: string): string {
  return new TextEncoder().encode(name).toBase64();
}

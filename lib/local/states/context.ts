/** What the operations of Step Functions share: their context, members, names, pages and dates. */
import { AwsError } from "../errors.ts";
import { operationsOn } from "../operation.ts";
import { readToken, writeToken } from "../pages.ts";
import type { Core } from "../core.ts";
import { integer, required, string } from "../shapes.ts";
import type { Collection } from "../store.ts";
import type { MapRunner } from "./distributed/map_runner.ts";
import type { Interpreter } from "./interpreter/interpreter.ts";
import type { Journal } from "./interpreter/journal.ts";
import type { MachineStore } from "./machines.ts";
import type { VersionStore } from "./version_store.ts";

export interface StatesContext {
  readonly core: Core;
  readonly machines: MachineStore;
  readonly activities: Collection<Activity>;
  readonly versions: VersionStore;
  readonly mapRuns: MapRunner;
  readonly journal: Journal;
  readonly interpreter: Interpreter;
}

export interface Activity {
  readonly arn: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly creationDate: number;
  readonly tags: Record<string, string>;
}

export const operation = operationsOn<StatesContext>();

export const arn = required(string({ min: 1, max: 256 }));

/** An operation's `resource`: the state machine, or the execution. */
export const onMachine = ({ stateMachineArn }: { stateMachineArn: string }) => stateMachineArn;
export const onExecution = ({ executionArn }: { executionArn: string }) => executionArn;

/** @throws AwsError InvalidName */
export function requireName(name: string): void {
  if (/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) {
    throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
  }
}

/** A time for the JSON protocol: seconds since the epoch. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

/** Paging members of a request. @param longest the limit of a token, in characters */
export function paging(longest = 1024) {
  return { maxResults: integer({ min: 0, max: 1000 }), nextToken: string({ min: 1, max: longest }) };
}

export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** The maximum number of items in a page; 0 means the default, 100. */
export function pageSize({ maxResults }: PageRequest): number {
  return maxResults || 100;
}

export function invalidToken(): AwsError {
  return new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
}

/**
 * A page of rows that are sorted by id.
 * @param list identifies the list and its filters: a token is valid for the same list only
 * @param find returns up to `limit` items after an id, or from the beginning
 */
export function numberedPage<T extends { readonly id: number }>(
  request: PageRequest,
  list: string,
  find: (after: number | undefined, limit: number) => T[],
): { items: T[]; nextToken?: string } {
  const { nextToken } = request;
  const after = nextToken === undefined ? undefined : readToken(nextToken, list, invalidToken)[0];
  if (typeof after === "string") throw invalidToken();
  const size = pageSize(request);
  const found = find(after, size + 1);
  const items = found.slice(0, size);
  return { items, nextToken: found.length > size ? writeToken([items.at(-1)!.id], list) : undefined };
}

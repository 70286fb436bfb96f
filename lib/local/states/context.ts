/** What the operations of Step Functions share: members of requests, names and ARNs, pages, dates. */
import { AwsError } from "../errors.ts";
import { operationsOn } from "../operation.ts";
import { readToken, writeToken } from "../pages.ts";
import type { Core } from "../core.ts";
import { integer, required, string } from "../shapes.ts";
import type { Interpreter } from "./interpreter/interpreter.ts";
import type { Journal } from "./interpreter/journal.ts";
import type { MachineStore } from "./machines.ts";

export interface StatesContext {
  readonly core: Core;
  readonly machines: MachineStore;
  readonly journal: Journal;
  readonly interpreter: Interpreter;
}

export const operation = operationsOn<StatesContext>();

export const arn = required(string({ min: 1, max: 256 }));

/** The permission's resource of an operation on a state machine. */
export const onMachine = ({ stateMachineArn }: { stateMachineArn: string }) => stateMachineArn;
export const onExecution = ({ executionArn }: { executionArn: string }) => executionArn;

/** @throws AwsError InvalidName */
export function requireName(name: string): void {
  if (/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) {
    throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
  }
}

/** A date as the JSON protocol writes it. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

/** Members of every request for a page; tokens have up to `longest` characters. */
export function paging(longest = 1024) {
  return { maxResults: integer({ min: 0, max: 1000 }), nextToken: string({ min: 1, max: longest }) };
}

export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** Items that a page has at most; 0 asks for the default. */
export function pageSize({ maxResults }: PageRequest): number {
  return maxResults || 100;
}

export function invalidToken(): AwsError {
  return new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
}

/**
 * A page of what the journal keeps in the order of a number.
 * @param list what is listed and how: a token is good for the same list only
 * @param find up to `limit` items behind a number, or from the list's beginning
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

/** What Lambda's operations share: the service's state, the ARNs that permissions are asked for, pages of lists. */
import { operationsOn } from "../operation.ts";
import { type Key, page } from "../pages.ts";
import type { Core } from "../core.ts";
import { integer, query, string } from "../shapes.ts";
import type { CodeStore } from "./code_store.ts";
import type { ConcurrentExecutions } from "./concurrent_executions.ts";
import { invalidParameter } from "./errors.ts";
import type { EventQueue } from "./events.ts";
import { functionArn, functionReference } from "./names.ts";
import type { Pools } from "./pools.ts";
import type { Records } from "./records.ts";

export interface LambdaContext {
  readonly core: Core;
  readonly records: Records;
  readonly code: CodeStore;
  readonly pools: Pools;
  readonly executions: ConcurrentExecutions;
  /** Events that were accepted for asynchronous invocations. */
  readonly events: EventQueue;
  /** Removes packages that nothing names and no execution environment uses any more. */
  sweep(): void;
}

export const operation = operationsOn<LambdaContext>();

/** The permission's resource: the function alone, however it was named. */
export function onFunction({ FunctionName }: { FunctionName: string }, { core }: LambdaContext): string {
  const { name } = functionReference(core, FunctionName);
  return functionArn(core, { name });
}

/** The permission's resource: the function with the version or alias that was named, if one was. */
export function onQualified(
  { FunctionName, Qualifier }: { FunctionName: string; Qualifier?: string },
  { core }: LambdaContext,
): string {
  return functionArn(core, functionReference(core, FunctionName, Qualifier));
}

export const paging = {
  Marker: query("Marker", string()),
  MaxItems: query("MaxItems", integer({ min: 1, max: 10_000 })),
};

/** AWS answers at most 50 items at once, whatever was asked for. */
const PAGE = 50;

/**
 * One page of `items`.
 * @param key unique, and the list's order
 * @throws AwsError InvalidParameterValueException for a marker that no page gave
 */
export function paged<T>(
  items: readonly T[],
  key: (item: T) => Key,
  { Marker, MaxItems = PAGE }: { Marker?: string; MaxItems?: number },
): { items: T[]; NextMarker?: string } {
  const { items: shown, next } = page(items, {
    key,
    limit: Math.min(MaxItems, PAGE),
    token: Marker || undefined,
    invalidToken: () => invalidParameter(`The marker '${Marker}' is not one that a list returned.`),
  });
  return { items: shown, NextMarker: next };
}

/** What Lambda's operations share: the service's state, resources of permissions, pages of lists. */
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
  /** Accepted events of asynchronous invocations. */
  readonly events: EventQueue;
  /** Deletes packages that no function and no execution environment uses any more. */
  sweep(): void;
}

export const operation = operationsOn<LambdaContext>();

/** An operation's `resource`: the function without a qualifier. */
export function onFunction({ FunctionName }: { FunctionName: string }, { core }: LambdaContext): string {
  const { name } = functionReference(core, FunctionName);
  return functionArn(core, { name });
}

/** An operation's `resource`: the function with the version or alias, if the request names one. */
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

/** AWS returns at most 50 items in a page, even when MaxItems is larger. */
const PAGE = 50;

/**
 * A page of `items`, sorted by `key`.
 * @param key unique among the items
 * @throws AwsError InvalidParameterValueException for an invalid marker
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
    invalidToken: () =>
      invalidParameter(`Invalid Marker '${Marker}': use the NextMarker of the previous page.`),
  });
  return { items: shown, NextMarker: next };
}

/**
 * An operation of AWS as ONE value: what a request may hold, the permission it needs, what it does. The dispatcher
 * (core.ts) checks the first two before the third runs, whoever calls: a client over HTTP or a sibling service.
 */
import type { Shape } from "./shapes.ts";

/** For `action`: AWS asks for no permission, or the operation decides by itself and says so. */
export const OPEN = Symbol("open");

export interface Call {
  readonly principal: Principal;
  /** That the request was signed for; absent for a call of another service, which means a bucket wherever it lies. */
  readonly region?: string;
  readonly requestId: string;
  /** Aborted when a sibling service no longer waits; what a client asks for runs to its end, as on AWS. */
  readonly signal?: AbortSignal;
  /** Whether the principal may do more than the operation's own action; throws the service's denial if not. */
  authorize(permission: Permission): void;
}

/** Who makes a request. */
export interface Principal {
  /** `arn:aws:iam::ACCOUNT:root`, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or a service's name. */
  readonly arn: string;
  /** The role whose policies decide; absent for the account's administrator, who may do everything. */
  readonly roleName?: string;
  /** Of an AWS service that acts for itself, which only resource policies can allow: what it acts for. */
  readonly serviceFor?: string;
}

/** What a principal must be allowed. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** Condition keys, for example `{"s3:prefix": "test/"}`. */
  readonly conditions?: Readonly<Record<string, string>>;
  /** The resource's own policy: what it allows needs no other permission, what it denies is denied. */
  readonly policy?: string;
}

/** @template I the input's members, C the service's own state, O the output's members (or a promise of them) */
export interface Definition<I, C, O> {
  /** The permission, for example `sagemaker:DescribeEndpoint`. */
  readonly action: `${string}:${string}` | typeof OPEN;
  readonly input: Shape<I>;
  /** The ARN that the permission is asked for, "*" without. May throw what AWS answers before it asks: NoSuchBucket. */
  resource?(input: NoInfer<I>, service: C, call: Omit<Call, "authorize">): string;
  conditions?(input: NoInfer<I>, service: C): Record<string, string>;
  /** The resource's own policy, where its service has such. */
  policy?(input: NoInfer<I>, service: C): string | undefined;
  /** The ARN of a role that the caller hands to the service, for which it needs `iam:PassRole`. */
  passRole?(input: NoInfer<I>, service: C): string | undefined;
  /** How REST protocols carry it. */
  readonly http?: Http;
  run(input: NoInfer<I>, service: C, call: Call): O;
}

/** As AWS's models have it under `http`, with where the members of the output go. */
export interface Http {
  /** Method and path, for example `PUT /{Bucket}/{Key+}?uploadId`: `+` takes slashes too, `?` names a parameter. */
  readonly at: string;
  /** A header that makes it this operation and not another of the same path: `x-amz-copy-source`. */
  readonly given?: string;
  /** 200 when absent. */
  readonly status?: number;
  /** Members of the output that are headers; `{Metadata: "x-amz-meta-*"}` is a map. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The member of the output that is the body; without it the other members are. */
  readonly payload?: string;
  /** The member of the output that is the status. */
  readonly statusFrom?: string;
  /** The content type of the payload, where no member of the output tells it. */
  readonly contentType?: string;
  /** The root element of an XML answer; without it the answer has no body but a payload of bytes. */
  readonly root?: string;
  /** XML elements that are not called as their members: `{Parts: "Part"}`, or within one: `{Buckets: "Buckets/Bucket"}`. */
  readonly elements?: Readonly<Record<string, string>>;
}

export interface Operation<I = unknown, C = unknown, O = unknown> extends Definition<I, C, O> {
  /** AWS's name for it, given when its service is put together: that of the exported constant. */
  name: string;
}

/** For each service once: `export const operation = operationsOn<SqsContext>();` */
export function operationsOn<C>() {
  return <I, O>(definition: Definition<I, C, O>): Operation<I, C, O> => ({ ...definition, name: "" });
}

// deno-lint-ignore no-explicit-any -- a table of operations of all kinds of inputs
export type Operations<C = any> = ReadonlyMap<string, Operation<any, C, any>>;

/** The operations among the exports of modules, by their names: `createQueue` is CreateQueue. */
export function operationsOf<C>(...modules: readonly object[]): Operations<C> {
  const found = new Map<string, Operation<unknown, C>>();
  for (const [key, value] of modules.flatMap((module) => Object.entries(module))) {
    if (!isOperation(value)) continue;
    value.name = key.charAt(0).toUpperCase() + key.slice(1);
    found.set(value.name, value as Operation<unknown, C>);
  }
  return found;
}

function isOperation(value: unknown): value is Operation {
  return typeof value === "object" && value !== null && "action" in value && "run" in value &&
    "input" in value;
}

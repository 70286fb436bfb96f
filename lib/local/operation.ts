/**
 * An AWS operation as ONE value: its input's shape, the permission it needs, what it does. The dispatcher checks the
 * first two before it runs the third, for clients and for calls between services.
 */
import type { Shape } from "./shapes.ts";

/** For `action`: AWS needs no permission, or the operation checks it itself and says why. */
export const OPEN = Symbol("open");

export interface Call {
  readonly principal: Principal;
  /** The region the request was signed for, or that of the calling service. */
  readonly region: string;
  readonly requestId: string;
  /** Aborted when a calling service no longer waits. Requests of clients have none: they run to their end, as on AWS. */
  readonly signal?: AbortSignal;
  /** Checks a further permission. @throws AwsError the service's denial */
  authorize(permission: Permission): void;
}

/** Who makes a request. */
export interface Principal {
  /** `arn:aws:iam::ACCOUNT:root`, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or a service's name. */
  readonly arn: string;
  /** The role whose policies decide; absent for the account's administrator, who may do everything. */
  readonly roleName?: string;
  /** When the role's session began, in milliseconds since the epoch. */
  readonly since?: number;
  /** Nobody signed the request: only resource policies that name everybody can allow it. */
  readonly anonymous?: true;
  /** For an AWS service acting for itself, which only resource policies can allow: the ARN it acts for. */
  readonly serviceFor?: string;
}

/** An action on a resource that a principal must be allowed. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** Condition keys, for example `{"s3:prefix": "test/"}`. */
  readonly conditions?: Readonly<Record<string, string>>;
  /** The resource-based policy, as JSON text: an Allow in it is enough, a Deny in it is final. */
  readonly policy?: string;
}

/** @template I the input's members, C the service's context, O the output's members (or a promise of them) */
export interface Definition<I, C, O> {
  /** The permission, for example `sagemaker:DescribeEndpoint`. */
  readonly action: `${string}:${string}` | typeof OPEN;
  readonly input: Shape<I>;
  /** The ARN that the permission is checked on, "*" by default. May throw what AWS answers before it: NoSuchBucket. */
  resource?(input: NoInfer<I>, service: C, call: Omit<Call, "authorize">): string;
  conditions?(input: NoInfer<I>, service: C): Record<string, string>;
  /** The resource-based policy, as JSON text. */
  policy?(input: NoInfer<I>, service: C): string | undefined;
  /** The further permission on the resource that the input's tags need, for example `lambda:TagResource`. */
  readonly tagging?: `${string}:${string}`;
  /** The ARN of the role that the caller passes to the service, for which it needs `iam:PassRole`. */
  passRole?(input: NoInfer<I>, service: C): string | undefined;
  /** A link that people open: it needs no signature. */
  readonly link?: true;
  /** Method, path and layout in the REST protocols. */
  readonly http?: Http;
  run(input: NoInfer<I>, service: C, call: Call): O;
}

/** The `http` trait of AWS's service models, and where the output's members go. */
export interface Http {
  /** Method and path, for example `PUT /{Bucket}/{Key+}?uploadId`: `+` includes slashes, `?` a parameter that is given. */
  readonly at: string;
  /** The header that tells the operation from another one of the same path: `x-amz-copy-source`. */
  readonly given?: string;
  /** How large a body may be that is no stream, when the protocol's limit is not the operation's. */
  readonly maxBytes?: number;
  /** 200 when absent. */
  readonly status?: number;
  /** Output members that are sent as headers; `{Metadata: "x-amz-meta-*"}` is a map. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The output member that is the body; without it, all members that are not headers. */
  readonly payload?: string;
  /** The output member that is the HTTP status. */
  readonly statusFrom?: string;
  /** The payload's content type, where no output member gives it. */
  readonly contentType?: string;
  /** The root element of an XML answer; without it the answer has no body, or a payload of bytes. */
  readonly root?: string;
  /** Members whose XML elements have other names: `{Parts: "Part"}`, or nested ones: `{Buckets: "Buckets/Bucket"}`. */
  readonly elements?: Readonly<Record<string, string>>;
}

export interface Operation<I = unknown, C = unknown, O = unknown> extends Definition<I, C, O> {
  /** AWS's name, for example `CreateQueue`; `operationsOf` sets it from the exported constant's name. */
  name: string;
}

/** Whether an operation can be allowed without a signature: by a resource's own policy, or because it is a link. */
export function takesAnyone({ policy, link }: Pick<Operation, "policy" | "link">): boolean {
  return policy !== undefined || link === true;
}

/** For each service once: `export const operation = operationsOn<SqsContext>();` */
export function operationsOn<C>() {
  return <I, O>(definition: Definition<I, C, O>): Operation<I, C, O> => ({ ...definition, name: "" });
}

// deno-lint-ignore no-explicit-any -- each operation has its own input type
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

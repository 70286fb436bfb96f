/**
 * A wire protocol of AWS: how a request names its operation, how input is read and output written, how violations,
 * denials and errors are worded and coded, and which headers carry the request id. A service chooses one and may
 * replace its wordings.
 */
import { AwsError, unsupported } from "../errors.ts";
import type { Operation, Operations, Principal } from "../operation.ts";
import type { Violation } from "../shapes.ts";
import type { WordFault } from "./faults.ts";

/** An HTTP request as the protocols read it. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The whole body, or the stream where the protocol streams; null when there is none. */
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  /** As it was sent: a URL object normalises it, but its signature covers the original. */
  readonly rawUrl: string;
}

export interface Protocol {
  /** Whether operations get the body as a stream. */
  readonly streams: boolean;
  /** How large a body that is no stream may be; an operation can have its own limit. Absent where bodies are streams. */
  readonly maxBytes?: number;
  readonly signing: SigningRules;
  /** Whether a request looks like one for these operations; decides where unsigned requests go. */
  claims(request: Omit<WireRequest, "body">, operations: Operations): boolean;
  /** The operation, where a request names it outside of its body. */
  named?(request: Omit<WireRequest, "body">, operations: Operations): Operation | undefined;
  /** The operation that a request names, and its members. @throws AwsError for an unknown operation */
  read(request: WireRequest, operations: Operations): Reading | Promise<Reading>;
  write(output: object | undefined, operation: Operation, requestId: string): Response;
  writeError(error: AwsError, requestId: string, path: string): Response;
  requestId(): string;
  /** Headers that every answer carries. */
  requestIdHeaders(requestId: string): Record<string, string>;
  readonly words: Words;
}

export interface Reading {
  readonly operation: Operation;
  readonly members: unknown;
}

/** A service's errors for requests that are refused before the operation runs. */
export interface Words {
  /** @param violations at least one */
  invalid(violations: readonly Violation[]): AwsError;
  denied(denial: Denial): AwsError;
  unauthenticated: WordFault;
  /** For an unexpected error of the local AWS itself. */
  internal(): AwsError;
}

/** The rules of signatures that differ between services. */
export interface SigningRules {
  readonly maxSkewMinutes: number;
  /** Whether the canonical request has the path encoded a second time. */
  readonly encodesPathTwice: boolean;
  /** Whether the body is hashed to verify the signature; otherwise the client's hash is used, and checked later. */
  readonly hashesBody: boolean;
  /** Whether Signature Version 2 is accepted beside 4: in S3 alone. */
  readonly acceptsVersion2: boolean;
  /** Whether the body is a form, whose fields may name a key. */
  readonly readsForm: boolean;
}

export const DEFAULT_SIGNING: SigningRules = {
  maxSkewMinutes: 5,
  encodesPathTwice: true,
  hashesBody: true,
  acceptsVersion2: false,
  readsForm: false,
};

/** A permission that a principal does not have. */
export interface Denial {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  /** The kind of policy with an explicit deny; absent when no policy allows it. */
  readonly deniedBy?: "identity" | "resource" | "boundary";
  /** Whether it is the permissions boundary that does not allow it, where the policies would. */
  readonly beyondBoundary?: true;
}

/** `N validation errors detected: …`, with up to ten of them, as AWS's services word it. */
export function violationsText(violations: readonly Violation[]): string {
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  const texts = violations.slice(0, 10).map((violation) => {
    const { value, path } = violation;
    const given = value === null ? "null" : `'${printed(value)}'`;
    const constraint = violation.kind === "constraint" ? violation.constraint : "";
    return `Value ${given} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  return `${count} detected: ${texts.join("; ")}`;
}

/**
 * `Words.invalid`, in AWS's order: a wrong type is reported before any constraint.
 * @param constraints the error for violated constraints
 * @param unsupportedError the error for a member that the local AWS does not support
 */
export function invalidBy(
  constraints: (violations: readonly Violation[]) => AwsError,
  unsupportedError: (what: string) => AwsError = (what) => unsupported(what),
): Words["invalid"] {
  return (violations) => {
    const first = violations.find(({ kind }) => kind !== "constraint");
    if (first?.kind === "type") return wrongType(first);
    if (first?.kind === "unsupported") return unsupportedError(`the member '${first.path}'`);
    return constraints(violations);
  };
}

/** `User: … is not authorized to perform: … on resource: … because …` */
export function denialText({ principal, action, resource, deniedBy, beyondBoundary }: Denial): string {
  const policies = {
    identity: "an identity-based policy",
    resource: "a resource-based policy",
    boundary: "a permissions boundary",
  };
  const reason = deniedBy === undefined
    ? `because no ${
      beyondBoundary ? "permissions boundary" : "identity-based policy"
    } allows the ${action} action`
    : `with an explicit deny in ${policies[deniedBy]}`;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

function wrongType({ path, value, expected }: Violation & { kind: "type" }): AwsError {
  const given = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  return new AwsError("SerializationException", `Expected ${expected} at '${path}', got ${given}`);
}

/** AWS repeats values whole; a request of megabytes is not answered with as many. */
const LONGEST_VALUE = 8192;

/** Strings, numbers and lists of them as Java prints them, in which AWS's services are written. */
function printed(value: unknown): string {
  const isPlain = Array.isArray(value) && value.every((item) => typeof item !== "object");
  const text = typeof value === "string" ? value : isPlain ? `[${value.join(", ")}]` : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

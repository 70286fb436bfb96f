/**
 * What a wire protocol of AWS knows: how a request names its operation, how input is read and output written, how
 * violations, denials and errors are worded and coded, and which headers number a request. Services say which one
 * they speak, with their own words where they have such.
 */
import { AwsError, unsupported } from "../errors.ts";
import type { Operation, Operations, Principal } from "../operation.ts";
import type { Violation } from "../shapes.ts";

/** A request on its way to an operation. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** All of it; or the stream, where the protocol streams. */
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  /** As it was sent, before a URL object could tidy it. */
  readonly rawUrl: string;
}

export interface Protocol {
  /** Whether bodies are left to the operations to read. */
  readonly streams: boolean;
  readonly signing: SigningRules;
  /** Whether an unsigned request looks like one for these operations. */
  claims(request: Omit<WireRequest, "body">, operations: Operations): boolean;
  /** The operation that a request names, and the members that it gives. @throws AwsError when there is none */
  read(request: WireRequest, operations: Operations): Reading | Promise<Reading>;
  write(output: object | undefined, operation: Operation, requestId: string): Response;
  writeError(error: AwsError, requestId: string, path: string): Response;
  requestId(): string;
  /** Headers of every answer. */
  requestIdHeaders(requestId: string): Record<string, string>;
  readonly words: Words;
}

export interface Reading {
  readonly operation: Operation;
  readonly members: unknown;
}

/** How a service words what is wrong with a request. */
export interface Words {
  /** Of at least one violation. */
  invalid(violations: readonly Violation[]): AwsError;
  denied(denial: Denial): AwsError;
  unauthenticated(fault: AuthenticationFault): AwsError;
  /** Of an error that is ours. */
  internal(): AwsError;
}

/** Where services' rules for SigV4 differ. */
export interface SigningRules {
  readonly maxSkewMinutes: number;
  /** Whether the path is encoded once more for the canonical request. */
  readonly encodesPathTwice: boolean;
  /** Whether the body's hash is computed here; otherwise what the client states counts, and is compared later. */
  readonly hashesBody: boolean;
}

export const DEFAULT_SIGNING: SigningRules = { maxSkewMinutes: 5, encodesPathTwice: true, hashesBody: true };

/** A permission that a principal does not have. */
export interface Denial {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  /** An explicit deny stands in a policy of this kind; absent when nothing allows it. */
  readonly deniedBy?: "identity" | "resource";
}

/** What is wrong with a signature. */
export type AuthenticationFault = "key" | "token" | "expired" | "signature" | "skew" | "request expired";

/** `N validation errors detected: …`, up to ten of them, as AWS's services in Java word it. */
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

/** What is not a constraint comes first: a value of a wrong type cannot be checked further. */
export function invalidBy(
  constraints: (violations: readonly Violation[]) => AwsError,
  notHere: (what: string) => AwsError = (what) => unsupported(what),
): Words["invalid"] {
  return (violations) => {
    const first = violations.find(({ kind }) => kind !== "constraint");
    if (first?.kind === "type") return wrongType(first);
    if (first?.kind === "unsupported") return notHere(`the member '${first.path}'`);
    return constraints(violations);
  };
}

/** `User: … is not authorized to perform: … on resource: … because …` */
export function denialText({ principal, action, resource, deniedBy }: Denial): string {
  const reason = deniedBy === undefined
    ? `because no identity-based policy allows the ${action} action`
    : `with an explicit deny in ${deniedBy === "identity" ? "an identity" : "a resource"}-based policy`;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

/** A fault of a signature in general words, with the code that a family of protocols has for it. */
export function faultText(fault: AuthenticationFault): string {
  switch (fault) {
    case "key":
    case "token":
      return "The security token included in the request is invalid.";
    case "expired":
      return "The security token included in the request is expired";
    case "signature":
      return "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
        "Access Key and signing method. Consult the service documentation for details.";
    case "skew":
    case "request expired":
      return "Signature expired: its date is too far from the current time.";
  }
}

/** The codes of the JSON protocols; those of query are the same without `Exception`, but for keys. */
export const JSON_FAULT_CODES: Readonly<Record<AuthenticationFault, string>> = {
  key: "UnrecognizedClientException",
  token: "UnrecognizedClientException",
  expired: "ExpiredTokenException",
  signature: "InvalidSignatureException",
  skew: "InvalidSignatureException",
  "request expired": "InvalidSignatureException",
};

function wrongType({ path, value, expected }: Violation & { kind: "type" }): AwsError {
  const given = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  return new AwsError("SerializationException", `Expected ${expected} at '${path}', got ${given}`);
}

/** As Java, in which AWS's services are written, prints strings, numbers and lists of them. */
function printed(value: unknown): string {
  const isPlain = Array.isArray(value) && value.every((item) => typeof item !== "object");
  const text = typeof value === "string" ? value : isPlain ? `[${value.join(", ")}]` : JSON.stringify(value);
  return text.length > 256 ? `${text.slice(0, 256)}…` : text;
}

/**
 * The X-Ray header of an invocation, which AWS's clients within a function send with their requests. Lambda counts in
 * it how often a function runs in one chain of requests, and stops a loop ("Use Lambda recursive loop detection to
 * prevent infinite loops").
 */
import { createHash } from "node:crypto";
import { AwsError } from "../errors.ts";

/** A function runs so often in one chain of requests. */
const MAX_INVOCATIONS = 16;
/** Counts of so many functions are kept. */
const MAX_FUNCTIONS = 32;

/**
 * The header for an invocation of a function.
 * @param given that of the request, if it has one
 * @throws AwsError RecursiveInvocationException when the function has run too often in this chain of requests
 */
export function traceOf(functionArn: string, given = ""): string {
  const fields = new Map(
    given.slice(0, 1000).split(";").map((field) => field.trim().split("=", 2) as [string, string]),
  );
  const counts = new Map(
    [...fields.get("Lineage")?.matchAll(/([0-9a-f]{8}):(\d{1,4})/g) ?? []]
      .map(([, name, count]) => [name!, Number(count)]),
  );
  const name = createHash("sha256").update(functionArn).digest("hex").slice(0, 8);
  const count = counts.get(name) ?? 0;
  if (count >= MAX_INVOCATIONS) throw recursive();
  counts.delete(name);
  const lineage = [[name, count + 1], ...counts].slice(0, MAX_FUNCTIONS).map((entry) => entry.join(":")).join(
    "|",
  );
  const root = fields.get("Root");
  return [
    `Root=${root && /^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(root) ? root : newRoot()}`,
    `Parent=${hex(8)}`,
    "Sampled=0",
    `Lineage=${lineage}`,
  ].join(";");
}

function newRoot(): string {
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${hex(12)}`;
}

function hex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}

function recursive(): AwsError {
  return new AwsError(
    "RecursiveInvocationException",
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources " +
      "and stopped your function's invocation.",
    400,
  );
}

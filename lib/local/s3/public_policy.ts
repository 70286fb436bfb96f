/** Whether a bucket policy is public (Amazon S3 user guide, "The meaning of 'public'"), and what is left of one then. */
import { isObject } from "../shapes.ts";

type Json = Record<string, unknown>;

/** Keys by which a policy names whom it means, when they are compared with fixed values. */
const NARROWING = new Set([
  "aws:principalorgid",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:sourceip",
  "aws:sourcearn",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:sourceowner",
  "aws:sourceaccount",
  "aws:userid",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
]);

/** Operators that hold for the values that the policy names, and for no request without the key. */
const FIXED = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/;

/** @param policy a document that has been checked */
export function isPublicPolicy(policy: string): boolean {
  return statementsOf(policy).some(isPublic);
}

/** The policy under RestrictPublicBuckets: what it allows everybody, only the account is allowed. */
export function restricted(policy: string, account: string): string {
  const document = JSON.parse(policy) as Json;
  const Statement = statementsOf(policy).map((statement) => {
    if (!isPublic(statement)) return statement;
    const Condition = Object(statement.Condition) as Record<string, Json>;
    const StringEquals = { ...Condition.StringEquals, "aws:PrincipalAccount": account };
    return { ...statement, Condition: { ...Condition, StringEquals } };
  });
  return JSON.stringify({ ...document, Statement });
}

function statementsOf(policy: string): Json[] {
  return [(JSON.parse(policy) as { Statement: Json | Json[] }).Statement].flat();
}

function isPublic({ Effect, Principal, Condition }: Json): boolean {
  const everybody = Principal === "*" || (isObject(Principal) && [Principal.AWS].flat().includes("*"));
  return Effect === "Allow" && everybody && !Object.entries(Object(Condition)).some(narrows);
}

function narrows([operator, keys]: [string, unknown]): boolean {
  return FIXED.test(operator) &&
    Object.entries(Object(keys)).some(([key, values]) =>
      NARROWING.has(key.toLowerCase()) && [values].flat().every((value) => !isWide(String(value)))
    );
}

/** Wildcards, policy variables, and networks of half the internet. */
function isWide(value: string): boolean {
  return /[*?]|\$\{/.test(value) || /\/[01]$/.test(value);
}

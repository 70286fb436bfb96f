/** What IAM's and STS's operations share: entities, shapes of names, authorisation of their own calls. */
import { AwsError } from "../errors.ts";
import type { Call, Core } from "../services.ts";
import { list, required, string, structure } from "../shapes.ts";
import type { Entities, Role } from "./entities.ts";
import { AWS_MANAGED_POLICIES } from "./aws_managed_policies.ts";

export interface IamContext {
  readonly core: Core;
  readonly entities: Entities;
  /** When a change made now takes effect. */
  effectiveFrom(): number;
}

export const roleName = string({ min: 1, max: 64, pattern: /[\w+=,.@-]+/ });
export const policyName = string({ min: 1, max: 128, pattern: /[\w+=,.@-]+/ });
export const policyArn = string({ min: 20, max: 2048 });
export const policyDocument = string({ min: 1, max: 131072 });
export const path = string({ min: 1, max: 512, pattern: /(\/)|(\/[\u0021-\u007E]+\/)/ });
export const description = string({ max: 1000 });
export const tagKey = string({ min: 1, max: 128, pattern: /[\p{L}\p{Z}\p{N}_.:\/=+\-@]+/u });
const tagValue = string({ max: 256, pattern: /[\p{L}\p{Z}\p{N}_.:\/=+\-@]*/u });
export const tags = list(structure({ Key: required(tagKey), Value: required(tagValue) }), { max: 50 });
/** Numbers come as text. */
export const paging = {
  Marker: string({ min: 1, max: 320, pattern: /[\u0020-\u00FF]+/ }),
  MaxItems: string({ pattern: /[1-9]\d{0,2}|1000/ }),
};

/**
 * A whole number within the bounds that AWS's model gives.
 * @throws AwsError ValidationError
 */
export function boundedNumber(text: string, member: string, least: number, most: number): number {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new AwsError(
    "ValidationError",
    `1 validation error detected: Value '${text}' at '${member}' failed to satisfy constraint: Member must have ` +
      `value ${value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`}`,
  );
}

export function authorize({ core }: IamContext, call: Call, action: string, resource: string): void {
  core.siblings.iam.authorize(call.principal, action, resource);
}

/** @throws AwsError NoSuchEntity */
export function existingRole({ entities }: IamContext, name: string): Role {
  const found = entities.role(name);
  if (found) return found;
  throw noSuchEntity(`The role with name ${name} cannot be found.`);
}

export function roleArn({ core, entities }: IamContext, name: string): string {
  return entities.role(name)?.Arn ?? `arn:aws:iam::${core.account}:role/${name}`;
}

/** The document of a managed policy of this account or of AWS; absent when there is none. */
export function managedDocument({ entities }: Pick<IamContext, "entities">, arn: string): string | undefined {
  return AWS_MANAGED_POLICIES.get(arn) ?? entities.policies.get(arn)?.Document;
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}

export function conflict(code: string, message: string): AwsError {
  return new AwsError(code, message, 409);
}

/** White space does not count towards the sizes of policies. */
export function policySize(document: string): number {
  return document.replace(/\s/g, "").length;
}

/** A page of a list, with the members that say so. */
export function paged<T>(
  items: readonly T[],
  { Marker, MaxItems = "100" }: { Marker?: string; MaxItems?: string },
): { page: T[]; answer: { IsTruncated: boolean; Marker?: string } } {
  const start = Marker === undefined ? 0 : Number(atMarker(Marker));
  const end = start + Number(MaxItems);
  const truncated = end < items.length;
  return {
    page: items.slice(start, end),
    answer: { IsTruncated: truncated, Marker: truncated ? btoa(`from:${end}`) : undefined },
  };
}

function atMarker(marker: string): string {
  try {
    const [, position] = /^from:(\d+)$/.exec(atob(marker)) ?? [];
    if (position !== undefined) return position;
  } catch {
    // No base64: the same error.
  }
  throw new AwsError("ValidationError", "Invalid Marker.");
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}

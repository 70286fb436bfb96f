/** What the operations of IAM and STS share: their context, shapes, look-ups, errors and pages. */
import { AwsError } from "../errors.ts";
import { operationsOn } from "../operation.ts";
import { page } from "../pages.ts";
import type { Core } from "../core.ts";
import { integer, list, required, string, structure } from "../shapes.ts";
import type { Authorization } from "./authorization.ts";
import type { Entities, Role } from "./entities.ts";
import type { Renaming } from "./renaming.ts";
import type { Sessions } from "./sessions.ts";

export interface IamContext {
  readonly core: Core;
  readonly entities: Entities;
  readonly authorization: Authorization;
  readonly sessions: Sessions;
  /** Tells the other services that a role is being deleted. */
  roleDeleted(rename: Renaming): void;
  /** When a change made now takes effect, in milliseconds since the epoch. */
  effectiveFrom(): number;
}

export const operation = operationsOn<IamContext>();

export const roleName = string({ min: 1, max: 64, pattern: /[\w+=,.@-]+/ });
export const policyName = string({ min: 1, max: 128, pattern: /[\w+=,.@-]+/ });
export const policyArn = string({ min: 20, max: 2048 });
export const policyDocument = string({ min: 1, max: 131072 });
export const path = string({ min: 1, max: 512, pattern: /(\/)|(\/[\u0021-\u007E]+\/)/ });
export const pathPrefix = string({ min: 1, max: 512, pattern: /\/[\u0021-\u007F]*/ });
export const description = string({ max: 1000 });
export const tagKey = string({ min: 1, max: 128, pattern: /[\p{L}\p{Z}\p{N}_.:\/=+\-@]+/u });
const tagValue = string({ max: 256, pattern: /[\p{L}\p{Z}\p{N}_.:\/=+\-@]*/u });
export const tags = list(structure({ Key: required(tagKey), Value: required(tagValue) }), { max: 50 });
export const paging = {
  Marker: string({ min: 1, max: 320, pattern: /[\u0020-\u00FF]+/ }),
  MaxItems: integer({ min: 1, max: 1000 }),
};

/** An operation's `resource`: the role it names. */
export function onRole({ RoleName }: { RoleName: string }, { core, entities }: IamContext): string {
  return entities.role(RoleName)?.Arn ?? `arn:aws:iam::${core.account}:role/${RoleName}`;
}

/** @throws AwsError NoSuchEntity */
export function existingRole({ entities }: IamContext, name: string): Role {
  const found = entities.role(name);
  if (found) return found;
  throw noSuchEntity(`The role with name ${name} cannot be found.`);
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}

export function conflict(code: string, message: string): AwsError {
  return new AwsError(code, message, 409);
}

/** In characters; white space does not count towards IAM's limits. */
export function policySize(document: string): number {
  return document.replace(/\s/g, "").length;
}

/** A page of a list sorted by `name`, with the paging members of the answer. */
export function paged<T>(
  items: readonly T[],
  name: (item: T) => string,
  { Marker, MaxItems = 100 }: { Marker?: string; MaxItems?: number },
): { page: T[]; answer: { IsTruncated: boolean; Marker?: string } } {
  const { items: shown, next } = page(items, {
    key: (item) => [name(item)],
    limit: MaxItems,
    token: Marker,
    invalidToken: () => new AwsError("ValidationError", "Invalid Marker."),
  });
  return { page: shown, answer: { IsTruncated: next !== undefined, Marker: next } };
}

/** @throws AwsError InvalidInput when two keys are the same, whatever their case */
export function checkTags(tags: readonly { readonly Key: string }[]): void {
  if (new Set(tags.map(({ Key }) => Key.toLowerCase())).size === tags.length) return;
  throw new AwsError(
    "InvalidInput",
    "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
  );
}

/** ISO 8601 without fractions of a second, as IAM and STS write times. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}

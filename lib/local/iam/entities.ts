/** Roles, managed policies and sessions as they are stored, with the times at which changes take effect. */
import type { Collection, Store } from "../store.ts";
import { AWS_MANAGED_POLICIES } from "./aws_managed_policies.ts";

/** Versions of a value, each with the time (milliseconds since the epoch) from which it is effective. */
export type History<T> = readonly { readonly from: number; readonly value: T }[];

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Role {
  readonly RoleName: string;
  readonly RoleId: string;
  readonly Path: string;
  readonly Arn: string;
  readonly CreateDate: number;
  readonly Description?: string;
  readonly MaxSessionDuration: number;
  readonly Tags: readonly Tag[];
  readonly Trust: History<string>;
  /** The ARN of the policy that says what the role may do at most. */
  readonly Boundary?: string;
  /** Documents by policy name; null is a deleted policy. */
  readonly Inline: Readonly<Record<string, History<string | null>>>;
  /** Whether a policy is attached, by its ARN. */
  readonly Attached: Readonly<Record<string, History<boolean>>>;
}

export interface ManagedPolicy {
  readonly PolicyName: string;
  readonly PolicyId: string;
  readonly Path: string;
  readonly Arn: string;
  readonly CreateDate: number;
  readonly Description?: string;
  readonly Tags: readonly Tag[];
  readonly Document: string;
}

export interface Session {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: number;
  /** When it began, in milliseconds since the epoch. */
  readonly Since?: number;
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
  readonly Arn: string;
  readonly RoleName: string;
  /** Tells the role from a later one of the same name. */
  readonly RoleId: string;
}

export class Entities {
  readonly roles: Collection<Role>;
  readonly policies: Collection<ManagedPolicy>;
  readonly sessions: Collection<Session>;

  constructor(store: Store) {
    this.roles = store.collection("iam_roles");
    this.policies = store.collection("iam_policies");
    this.sessions = store.collection("iam_sessions");
  }

  /** The document of a customer managed or AWS managed policy; undefined if it does not exist. */
  managedDocument(arn: string): string | undefined {
    return AWS_MANAGED_POLICIES.get(arn) ?? this.policies.get(arn)?.Document;
  }

  /** Role names are case-insensitive. */
  role(name: string): Role | undefined {
    return this.roles.get(name.toLowerCase());
  }

  putRole(role: Role): void {
    this.roles.put(role.RoleName.toLowerCase(), role);
  }

  roleByArn(arn: string): Role | undefined {
    const role = this.role(arn.slice(arn.lastIndexOf("/") + 1));
    return role?.Arn === arn ? role : undefined;
  }
}

/** The version that is effective now. */
export function effective<T>(history: History<T> | undefined, now: number): T | undefined {
  return history?.findLast(({ from }) => from <= now)?.value;
}

/** The last written version, which is what IAM shows. */
export function latest<T>(history: History<T> | undefined): T | undefined {
  return history?.at(-1)?.value;
}

/** Adds a version that is effective from `from`, and drops those that are no longer effective. */
export function changed<T>(history: History<T> | undefined, value: T, now: number, from: number): History<T> {
  const kept = history ?? [];
  const current = kept.findLastIndex((version) => version.from <= now);
  return [...kept.slice(Math.max(current, 0)), { from, value }];
}

/** An identifier like IAM's: a prefix for the kind (`AROA`), then capital letters and digits. @param length in all */
export function uniqueId(prefix: string, length: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const random = crypto.getRandomValues(new Uint8Array(length - prefix.length));
  return prefix + Array.from(random, (byte) => letters[byte % 32]).join("");
}

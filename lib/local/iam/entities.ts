/** Roles, managed policies and sessions as they are stored, and when a change to them takes effect. */
import type { Collection, Store } from "../store.ts";
import { AWS_MANAGED_POLICIES } from "./aws_managed_policies.ts";

/** The versions of something with the moment (milliseconds since the epoch) from which each is effective. */
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
  /** Documents by name; null once deleted. */
  readonly Inline: Readonly<Record<string, History<string | null>>>;
  /** By policy ARN: whether attached. */
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
  /** Of the session: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly Arn: string;
  readonly RoleName: string;
  /** A role made anew under the same name is another. */
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

  /** The document of a managed policy of this account or of AWS; absent when there is none. */
  managedDocument(arn: string): string | undefined {
    return AWS_MANAGED_POLICIES.get(arn) ?? this.policies.get(arn)?.Document;
  }

  /** Role names are unique whatever their case. */
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

/** The version last written, which is what IAM shows. */
export function latest<T>(history: History<T> | undefined): T | undefined {
  return history?.at(-1)?.value;
}

/** A history with a new version, without those that cannot be effective again. */
export function changed<T>(history: History<T> | undefined, value: T, now: number, from: number): History<T> {
  const kept = history ?? [];
  const current = kept.findLastIndex((version) => version.from <= now);
  return [...kept.slice(Math.max(current, 0)), { from, value }];
}

/** An identifier as IAM makes them: a prefix for the kind, then capital letters and digits. */
export function uniqueId(prefix: string, length: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const random = crypto.getRandomValues(new Uint8Array(length - prefix.length));
  return prefix + Array.from(random, (byte) => letters[byte % 32]).join("");
}

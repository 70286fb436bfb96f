/** The configuration of a function's version, and its creation or update in progress. */
import type { Core } from "../core.ts";
import { AwsError } from "../errors.ts";
import { conflict } from "./errors.ts";

/** The configuration of `$LATEST` or of a published version, with AWS's names. */
export interface Version {
  readonly FunctionName: string;
  /** Without a qualifier for `$LATEST`. */
  readonly FunctionArn: string;
  readonly Version: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Handler: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  /** Megabytes. */
  readonly MemorySize: number;
  readonly LastModified: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  /** The id of the role that KMS lets decrypt the environment variables, as of when they were encrypted. */
  readonly Grantee?: string;
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly LoggingConfig: { readonly LogFormat: "Text"; readonly LogGroup: string };
  readonly RevisionId: string;
  readonly Change?: Change;
}

/** A creation or update in progress. Whether it is done is determined when it is read. */
interface Change {
  readonly kind: "create" | "update";
  /** When it is done, in milliseconds since the epoch. */
  readonly due: number;
  /** The revision afterwards: AWS changes it again when the change is done. */
  readonly RevisionId: string;
  /** The version that invocations use while an update is in progress. */
  readonly previous?: Version;
}

/** How long Pending and InProgress last: long enough to fail clients that do not wait, as on AWS; longer if it is strict. */
const CHANGE_MS = 300;

/** A new configuration that is being created, or that replaces `previous` when the update is done. */
export function changing(
  version: Omit<Version, "RevisionId" | "LastModified" | "Change">,
  core: Pick<Core, "now" | "strict">,
  previous?: Version,
): Version {
  const now = core.now();
  const milliseconds = core.strict ? core.strict.functionSeconds * 1000 : CHANGE_MS;
  return {
    ...version,
    RevisionId: crypto.randomUUID(),
    // `2026-01-01T00:00:00.000+0000`
    LastModified: new Date(now).toISOString().replace("Z", "+0000"),
    Change: {
      kind: previous ? "update" : "create",
      due: now + milliseconds,
      RevisionId: crypto.randomUUID(),
      previous,
    },
  };
}

/** The version at this time: without its change, if that is done. */
export function settled(version: Version, now: number): Version {
  const { Change, ...rest } = version;
  return Change && now >= Change.due ? { ...rest, RevisionId: Change.RevisionId } : version;
}

/** The version that invocations run: until an update is done, the previous one. */
export function serving(version: Version): Version {
  return version.Change?.previous ?? version;
}

/** Identifies code and configuration: execution environments are used for the same revision only. */
export function settledRevision(version: Version): string {
  return version.Change?.RevisionId ?? version.RevisionId;
}

/** @throws AwsError ResourceConflictException while the function is being created or updated */
export function refuseWhileChanging(version: Version): void {
  refuseWhilePending(version);
  if (version.Change) {
    throw conflict(
      "The operation cannot be performed at this time. An update is in progress for resource: " +
        version.FunctionArn,
    );
  }
}

/** @throws AwsError ResourceConflictException while the function is being created */
export function refuseWhilePending(version: Version): void {
  if (version.Change?.kind === "create") {
    throw conflict(
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
  }
}

/** @throws AwsError PreconditionFailedException when the given revision is not the current one */
export function checkRevision(given: string | undefined, current: string): void {
  if (given === undefined || given === current) return;
  throw new AwsError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to " +
      "retrieve the latest Revision Id",
    412,
  );
}

/** What is kept of functions, versions and aliases, and their configuration as AWS answers it. */
import { createHash } from "node:crypto";
import { AwsError } from "../errors.ts";
import type { Core } from "../services.ts";
import type { Collection } from "../store.ts";
import { conflict, functionArn, functionNotFound, type FunctionReference } from "./names.ts";

/** The configuration of `$LATEST` or of a published version, in AWS's names. */
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
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly LoggingConfig: { readonly LogFormat: "Text"; readonly LogGroup: string };
  readonly RevisionId: string;
  readonly Change?: Change;
}

/** A creation or update that is not through yet; the status is worked out on read. */
interface Change {
  readonly kind: "create" | "update";
  /** Milliseconds since the epoch from when on it is done. */
  readonly due: number;
  /** AWS gives a function a new revision once more when the change is done. */
  readonly RevisionId: string;
  /** What invocations still see while an update is in progress. */
  readonly previous?: Version;
}

export interface FunctionRecord {
  readonly latest: Version;
  readonly lastPublished: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
}

export interface Alias {
  readonly AliasArn: string;
  readonly Name: string;
  readonly FunctionVersion: string;
  readonly Description: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights: Readonly<Record<string, number>> };
  readonly RevisionId: string;
}

/** How long AWS's Pending and InProgress last here: long enough to be met by a client that does not wait. */
const CHANGE_MS = 300;

export class Records {
  readonly functions: Collection<FunctionRecord>;
  /** Key `NAME:` and the version's number, padded so that keys sort as numbers. */
  readonly versions: Collection<Version>;
  /** Key `NAME:ALIAS`. */
  readonly aliases: Collection<Alias>;

  constructor(readonly core: Core) {
    this.functions = core.store.collection("lambda:functions");
    this.versions = core.store.collection("lambda:versions");
    this.aliases = core.store.collection("lambda:aliases");
  }

  /** @throws AwsError ResourceNotFoundException */
  get(name: string, shownArn = functionArn(this.core, { name })): FunctionRecord {
    const record = this.functions.get(name);
    if (!record) throw functionNotFound(shownArn);
    return { ...record, latest: this.settle(record.latest) };
  }

  /** The version as it stands now: with its change finished once that is due. */
  settle(version: Version): Version {
    const { Change, ...rest } = version;
    return Change && this.core.now() >= Change.due ? { ...rest, RevisionId: Change.RevisionId } : version;
  }

  /** Removes a function's versions and aliases. */
  deleteAllOf(name: string): void {
    for (const { Version } of this.versions.list(`${name}:`)) {
      this.versions.delete(versionKey(name, Version));
    }
    for (const { Name } of this.aliases.list(`${name}:`)) this.aliases.delete(`${name}:${Name}`);
  }

  /**
   * What a reference names: `$LATEST`, a version, or the version of an alias.
   * @param pick a number in [0, 1) that decides between the versions of a weighted alias
   * @throws AwsError ResourceNotFoundException
   */
  resolve(reference: FunctionReference, pick = 1): { record: FunctionRecord; version: Version } {
    const { name, qualifier = "$LATEST" } = reference;
    const notFound = functionArn(this.core, reference);
    const record = this.get(name, notFound);
    if (qualifier === "$LATEST") return { record, version: record.latest };
    const alias = this.aliases.get(`${name}:${qualifier}`);
    const number = alias ? weighted(alias, pick) : qualifier;
    if (number === "$LATEST") return { record, version: record.latest };
    const version = this.versions.get(versionKey(name, number));
    if (!version) throw functionNotFound(notFound);
    return { record, version: this.settle(version) };
  }

  /** Every hash of a package that a function, a version or a running update needs. */
  usedCode(): Set<string> {
    const used = new Set<string>();
    for (const { latest } of this.functions.list()) {
      const version = this.settle(latest);
      used.add(version.CodeSha256).add(serving(version).CodeSha256);
    }
    for (const version of this.versions.list()) used.add(version.CodeSha256);
    return used;
  }
}

/** Keys sort as version numbers do, `$LATEST` before them. */
export function versionKey(name: string, version: string): string {
  return `${name}:${version.padStart(20, "0")}`;
}

/** What an invocation gets: the old configuration and code until an update is through. */
export function serving(version: Version): Version {
  return version.Change?.previous ?? version;
}

/** Names a version's code and configuration; execution environments of another revision are not used for it. */
export function settledRevision(version: Version): string {
  return version.Change?.RevisionId ?? version.RevisionId;
}

/** Marks a function's new configuration as being created, or as an update that replaces `previous`. */
export function changing(
  version: Omit<Version, "RevisionId" | "LastModified" | "Change">,
  now: number,
  previous?: Version,
): Version {
  const change = {
    kind: previous ? "update" : "create",
    due: now + CHANGE_MS,
    RevisionId: crypto.randomUUID(),
    ...(previous ? { previous } : {}),
  } as const;
  return {
    ...version,
    RevisionId: crypto.randomUUID(),
    LastModified: lastModified(now),
    Change: change,
  };
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

/** @throws AwsError PreconditionFailedException when the caller knows another revision */
export function checkRevision(given: string | undefined, current: string): void {
  if (given === undefined || given === current) return;
  throw new AwsError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to " +
      "retrieve the latest Revision Id",
    412,
  );
}

/** `2026-01-01T00:00:00.000+0000` */
export function lastModified(now: number): string {
  return new Date(now).toISOString().replace("Z", "+0000");
}

/** FunctionConfiguration as lists show it, without the state. */
export function listedConfiguration(version: Version): Record<string, unknown> {
  const { Change: _, ...members } = version;
  return {
    ...members,
    PackageType: "Zip",
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    TracingConfig: { Mode: "PassThrough" },
  };
}

/** FunctionConfiguration as all other operations answer it. */
export function configuration(version: Version, region: string): Record<string, unknown> {
  return {
    ...listedConfiguration(version),
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(version.Runtime, region) },
    ...state(version),
  };
}

function state({ Change }: Version): Record<string, string> {
  if (!Change) return { State: "Active", LastUpdateStatus: "Successful" };
  if (Change.kind === "create") {
    return { State: "Pending", StateReason: "The function is being created.", StateReasonCode: "Creating" };
  }
  return {
    State: "Active",
    LastUpdateStatus: "InProgress",
    LastUpdateStatusReason: "The function is being created.",
    LastUpdateStatusReasonCode: "Creating",
  };
}

/** AWS names a runtime's build by a hash; here it is the hash of the runtime's name. */
export function runtimeVersionArn(runtime: string, region: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash("sha256").update(runtime).digest("hex")}`;
}

function weighted(alias: Alias, pick: number): string {
  let below = 0;
  for (const [version, weight] of Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {})) {
    below += weight;
    if (pick < below) return version;
  }
  return alias.FunctionVersion;
}

/** Stored functions, versions and aliases. */
import type { Core } from "../core.ts";
import type { Collection } from "../store.ts";
import { functionNotFound } from "./errors.ts";
import { serving, settled, type Version } from "./function_version.ts";
import { functionArn, type FunctionReference } from "./names.ts";

export interface FunctionRecord {
  readonly latest: Version;
  readonly lastPublished: number;
  /** The revision of `$LATEST` that it was made from. */
  readonly publishedRevision?: string;
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

export class Records {
  readonly functions: Collection<FunctionRecord>;
  /** By `versionKey`. */
  readonly versions: Collection<Version>;
  /** By `aliasKey`. */
  readonly aliases: Collection<Alias>;

  constructor(readonly core: Core) {
    this.functions = core.store.collection("lambda:functions");
    this.versions = core.store.collection("lambda:versions");
    this.aliases = core.store.collection("lambda:aliases");
  }

  /**
   * @param shownArn the ARN in the error's message
   * @throws AwsError ResourceNotFoundException
   */
  get(name: string, shownArn = functionArn(this.core, { name })): FunctionRecord {
    const record = this.functions.get(name);
    if (!record) throw functionNotFound(shownArn);
    return { ...record, latest: this.settle(record.latest) };
  }

  /** The version at this time, see `settled`. */
  settle(version: Version): Version {
    return settled(version, this.core.now());
  }

  /** A function's published versions, sorted by number. */
  versionsOf(name: string): Version[] {
    return this.versions.list(`${name}:`).map((version) => this.settle(version));
  }

  /** A function's aliases, sorted by name. */
  aliasesOf(name: string): Alias[] {
    return this.aliases.list(`${name}:`);
  }

  /** Deletes a function with its versions and aliases. */
  delete(name: string): void {
    this.core.store.transaction(() => {
      this.functions.delete(name);
      for (const { Version } of this.versionsOf(name)) this.versions.delete(versionKey(name, Version));
      for (const { Name } of this.aliasesOf(name)) this.aliases.delete(aliasKey(name, Name));
    });
  }

  /**
   * The version that a reference names: `$LATEST`, a number, or an alias's version.
   * @param pick a random number in [0, 1) that chooses between the versions of a weighted alias
   * @throws AwsError ResourceNotFoundException
   */
  resolve(reference: FunctionReference, pick = 1): { record: FunctionRecord; version: Version } {
    const { name, qualifier = "$LATEST" } = reference;
    const shownArn = functionArn(this.core, reference);
    const record = this.get(name, shownArn);
    if (qualifier === "$LATEST") return { record, version: record.latest };
    const alias = this.aliases.get(aliasKey(name, qualifier));
    const number = alias ? weighted(alias, pick) : qualifier;
    if (number === "$LATEST") return { record, version: record.latest };
    const version = this.versions.get(versionKey(name, number));
    if (!version) throw functionNotFound(shownArn);
    return { record, version: this.settle(version) };
  }

  /** `CodeSha256` of every package that a function, a version or an update in progress needs. */
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

/** Padded, so that keys sort like version numbers. */
export function versionKey(name: string, version: string): string {
  return `${name}:${version.padStart(20, "0")}`;
}

export function aliasKey(name: string, alias: string): string {
  return `${name}:${alias}`;
}

function weighted(alias: Alias, pick: number): string {
  let below = 0;
  for (const [version, weight] of Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {})) {
    below += weight;
    if (pick < below) return version;
  }
  return alias.FunctionVersion;
}

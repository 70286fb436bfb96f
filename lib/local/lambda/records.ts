/** What is kept of functions, their versions and aliases. */
import type { Core } from "../core.ts";
import type { Collection } from "../store.ts";
import { functionNotFound } from "./errors.ts";
import { serving, settled, type Version } from "./function_version.ts";
import { functionArn, type FunctionReference } from "./names.ts";

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
   * @param shownArn how the error names the function
   * @throws AwsError ResourceNotFoundException
   */
  get(name: string, shownArn = functionArn(this.core, { name })): FunctionRecord {
    const record = this.functions.get(name);
    if (!record) throw functionNotFound(shownArn);
    return { ...record, latest: this.settle(record.latest) };
  }

  /** The version as it stands now. */
  settle(version: Version): Version {
    return settled(version, this.core.now());
  }

  /** A function's published versions, in order. */
  versionsOf(name: string): Version[] {
    return this.versions.list(`${name}:`).map((version) => this.settle(version));
  }

  /** A function's aliases, by name. */
  aliasesOf(name: string): Alias[] {
    return this.aliases.list(`${name}:`);
  }

  /** Removes a function with its versions and aliases. */
  delete(name: string): void {
    this.core.store.transaction(() => {
      this.functions.delete(name);
      for (const { Version } of this.versionsOf(name)) this.versions.delete(versionKey(name, Version));
      for (const { Name } of this.aliasesOf(name)) this.aliases.delete(aliasKey(name, Name));
    });
  }

  /**
   * What a reference names: `$LATEST`, a version, or the version of an alias.
   * @param pick a number in [0, 1) that decides between the versions of a weighted alias
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

/** Padded, so that keys sort as version numbers do. */
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

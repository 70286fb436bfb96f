/** Stored versions and aliases of state machines, and what a qualified ARN stands for. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import type { Collection } from "../store.ts";
import type { MachineStore, StateMachine } from "./machines.ts";

export interface Version {
  readonly arn: string;
  readonly machineArn: string;
  /** From 1; the number of a deleted version is not used again. */
  readonly number: number;
  /** Key of the revision. */
  readonly revision: string;
  readonly description?: string;
  /** Milliseconds since the epoch. */
  readonly creationDate: number;
}

export interface Route {
  readonly stateMachineVersionArn: string;
  /** In percent. */
  readonly weight: number;
}

export interface Alias {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly description?: string;
  readonly routes: readonly Route[];
  /** Milliseconds since the epoch. */
  readonly creationDate: number;
  readonly updateDate: number;
}

/** What an ARN of a machine, a version or an alias stands for. */
export interface Target {
  readonly machine: StateMachine;
  /** Key of the revision. */
  readonly revision: string;
  readonly version?: Version;
  readonly alias?: Alias;
}

export class VersionStore {
  readonly #versions: Collection<Version>;
  readonly #aliases: Collection<Alias>;

  constructor(private readonly core: Core, private readonly machines: MachineStore) {
    this.#versions = core.store.collection("sfn.versions");
    this.#aliases = core.store.collection("sfn.aliases");
  }

  version(arn: string): Version | undefined {
    return this.#versions.get(arn);
  }

  alias(arn: string): Alias | undefined {
    return this.#aliases.get(arn);
  }

  /** The newest first. */
  versions(machineArn: string): Version[] {
    return this.#versions.list(`${machineArn}:`).sort((a, b) => b.number - a.number);
  }

  /** Sorted by name. */
  aliases(machineArn: string): Alias[] {
    return this.#aliases.list(`${machineArn}:`);
  }

  /** Publishes the machine's current revision; if it has been published already, that version is returned. */
  publish(machine: StateMachine, description: string | undefined): Version {
    const known = this.versions(machine.arn).find(({ revision }) => revision === machine.revision);
    if (known) return known;
    const number = (machine.lastVersion ?? 0) + 1;
    const version: Version = {
      arn: `${machine.arn}:${number}`,
      machineArn: machine.arn,
      number,
      revision: machine.revision,
      ...(description === undefined ? {} : { description }),
      creationDate: this.core.now(),
    };
    this.core.store.transaction(() => {
      this.#versions.put(version.arn, version);
      this.machines.put({ ...machine, lastVersion: number });
    });
    return version;
  }

  deleteVersion(arn: string): void {
    this.#versions.delete(arn);
  }

  putAlias(alias: Alias): void {
    this.#aliases.put(alias.arn, alias);
  }

  deleteAlias(arn: string): void {
    this.#aliases.delete(arn);
  }

  /** Deletes all versions and aliases of a machine. */
  deleteAll(machineArn: string): void {
    for (const { arn } of this.versions(machineArn)) this.#versions.delete(arn);
    for (const { arn } of this.aliases(machineArn)) this.#aliases.delete(arn);
  }

  /** What an ARN stands for; an alias's version is chosen by the weights. @throws AwsError InvalidArn, StateMachineDoesNotExist */
  target(arn: string): Target {
    const { machineArn, qualifier } = unqualified(arn);
    const machine = this.machines.get(machineArn);
    if (qualifier === undefined) return { machine, revision: this.machines.inForce(machine) };
    const alias = this.alias(arn);
    const version = this.version(alias ? chosen(alias.routes) : arn);
    if (version) return { machine, revision: version.revision, version, ...(alias ? { alias } : {}) };
    throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
  }
}

/** The ARN of the machine, and what qualifies it: a version's number or an alias's name. */
export function unqualified(arn: string): { machineArn: string; qualifier?: string } {
  const [machineArn, qualifier] = [arn.split(":").slice(0, 7).join(":"), arn.split(":")[7]];
  return qualifier === undefined ? { machineArn } : { machineArn, qualifier };
}

function chosen(routes: readonly Route[]): string {
  const [first, second] = routes;
  return !second || Math.random() * 100 < first!.weight
    ? first!.stateMachineVersionArn
    : second.stateMachineVersionArn;
}

/** State machines as they are stored: what a machine is now, and each of its revisions. */
import { AwsError } from "../errors.ts";
import type { Assumer, Core } from "../services.ts";
import type { Collection } from "../store.ts";
import type { Machines } from "./interpreter.ts";
import type { Journal, MachineType } from "./journal.ts";
import type { Revision } from "./run.ts";

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly type: MachineType;
  /** Milliseconds since the epoch. */
  readonly creationDate: number;
  readonly status: "ACTIVE" | "DELETING";
  /** Key of the current revision. */
  readonly revision: string;
  readonly tags: Record<string, string>;
}

export interface StoredRevision extends Revision {
  readonly updateDate: number;
  /** Absent until the first update, as on AWS. */
  readonly revisionId?: string;
}

/** Step Functions when it assumes a machine's role. */
export function assumer(machineArn: string): Assumer {
  return { service: "states.amazonaws.com", sourceArn: machineArn };
}

export class MachineStore implements Machines {
  readonly #machines: Collection<Machine>;
  readonly #revisions: Collection<StoredRevision>;
  readonly #deleting: Set<string>;

  constructor(private readonly core: Core, private readonly journal: Journal) {
    this.#machines = core.store.collection("sfn.machines");
    this.#revisions = core.store.collection("sfn.revisions");
    this.#deleting = new Set(this.#machines.list().filter((m) => m.status === "DELETING").map((m) => m.arn));
  }

  arn(name: string): string {
    return `arn:aws:states:${this.core.region}:${this.core.account}:stateMachine:${name}`;
  }

  find(arn: string): Machine | undefined {
    return this.#machines.get(arn);
  }

  /** @throws AwsError InvalidArn, StateMachineDoesNotExist */
  get(arn: string): Machine {
    requireArn(arn, "stateMachine");
    const machine = this.find(arn);
    if (machine) return machine;
    throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
  }

  /** In the order of their names. */
  list(): Machine[] {
    return this.#machines.list();
  }

  put(machine: Machine): void {
    this.#machines.put(machine.arn, machine);
  }

  /** Stores a revision and returns its key. */
  addRevision(revision: StoredRevision): string {
    const key = crypto.randomUUID();
    this.#revisions.put(key, revision);
    return key;
  }

  revision(key: string): StoredRevision {
    return this.#revisions.get(key)!;
  }

  /** Marks the machine; it is gone once none of its executions runs. */
  delete(machine: Machine): void {
    this.core.store.transaction(() => {
      this.put({ ...machine, status: "DELETING" });
      this.#deleting.add(machine.arn);
      this.executionEnded(machine.arn);
    });
  }

  isDeleting(arn: string): boolean {
    return this.#deleting.has(arn);
  }

  executionEnded(arn: string): void {
    if (!this.#deleting.has(arn) || this.journal.runsAny(arn)) return;
    this.#machines.delete(arn);
    this.#deleting.delete(arn);
  }
}

/** @throws AwsError InvalidArn when the text is no ARN of Step Functions, or one of another kind of resource. */
export function requireArn(arn: string, kind: "stateMachine" | "execution"): void {
  const [prefix, , service, , , resource] = arn.split(":");
  if (prefix !== "arn" || service !== "states") {
    throw new AwsError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  if (resource === kind) return;
  throw new AwsError("InvalidArn", `Invalid Arn: 'Resource type not valid in this context: ${resource}'`);
}

/** A date as the JSON protocol writes it. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

/** Stored state machines and their revisions. */
import { AwsError } from "../errors.ts";
import type { Assumer, Core } from "../core.ts";
import type { Collection } from "../store.ts";
import type { Journal } from "./interpreter/journal.ts";
import type { MachineType } from "./language/asl.ts";

export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly type: MachineType;
  /** Milliseconds since the epoch. */
  readonly creationDate: number;
  readonly status: "ACTIVE" | "DELETING";
  /** Key of the current revision. */
  readonly revision: string;
  /** The one before, which is used until this time (milliseconds since the epoch), in the strict profile. */
  readonly former?: { readonly revision: string; readonly until: number };
  readonly tags: Record<string, string>;
  /** The number of the version that was published last. */
  readonly lastVersion?: number;
}

export interface LoggingConfiguration {
  readonly level?: "ALL" | "ERROR" | "FATAL" | "OFF";
  readonly includeExecutionData?: boolean;
  readonly destinations?: readonly { readonly cloudWatchLogsLogGroup?: { readonly logGroupArn?: string } }[];
}

/** The part of a machine that can be updated. An execution keeps the revision it started with. */
export interface Revision {
  readonly machineArn: string;
  readonly machineName: string;
  readonly definition: string;
  /** The variables that states read, by the states' names. */
  readonly variableReferences?: Readonly<Record<string, readonly string[]>>;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly updateDate: number;
  /** Absent until the first update, as on AWS. */
  readonly revisionId?: string;
  readonly loggingConfiguration?: LoggingConfiguration;
  readonly tracingConfiguration?: { readonly enabled?: boolean };
}

/** Step Functions, as it assumes a machine's role. */
export function assumer(machineArn: string): Assumer {
  // The children of a Map Run have the role of their parent's machine.
  return { service: "states.amazonaws.com", sourceArn: machineArn.replace(/\/.*$/, "") };
}

export class MachineStore {
  readonly #machines: Collection<StateMachine>;
  readonly #revisions: Collection<Revision>;
  readonly #deleting: Set<string>;

  constructor(private readonly core: Core, private readonly journal: Journal) {
    this.#machines = core.store.collection("sfn.machines");
    this.#revisions = core.store.collection("sfn.revisions");
    this.#deleting = new Set(this.list().filter((m) => m.status === "DELETING").map((m) => m.arn));
  }

  arn(name: string): string {
    return `arn:aws:states:${this.core.region}:${this.core.account}:stateMachine:${name}`;
  }

  find(arn: string): StateMachine | undefined {
    return this.#machines.get(arn);
  }

  /** @throws AwsError InvalidArn, StateMachineDoesNotExist */
  get(arn: string): StateMachine {
    requireArn(arn, "stateMachine");
    const machine = this.find(arn);
    if (machine) return machine;
    throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
  }

  /** Sorted by name. */
  list(): StateMachine[] {
    return this.#machines.list();
  }

  put(machine: StateMachine): void {
    this.#machines.put(machine.arn, machine);
  }

  /** Stores a revision and returns its key. */
  addRevision(revision: Revision): string {
    const key = crypto.randomUUID();
    this.#revisions.put(key, revision);
    return key;
  }

  /** Key of the revision that is in force: an update takes a while to be everywhere, in the strict profile. */
  inForce({ revision, former }: StateMachine): string {
    return former && this.core.now() < former.until ? former.revision : revision;
  }

  revision(key: string): Revision {
    return this.#revisions.get(key)!;
  }

  /** Marks the machine as DELETING; it is deleted when none of its executions runs. */
  delete(machine: StateMachine): void {
    this.core.store.transaction(() => {
      this.put({ ...machine, status: "DELETING" });
      this.#deleting.add(machine.arn);
      this.executionEnded(machine.arn);
    });
  }

  isDeleting(arn: string): boolean {
    return this.#deleting.has(arn);
  }

  /** Must be called when an execution of the machine has ended. */
  executionEnded(arn: string): void {
    if (!this.#deleting.has(arn) || this.journal.runsAny(arn)) return;
    this.#machines.delete(arn);
    this.#deleting.delete(arn);
  }
}

/** @throws AwsError InvalidArn when it is not an ARN of Step Functions, or of another kind of resource */
export function requireArn(arn: string, kind: "stateMachine" | "execution" | "activity" | "mapRun"): void {
  const [prefix, , service, , , resource] = arn.split(":");
  if (prefix !== "arn" || service !== "states") {
    throw new AwsError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  if (resource === kind) return;
  throw new AwsError("InvalidArn", `Invalid Arn: 'Resource type not valid in this context: ${resource}'`);
}

/** Several express executions can have the same name, so their ARNs end in a UUID. */
export function executionArn({ arn, type }: Pick<StateMachine, "arn" | "type">, name: string): string {
  if (type === "STANDARD") return `${arn.replace(":stateMachine:", ":execution:")}:${name}`;
  return `${arn.replace(":stateMachine:", ":express:")}:${name}:${crypto.randomUUID()}`;
}

/** @throws AwsError StateMachineDeleting */
export function requireActive(machine: StateMachine): void {
  if (machine.status === "ACTIVE") return;
  throw new AwsError("StateMachineDeleting", `State Machine is being deleted: '${machine.arn}'`);
}

/** A running execution in memory: its threads, and what the current step has changed of them. */
import type { Iam, Principal } from "../services.ts";
import { assumer } from "./machines.ts";
import type { Data, Json, Machine, State } from "./asl.ts";
import { StateFailure } from "./failures.ts";
import type { Ending, Execution, HistoryEvent, Journal, Thread } from "./journal.ts";
import { selectExisting } from "./paths.ts";

/** Events that the history of a standard execution may have. */
export const HISTORY_LIMIT = 25_000;

/** A state machine as it was when an execution of it started. */
export interface Revision {
  readonly machineArn: string;
  readonly machineName: string;
  readonly definition: string;
  readonly roleArn: string;
}

export interface Mapping {
  readonly items: readonly Json[];
  /** The Map state's effective input. */
  readonly data: Data;
}

export class Run {
  readonly definition: Machine;
  readonly threads = new Map<number, Thread>();
  /** Threads by parent, in the order of their index. */
  readonly children = new Map<number, Thread[]>();
  /** Threads that can go on without waiting. */
  readonly ready: Thread[] = [];
  /** What the Map states under way map over; read again after a restart. */
  readonly mappings = new Map<Thread, Mapping>();
  /** Cancels the timers of threads, and under `undefined` the execution's own. */
  readonly timers = new Map<Thread | undefined, () => void>();
  /** Tasks in flight; an answer counts only while its own token stands here. */
  readonly calls = new Map<Thread, symbol>();
  readonly onEnd: ((ending: Ending, stopDate: number) => void)[] = [];
  ended = false;
  #principal?: Principal;
  #input?: Json;
  #events: HistoryEvent[] = [];
  #changed = new Set<Thread>();
  #removed = new Set<number>();
  #nextThread = 0;

  constructor(
    readonly execution: Execution,
    readonly revision: Revision,
    private lastEvent: number,
    private readonly now: () => number,
  ) {
    this.definition = JSON.parse(revision.definition);
  }

  /**
   * Adds an event and returns its id.
   * @param isLast the execution's end may take the history's last place
   * @throws StateFailure when the history is full
   */
  note(type: string, previousEventId: number, details?: Record<string, unknown>, isLast = false): number {
    if (this.lastEvent + 1 >= HISTORY_LIMIT && !isLast && this.execution.type === "STANDARD") {
      throw new StateFailure(
        "States.Runtime",
        `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
      );
    }
    const event = { id: ++this.lastEvent, type, previousEventId, timestamp: this.now(), details };
    this.#events.push(event);
    return event.id;
  }

  /** A new thread that is about to enter `state`. */
  spawn(
    given: Pick<Thread, "state" | "data" | "last"> & Partial<Pick<Thread, "parent" | "index" | "item">>,
  ): Thread {
    const thread: Thread = {
      index: 0,
      ...given,
      id: this.#nextThread++,
      phase: "enter",
      entered: 0,
      enteredAt: 0,
      tries: [],
    };
    this.adopt(thread);
    this.#changed.add(thread);
    return thread;
  }

  /** Takes in a thread, new or read back; those that are about to enter a state can go on. */
  adopt(thread: Thread): void {
    this.#nextThread = Math.max(this.#nextThread, thread.id + 1);
    this.threads.set(thread.id, thread);
    if (thread.parent !== undefined) {
      const siblings = this.children.get(thread.parent) ?? [];
      siblings[thread.index] = thread;
      this.children.set(thread.parent, siblings);
    }
    if (thread.phase === "enter") this.ready.push(thread);
  }

  update(thread: Thread, changes: Partial<Thread>): void {
    Object.assign(thread, changes);
    this.#changed.add(thread);
    if (changes.phase === "enter") this.ready.push(thread);
  }

  /** Removes the threads below a thread. */
  removeChildren(thread: Thread): void {
    for (const child of this.children.get(thread.id) ?? []) {
      this.removeChildren(child);
      this.threads.delete(child.id);
      this.disarm(child);
      this.#changed.delete(child);
      this.#removed.add(child.id);
    }
    this.children.delete(thread.id);
    this.mappings.delete(thread);
  }

  /** Whatever the thread was waiting for no longer counts. */
  disarm(thread: Thread | undefined): void {
    this.timers.get(thread)?.();
    this.timers.delete(thread);
    if (thread) this.calls.delete(thread);
  }

  /** Writes what has changed since the last time; returns the threads that have. */
  flush(journal: Journal): Thread[] {
    const changed = [...this.#changed];
    journal.append(this.execution, this.#events);
    if (!this.ended) {
      for (const id of this.#removed) journal.removeThread(this.execution, id);
      for (const thread of changed) journal.saveThread(this.execution, thread);
    }
    this.#events = [];
    this.#changed = new Set();
    this.#removed = new Set();
    return changed;
  }

  state(thread: Thread): State {
    return this.#scope(thread).States[thread.state]!;
  }

  /** The state's input after its InputPath, with the context object. */
  data(thread: Thread): Data {
    const context = this.#context(thread);
    const input: Json = JSON.parse(thread.data);
    const path = this.state(thread).InputPath;
    if (path === undefined) return { input, context };
    return { input: path === null ? {} : selectExisting(path, { input, context }), context };
  }

  /** A session of the execution's role, which is assumed once. @throws StateFailure States.Permissions */
  assumeRole(iam: Iam): Principal {
    if (this.#principal) return this.#principal;
    const { roleArn, machineArn } = this.revision;
    const by = assumer(machineArn);
    if (!iam.isAssumable(roleArn, by)) {
      throw new StateFailure(
        "States.Permissions",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to " +
          `assume the provided role ${roleArn}.`,
      );
    }
    const session = crypto.randomUUID().replaceAll("-", "");
    this.#principal = iam.assumeRole(roleArn, by, session).principal;
    return this.#principal;
  }

  /** The machine, branch or processor that the thread runs. */
  #scope(thread: Thread): Machine {
    if (thread.parent === undefined) return this.definition;
    const state = this.state(this.threads.get(thread.parent)!);
    if (state.Type === "Parallel") return state.Branches[thread.index]!;
    if (state.Type === "Map") return (state.ItemProcessor ?? state.Iterator)!;
    throw new Error(`A ${state.Type} state has no threads.`);
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  #context(thread: Thread): Json {
    const { execution, revision } = this;
    const type = this.state(thread).Type;
    const input = () => this.#input ??= JSON.parse(execution.input) as Json;
    let within: Thread | undefined = thread;
    while (within && within.item === undefined) within = this.threads.get(within.parent ?? -1);
    return {
      Execution: {
        Id: execution.arn,
        get Input() {
          return input();
        },
        Name: execution.name,
        RoleArn: revision.roleArn,
        StartTime: new Date(execution.startDate).toISOString(),
        ...(execution.type === "STANDARD" ? { RedriveCount: 0 } : {}),
      },
      StateMachine: { Id: revision.machineArn, Name: revision.machineName },
      State: {
        Name: thread.state,
        EnteredTime: new Date(thread.enteredAt).toISOString(),
        ...(type === "Task" || type === "Parallel" || type === "Map"
          ? { RetryCount: thread.tries.reduce((sum, tries) => sum + (tries ?? 0), 0) }
          : {}),
      },
      ...(within ? { Map: { Item: { Index: within.index, Value: JSON.parse(within.item!) } } } : {}),
    };
  }
}

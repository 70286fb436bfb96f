/** A running execution in memory: its threads, and the changes of the current step. */
import { type Json, type Machine, machineWithin, readMachine, type State } from "../language/asl.ts";
import { StateFailure, tooLarge } from "../language/failures.ts";
import { parsed } from "../language/json_text.ts";
import type { Revision } from "../machines.ts";
import type { Ending, Execution, HistoryEvent, Journal, Phase, Thread } from "./journal.ts";

/** The limit of a standard execution's history, in events. */
const HISTORY_LIMIT = 25_000;

/** The limit of an execution's variables together, in characters. */
const VARIABLES_LIMIT = 10 * 2 ** 20;
const NONE: Readonly<Record<string, string>> = {};

/** Changes within a state; entering a state is `goTo`. */
type Changes = Partial<Omit<Thread, "state" | "phase">> & { phase?: Exclude<Phase, "enter"> };

export class Run {
  readonly definition: Machine;
  readonly threads = new Map<number, Thread>();
  /** Threads by parent, in the order of their index. */
  readonly children = new Map<number, Thread[]>();
  /** The outcome; absent while the execution runs. */
  ending?: Ending;
  /** Threads that will enter a state next. */
  readonly #ready: Thread[] = [];
  #events: HistoryEvent[] = [];
  #changed = new Set<Thread>();
  #removed = new Set<Thread>();
  #nextThread = 0;
  /** The variables of each thread's own scope. */
  readonly #variables = new WeakMap<Thread, Readonly<Record<string, string>>>();
  /** The length of all variables' texts. */
  #variablesSize = 0;
  #assigned: { thread: Thread; values: Readonly<Record<string, string>> }[] = [];
  /** The states' inputs, parsed once: they can be large. */
  readonly #inputs = new WeakMap<Thread, { text: string; value: Json }>();
  readonly #items = new WeakMap<Thread, Json>();
  #executionInput?: Json;

  constructor(
    readonly execution: Execution,
    readonly revision: Revision,
    private lastEvent: number,
    readonly now: () => number,
  ) {
    this.definition = readMachine(revision.definition);
  }

  /**
   * Adds an event; returns its id.
   * @param isLast for the execution's last event, for which the history always has room
   * @throws StateFailure when the history is full
   */
  note(type: string, previousEventId: number, details?: HistoryEvent["details"], isLast = false): number {
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

  /** Adds a thread that will enter `state` with `data` (JSON text); its entered event follows event `last`. */
  spawn(
    given: Pick<Thread, "state" | "data" | "last"> & Partial<Pick<Thread, "parent" | "index" | "item">>,
  ): void {
    const id = this.#nextThread;
    const thread: Thread = { index: 0, ...given, id, phase: "enter", entered: 0, enteredAt: 0, tries: [] };
    this.adopt(thread);
    this.#changed.add(thread);
  }

  /** Adds a new thread, or one from the journal. */
  adopt(thread: Thread): void {
    this.#nextThread = Math.max(this.#nextThread, thread.id + 1);
    this.threads.set(thread.id, thread);
    if (thread.parent !== undefined) {
      const siblings = this.children.get(thread.parent) ?? [];
      siblings[thread.index] = thread;
      this.children.set(thread.parent, siblings);
    }
    if (thread.phase === "enter") this.#ready.push(thread);
  }

  /** Lets a thread enter `state` with `data` (JSON text) next; its entered event follows event `last`. */
  goTo(thread: Thread, state: string, data: string, last: number): void {
    Object.assign(thread, { phase: "enter", state, data, last });
    this.#changed.add(thread);
    this.#ready.push(thread);
  }

  update(thread: Thread, changes: Changes): void {
    Object.assign(thread, changes);
    this.#changed.add(thread);
  }

  /** The variables that a thread's state sees: those of its own scope and of the outer ones, as JSON texts. */
  variables(thread: Thread): Readonly<Record<string, string>> {
    const parent = this.parent(thread);
    const outer = parent ? this.variables(parent) : NONE;
    const own = this.#variables.get(thread);
    return own ? { ...outer, ...own } : outer;
  }

  /** Assigns variables in the thread's scope. @throws StateFailure when they exceed the limit */
  assign(thread: Thread, values: Readonly<Record<string, string>>): void {
    const own = this.#variables.get(thread) ?? {};
    const size = (texts: Readonly<Record<string, string>>, name: string) => texts[name]?.length ?? 0;
    for (const name of Object.keys(values)) this.#variablesSize += size(values, name) - size(own, name);
    if (this.#variablesSize > VARIABLES_LIMIT) throw tooLarge(thread.state);
    this.#variables.set(thread, { ...own, ...values });
    this.#assigned.push({ thread, values });
  }

  /** Puts variables from the journal in their place. */
  adoptVariables(thread: Thread, values: Readonly<Record<string, string>>): void {
    this.#variables.set(thread, values);
    for (const text of Object.values(values)) this.#variablesSize += text.length;
  }

  /** Removes a thread's children and their children. */
  removeChildren(thread: Thread): void {
    for (const child of this.children.get(thread.id) ?? []) {
      this.removeChildren(child);
      this.threads.delete(child.id);
      for (const text of Object.values(this.#variables.get(child) ?? NONE)) {
        this.#variablesSize -= text.length;
      }
      this.#changed.delete(child);
      this.#removed.add(child);
    }
    this.children.delete(thread.id);
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Takes the next thread that will enter a state. */
  nextReady(): Thread | undefined {
    for (let thread = this.#ready.shift(); thread; thread = this.#ready.shift()) {
      if (this.threads.get(thread.id) === thread) return thread;
    }
    return undefined;
  }

  /** Writes the changes since the last flush; returns the changed and the removed threads. */
  flush(journal: Journal): { changed: Set<Thread>; removed: Set<Thread>; events: HistoryEvent[] } {
    const [changed, removed, events] = [this.#changed, this.#removed, this.#events];
    journal.append(this.execution, this.#events);
    if (!this.ending) {
      for (const { id } of removed) journal.removeThread(this.execution, id);
      for (const thread of changed) journal.saveThread(this.execution, thread);
      for (const { thread, values } of this.#assigned) {
        if (!removed.has(thread)) journal.saveVariables(this.execution, thread.id, values);
      }
    }
    this.#assigned = [];
    this.#events = [];
    this.#changed = new Set();
    this.#removed = new Set();
    return { changed, removed, events };
  }

  parent({ parent }: Thread): Thread | undefined {
    return parent === undefined ? undefined : this.threads.get(parent);
  }

  /** The state that a thread is in, or will enter next. */
  state(thread: Thread): State {
    const parent = this.parent(thread);
    const machine = parent ? machineWithin(this.state(parent), thread.index) : this.definition;
    return machine.States[thread.state]!;
  }

  /** The state's input before InputPath. Cached: callers must not modify it. */
  input(thread: Thread): Json {
    const known = this.#inputs.get(thread);
    if (known?.text === thread.data) return known.value;
    const value = parsed(thread.data);
    this.#inputs.set(thread, { text: thread.data, value });
    return value;
  }

  /** The execution's input, `$$.Execution.Input`. */
  executionInput(): Json {
    return this.#executionInput ??= parsed(this.execution.input);
  }

  /** The item of a Map iteration, `$$.Map.Item.Value`. */
  item(iteration: Thread): Json {
    if (!this.#items.has(iteration)) this.#items.set(iteration, parsed(iteration.item!));
    return this.#items.get(iteration)!;
  }
}

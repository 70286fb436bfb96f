/** How an execution moves from state to state: enters, leaves, retries, catches, ends. Each step is synchronous. */
import type { Core } from "../../core.ts";
import type { Principal } from "../../operation.ts";
import type { MapRunSettings } from "../distributed/settings.ts";
import type { Assignment, Data, Json, Machine, ResultState, State } from "../language/asl.ts";
import {
  isJsonata,
  type Outcome,
  outcomeOfCatch,
  outcomeOfInput,
  outcomeOfResult,
} from "../language/data_flow.ts";
import { asFailure, located, StateFailure, tooLarge } from "../language/failures.ts";
import { toText } from "../language/json_text.ts";
import { selectExisting } from "../language/paths.ts";
import { Work } from "../language/work.ts";
import { contextObject } from "./context_object.ts";
import { type Ending, type Execution, NOT_TRUNCATED, type Thread } from "./journal.ts";
import { matching, retryDelay } from "./recovery.ts";
import type { Run } from "./run.ts";

/** A machine that never waits must not block the server: a step ends after so many states, or so much work. */
const STATES_PER_STEP = 100, WORK_PER_STEP = 200_000;
/** Limits of an execution's error and cause, in characters. */
const ERROR_LIMIT = 256, CAUSE_LIMIT = 32_768;

/** The behaviour of a type of state; `state_types/` has a file for each. */
export interface StateType<S extends State = State> {
  /** Called when the state has been entered, and again for each retry. */
  begin(flow: Flow, thread: Thread, state: S): void;
  /** Called at the thread's due time. */
  due?(flow: Flow, thread: Thread, state: S): void;
  /** Runs a task, outside of steps. @returns the result as JSON text @throws StateFailure */
  perform?(flow: Flow, thread: Thread, state: S, caller: TaskCaller): Promise<string>;
  /** Called when the thread's task has succeeded (with JSON text) or failed. */
  answered?(flow: Flow, thread: Thread, state: S, answer: string | StateFailure): void;
  /** Called when a worker has taken the thread's task. */
  started?(flow: Flow, thread: Thread, workerName?: string): void;
  /** Called when someone with the task's token reports its output (JSON text) or failure. */
  reported?(flow: Flow, thread: Thread, state: S, answer: string | StateFailure): void;
  /** Called when a child thread has ended; its `data` is its output. */
  childDone?(flow: Flow, thread: Thread, state: S, child: Thread): void;
  /** Adds the events for a failed child thread and for the others, which are aborted. */
  noteChildFailed?(flow: Flow, thread: Thread, state: S, child: Thread): void;
  /** Adds the event for the state's failure after all retries. */
  noteFailed?(flow: Flow, thread: Thread, state: S): void;
}

export type StateTypes = { readonly [T in State["Type"]]: StateType<Extract<State, { Type: T }>> };

/** The role and the services that a task runs with. */
export interface TaskCaller {
  /** A session of the execution's role. @throws StateFailure States.Permissions */
  principal(): Principal;
  readonly core: Core;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** Aborted when the execution no longer waits for the job that the task started. */
  readonly cancelled: AbortSignal;
  readonly mapRuns: MapRuns;
  readonly children: Children;
}

/** Starts and aborts the child executions of Map Runs. */
export interface Children {
  /** Starts executions with these inputs in one transaction, of which `alongside` is a part. */
  start(
    given: Pick<Execution, "machineArn" | "revision" | "type" | "startDate">,
    inputs: readonly string[],
    alongside: (executions: readonly Execution[]) => void,
  ): void;
  abort(executionArn: string): void;
}

/** Runs distributed Map states. */
export interface MapRuns {
  /** @returns the state's result as JSON text @throws StateFailure */
  run(order: MapRunOrder, caller: TaskCaller): Promise<string>;
  /** Must be called in the transaction that ends a child execution. */
  childEnded(execution: Execution, ending: Ending): void;
}

/** A Map Run as its state describes it. */
export interface MapRunOrder {
  readonly arn: string;
  readonly execution: Execution;
  readonly roleArn: string;
  /** The state's name. */
  readonly state: string;
  readonly settings: MapRunSettings;
  readonly processor: Machine;
  /** The state's own items, where no reader has them. */
  readonly items?: readonly Json[];
  /** The child's input, or the batch's item, for an item and its index. */
  select(item: Json, index: number): Json;
}

/** What a flow has to know of its surroundings. */
export interface Setting {
  readonly region: string;
  readonly account: string;
  readonly types: StateTypes;
  /** Whether the machine is being deleted: its executions are aborted before their next state. */
  isDeleting(machineArn: string): boolean;
  hasActivity(arn: string): boolean;
  /** For TestState: told of the data between the state's fields, and which retrier or catcher handles a failure. */
  inspect?(stage: string, value: Json): void;
  /** For TestState: in place of the execution's own. */
  readonly contextObject?: Json;
}

export class Flow {
  #work = new Work();

  constructor(readonly run: Run, private readonly setting: Setting) {}

  /** The ARN of a resource of Step Functions. */
  arn(kind: string, name: string): string {
    return `arn:aws:states:${this.region}:${this.setting.account}:${kind}:${name}`;
  }

  get region(): string {
    return this.setting.region;
  }

  hasActivity(arn: string): boolean {
    return this.setting.hasActivity(arn);
  }

  inspect(stage: string, value: Json): void {
    this.setting.inspect?.(stage, value);
  }

  /** Makes one step: does `work`, then advances all threads until they wait or the step's limits are reached. */
  step(work?: () => void): void {
    let spent = 0;
    const measured = (work: () => void) => {
      this.#work = new Work();
      work();
      spent += this.#work.spent;
    };
    try {
      if (work) measured(work);
      for (let states = 0; states < STATES_PER_STEP && spent < WORK_PER_STEP && !this.run.ending; states++) {
        const thread = this.run.nextReady();
        if (!thread) return;
        measured(() => this.attempt(thread, () => this.#enter(thread)));
      }
    } catch (error) {
      if (this.run.ending) throw error;
      this.#endFailed(asFailure(error));
    }
  }

  /** Runs `work` for a thread; if it throws, the thread's state fails. */
  attempt(thread: Thread, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.run.ending) throw error;
      this.fail(thread, located(asFailure(error), thread));
    }
  }

  /** Continues a thread at its due time. */
  due(thread: Thread): void {
    const isRetry = thread.phase === "retry";
    this.run.update(thread, { due: undefined });
    if (isRetry) return this.#begin(thread);
    const state = this.run.state(thread);
    this.#type(state).due!(this, thread, state);
  }

  /** @throws StateFailure (as a rejection) */
  perform(thread: Thread, caller: TaskCaller): Promise<string> {
    const state = this.run.state(thread);
    return this.#type(state).perform!(this, thread, state, caller);
  }

  answered(thread: Thread, answer: string | StateFailure): void {
    const state = this.run.state(thread);
    this.#type(state).answered!(this, thread, state, answer);
  }

  started(thread: Thread, workerName?: string): void {
    this.#type(this.run.state(thread)).started!(this, thread, workerName);
  }

  reported(thread: Thread, answer: string | StateFailure): void {
    const state = this.run.state(thread);
    this.#type(state).reported!(this, thread, state, answer);
  }

  /** What paths and expressions of the thread's state refer to, with its input after InputPath. */
  data(thread: Thread): Data {
    const state = this.run.state(thread);
    const data = this.#dataOf(thread, this.run.input(thread));
    if (isJsonata(state)) return data;
    const { InputPath = "$" } = state;
    const input = InputPath === null ? {} : InputPath === "$" ? data.input : selectExisting(InputPath, data);
    data.inspect?.("afterInputPath", input);
    return { ...data, input };
  }

  /** The value as JSON text. @throws StateFailure States.DataLimitExceeded */
  text(value: Json, thread: Thread): string {
    const text = toText(value);
    if (text === undefined) throw tooLarge(thread.state);
    this.#work.spendText(text.length);
    return text;
  }

  /** The work of the current state so far. */
  get work(): Work {
    return this.#work;
  }

  /** Ends a state with its result, before ResultSelector, and leaves the state. */
  complete(thread: Thread, result: Json, previous = thread.last): void {
    const state = this.run.state(thread) as ResultState;
    const data = this.#dataOf(thread, this.run.input(thread));
    this.leave(thread, outcomeOfResult(state, data, result), state.Next, previous);
  }

  /** Ends a state whose output is its input. */
  passOn(thread: Thread): void {
    const state = this.run.state(thread);
    this.leave(thread, outcomeOfInput(state, this.data(thread)), state.Next);
  }

  /**
   * Leaves the state for the next one; without one the thread ends.
   * @param previous id of the event before the exited event
   */
  leave(
    thread: Thread,
    { output, assigned }: Outcome,
    next: string | undefined,
    previous = thread.last,
  ): void {
    const { run } = this;
    const data = this.text(output, thread);
    const details = {
      name: thread.state,
      output: data,
      outputDetails: NOT_TRUNCATED,
      ...(assigned ? this.#assign(thread, assigned) : {}),
    };
    const last = run.note(`${run.state(thread).Type}StateExited`, previous, details);
    if (next !== undefined) return run.goTo(thread, next, data, last);
    run.update(thread, { phase: "done", data, last });
    const parent = run.parent(thread);
    if (!parent) return this.end({ status: "SUCCEEDED", output: data }, last);
    const state = run.state(parent);
    this.#type(state).childDone!(this, parent, state, thread);
  }

  /** Handles a state's failure: retries it, catches it, or fails the parent. */
  fail(thread: Thread, failure: StateFailure): void {
    const { run } = this;
    const { error, cause, location } = failure;
    if (location !== undefined) {
      const details = { error, cause, location, state: thread.state };
      run.update(thread, { last: run.note("EvaluationFailed", thread.last, details) });
    }
    if (failure.fatal) return this.#endFailed(failure, thread.last);
    const state = run.state(thread);
    run.removeChildren(thread);
    if (this.#retry(thread, state, failure)) return;
    this.#type(state).noteFailed?.(this, thread, state);
    const index = "Catch" in state ? matching(state.Catch, failure) : -1;
    if (index < 0) return this.#failParent(thread, failure);
    const catcher = ("Catch" in state ? state.Catch! : [])[index]!;
    this.setting.inspect?.("catchIndex", index);
    try {
      const caught = { Error: error ?? "", Cause: cause ?? "" };
      const data = this.#dataOf(thread, run.input(thread));
      this.leave(thread, outcomeOfCatch(state, catcher, `Catch[${index}]/`, data, caught), catcher.Next);
    } catch (error) {
      this.#failParent(thread, located(asFailure(error), thread));
    }
  }

  /** Ends the execution. */
  end({ status, output, error, cause }: Omit<Ending, "stopDate">, previous = 0): void {
    const { run } = this;
    const ending: Ending = {
      status,
      output,
      error: error?.slice(0, ERROR_LIMIT),
      cause: cause?.slice(0, CAUSE_LIMIT),
      stopDate: run.now(),
    };
    const type =
      { SUCCEEDED: "Succeeded", FAILED: "Failed", ABORTED: "Aborted", TIMED_OUT: "TimedOut" }[status];
    const details = status === "SUCCEEDED"
      ? { output, outputDetails: NOT_TRUNCATED }
      : { error: ending.error || undefined, cause: ending.cause || undefined };
    run.note(`Execution${type}`, previous, details, true);
    run.ending = ending;
  }

  #enter(thread: Thread): void {
    if (this.setting.isDeleting(this.run.execution.machineArn)) return this.end({ status: "ABORTED" });
    const { run } = this;
    this.#work.spendText(thread.data.length);
    const before = thread.last;
    const entered = run.note(`${run.state(thread).Type}StateEntered`, thread.last, {
      name: thread.state,
      input: thread.data,
      inputDetails: NOT_TRUNCATED,
    });
    run.update(thread, { phase: "wait", entered, enteredAt: run.now(), last: entered, before, tries: [] });
    this.#begin(thread);
  }

  #dataOf(thread: Thread, input: Json): Data {
    const { run } = this;
    const { contextObject: context = contextObject(run, thread), inspect } = this.setting;
    return { input, context, variables: run.variables(thread), work: this.#work, inspect };
  }

  /** Assigns variables; returns the exited event's members about them. */
  #assign(thread: Thread, values: Assignment) {
    const texts: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) texts[name] = this.text(value, thread);
    this.run.assign(thread, texts);
    return { assignedVariables: texts, assignedVariablesDetails: NOT_TRUNCATED };
  }

  #begin(thread: Thread): void {
    const state = this.run.state(thread);
    this.#type(state).begin(this, thread, state);
  }

  /** Schedules a retry; returns false when no retrier has an attempt left. */
  #retry(thread: Thread, state: State, failure: StateFailure): boolean {
    const retriers = "Retry" in state ? state.Retry! : [];
    const index = matching(retriers, failure);
    const retrier = retriers[index];
    const tried = thread.tries[index] ?? 0;
    const delay = retrier && retryDelay(retrier, tried);
    if (delay === undefined) return false;
    const tries = [...thread.tries];
    tries[index] = tried + 1;
    this.setting.inspect?.("retryIndex", index);
    this.run.update(thread, { phase: "retry", tries, due: this.run.now() + delay });
    return true;
  }

  #failParent(thread: Thread, failure: StateFailure): void {
    const { run } = this;
    const parent = run.parent(thread);
    if (!parent || failure.fatal) return this.#endFailed(failure, thread.last);
    const state = run.state(parent);
    this.#type(state).noteChildFailed!(this, parent, state, thread);
    run.update(parent, { last: thread.last });
    this.fail(parent, new StateFailure(failure.error, failure.cause, failure.alias));
  }

  #endFailed({ error, cause }: StateFailure, previous = 0): void {
    this.end({ status: "FAILED", error, cause }, previous);
  }

  #type({ Type }: State): StateType {
    return this.setting.types[Type];
  }
}

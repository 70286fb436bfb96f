/**
 * Runs executions. Everything between two waits is one synchronous step, written in one transaction with the
 * position it leads to; waits (tasks, timers, branches) are part of the position, so that they are taken up
 * again from there after a restart. Only a task that was in flight may then run twice.
 */
import type { Core } from "../services.ts";
import { exceedsDataLimit, type Json, type State, type TaskState } from "./asl.ts";
import { childDone, childFailed, type Flow, startBranches, startIterations } from "./children.ts";
import { choose } from "./choice.ts";
import { failureOf, merge, outputOf, type ResultState, withResult } from "./data_flow.ts";
import { asFailure, located, StateFailure, tooLarge } from "./failures.ts";
import type { Ending, Execution, Journal, Thread } from "./journal.ts";
import { matching, retryDelay } from "./recovery.ts";
import { type Revision, Run } from "./run.ts";
import { performTask, type TaskEvent, taskEvents, taskTimes } from "./task.ts";
import { fill } from "./templates.ts";
import { waitUntil } from "./wait.ts";

/** States entered in one step, so that a machine that never waits does not hold up the server. */
const STATES_PER_STEP = 100;
/** The longest delay that timers take. */
const LONGEST_TIMER = 2 ** 31 - 1;
const EXPRESS_LIMIT_MS = 5 * 60_000;
const STANDARD_LIMIT_MS = 365 * 86_400_000;

/** Characters that the error and the cause of an execution may have. */
const ERROR_LIMIT = 256, CAUSE_LIMIT = 32_768;

const NOT_TRUNCATED = { truncated: false };

export interface Machines {
  revision(key: string): Revision;
  isDeleting(machineArn: string): boolean;
  /** Told of every execution that has ended. */
  executionEnded(machineArn: string): void;
}

export class Interpreter implements Flow {
  readonly #runs = new Map<string, Run>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly core: Core,
    private readonly journal: Journal,
    private readonly machines: Machines,
  ) {}

  /** Stores a new execution and starts it; it is durable when this returns. */
  start(given: Parameters<Journal["insert"]>[0]): Execution {
    const run = this.journal.transaction(() => {
      const execution = this.journal.insert(given);
      const run = this.#load(execution, 0);
      run.note("ExecutionStarted", 0, {
        input: execution.input,
        inputDetails: NOT_TRUNCATED,
        roleArn: run.revision.roleArn,
      });
      run.spawn({ state: run.definition.StartAt, data: execution.input, last: 0 });
      run.flush(this.journal);
      return run;
    });
    this.#arm(run, undefined, 0);
    return run.execution;
  }

  /** Goes on with what a stopped or killed server left; nobody waits for synchronous executions any more. */
  resume(): void {
    for (const execution of this.journal.running()) {
      if (this.#runs.has(execution.arn)) continue;
      if (!execution.sync) this.#running(execution);
      else {
        this.journal.transaction(() => {
          this.journal.end(execution, { status: "ABORTED" }, this.core.now());
          this.machines.executionEnded(execution.machineArn);
        });
      }
    }
  }

  /** Ends a running execution as StopExecution does; returns when it ended. */
  abort(execution: Execution, error?: string, cause?: string): number {
    const run = this.#running(execution);
    let stopDate = 0;
    run.onEnd.push((_, at) => stopDate = at);
    this.#step(run, () => this.#end(run, { status: "ABORTED", error, cause }, 0));
    return stopDate;
  }

  /** How and when a running execution ends. */
  ending(execution: Execution): Promise<{ ending: Ending; stopDate: number }> {
    const run = this.#running(execution);
    return new Promise((resolve) => run.onEnd.push((ending, stopDate) => resolve({ ending, stopDate })));
  }

  /** Leaves every execution where it is: it goes on at the next start. */
  stop(): void {
    this.#stopping.abort();
    for (const run of this.#runs.values()) {
      for (const cancel of run.timers.values()) cancel();
    }
    this.#runs.clear();
  }

  /** The running execution in memory, taken up from the journal if a former server started it. */
  #running(execution: Execution): Run {
    const known = this.#runs.get(execution.arn);
    if (known) return known;
    const run = this.#load(execution, this.journal.lastEvent(execution.id));
    for (const thread of this.journal.threads(execution.id)) run.adopt(thread);
    for (const thread of run.threads.values()) this.#wait(run, thread);
    this.#arm(run, undefined, 0);
    return run;
  }

  #load(execution: Execution, lastEvent: number): Run {
    const run = new Run(
      execution,
      this.machines.revision(execution.revision),
      lastEvent,
      () => this.core.now(),
    );
    this.#runs.set(execution.arn, run);
    return run;
  }

  /** One step: `work`, then every thread that can go on, written at once; then the waits begin. */
  #step(run: Run, work?: () => void): void {
    if (run.ended || this.#stopping.signal.aborted) return;
    const changed = this.journal.transaction(() => {
      try {
        work?.();
        for (let states = 0; run.ready.length > 0 && !run.ended && states < STATES_PER_STEP; states++) {
          const thread = run.ready.shift()!;
          if (run.threads.get(thread.id) === thread) {
            this.attempt(run, thread, () => this.#enter(run, thread));
          }
        }
      } catch (error) {
        if (run.ended) throw error;
        this.#endFailed(run, asFailure(error));
      }
      return run.flush(this.journal);
    });
    if (run.ended) return;
    for (const thread of changed) this.#wait(run, thread);
    if (run.ready.length > 0) this.#arm(run, undefined, 0);
  }

  attempt(run: Run, thread: Thread, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (run.ended) throw error;
      this.fail(run, thread, located(asFailure(error), thread));
    }
  }

  #enter(run: Run, thread: Thread): void {
    if (this.machines.isDeleting(run.execution.machineArn)) {
      return this.#end(run, { status: "ABORTED" }, 0);
    }
    const state = run.state(thread);
    const entered = run.note(`${state.Type}StateEntered`, thread.last, {
      name: thread.state,
      input: thread.data,
      inputDetails: NOT_TRUNCATED,
    });
    run.update(thread, { phase: "wait", entered, enteredAt: this.core.now(), last: entered, tries: [] });
    this.#perform(run, thread, state);
  }

  /** Does what the state is for; again for each retry. */
  #perform(run: Run, thread: Thread, state: State): void {
    switch (state.Type) {
      case "Pass": {
        const { Result } = state;
        return this.complete(run, thread, Result === undefined ? this.#input(run, thread, state) : Result);
      }
      case "Choice": {
        const data = run.data(thread);
        return this.#exit(run, thread, state, outputOf(state, data), choose(state, data));
      }
      case "Wait": {
        const due = waitUntil(state, run.data(thread), this.core.now());
        if (due <= this.core.now()) return this.#waited(run, thread);
        return run.update(thread, { phase: "wait", due });
      }
      case "Succeed":
        return this.#waited(run, thread);
      case "Fail":
        throw failureOf(state, run.data(thread));
      case "Parallel":
        return startBranches(run, thread, state, this.#input(run, thread, state));
      case "Map":
        return startIterations(run, thread, state, this);
      case "Task":
        return this.#schedule(run, thread, state);
    }
  }

  /** A state's effective input: after InputPath and Parameters. */
  #input(run: Run, thread: Thread, { Parameters }: ResultState): Json {
    const data = run.data(thread);
    return Parameters === undefined ? data.input : fill(Parameters, data);
  }

  #schedule(run: Run, thread: Thread, state: TaskState): void {
    const times = taskTimes(state, run.data(thread));
    const text = JSON.stringify(this.#input(run, thread, state));
    if (exceedsDataLimit(text)) throw tooLarge(thread.state);
    const { scheduled, started } = taskEvents(state, text, times, this.core.region);
    let last = run.note(scheduled.type, thread.last, scheduled.details);
    last = run.note(started.type, last, started.details);
    const seconds = Math.min(times.timeout ?? Infinity, times.heartbeat ?? Infinity);
    run.update(thread, {
      phase: "task",
      last,
      call: scheduled,
      due: seconds === Infinity ? undefined : this.core.now() + seconds * 1000,
      heartbeat: times.heartbeat === seconds,
    });
  }

  /** Begins what the thread's phase waits for. */
  #wait(run: Run, thread: Thread): void {
    if (run.threads.get(thread.id) !== thread) return;
    if (thread.due !== undefined) this.#arm(run, thread, thread.due - this.core.now());
    const isOver = thread.due !== undefined && thread.due <= this.core.now();
    if (thread.phase !== "task" || run.calls.has(thread) || isOver) return;
    const call = Symbol();
    run.calls.set(thread, call);
    const answered = (work: () => void) => {
      if (run.calls.get(thread) !== call) return;
      run.disarm(thread);
      this.#step(run, () => this.attempt(run, thread, work));
    };
    const { siblings } = this.core;
    performTask(thread.call!, () => run.assumeRole(siblings.iam), siblings, this.#stopping.signal).then(
      (result) => answered(() => this.#taskDone(run, thread, result)),
      (error) => answered(() => this.#taskFailed(run, thread, asFailure(error))),
    );
  }

  /** Goes on with a thread (or, without one, with whatever is ready) after a delay. */
  #arm(run: Run, thread: Thread | undefined, delay: number): void {
    run.timers.get(thread)?.();
    const timer = setTimeout(() => {
      const left = thread?.due === undefined ? 0 : thread.due - this.core.now();
      if (left > 0) return this.#arm(run, thread, left);
      run.timers.delete(thread);
      if (thread) this.#step(run, () => this.attempt(run, thread, () => this.#due(run, thread)));
      else this.#begin(run);
    }, Math.max(0, Math.min(delay, LONGEST_TIMER)));
    run.timers.set(thread, () => clearTimeout(timer));
  }

  #begin(run: Run): void {
    const isExpress = run.execution.type === "EXPRESS";
    const limit = isExpress ? EXPRESS_LIMIT_MS : STANDARD_LIMIT_MS;
    const ends = run.execution.startDate +
      Math.min(limit, (run.definition.TimeoutSeconds ?? Infinity) * 1000);
    const left = ends - this.core.now();
    if (left <= 0) {
      const error = isExpress ? "States.Timeout" : undefined;
      return this.#step(run, () => this.#end(run, { status: "TIMED_OUT", error }, 0));
    }
    this.#step(run);
    if (!run.ended && !run.timers.has(undefined)) this.#arm(run, undefined, left);
  }

  #due(run: Run, thread: Thread): void {
    const { phase } = thread;
    run.update(thread, { due: undefined });
    if (phase === "wait") this.#waited(run, thread);
    else if (phase === "retry") this.#perform(run, thread, run.state(thread));
    else {
      run.disarm(thread);
      const alias = thread.heartbeat ? "States.HeartbeatTimeout" : undefined;
      this.#taskFailed(run, thread, new StateFailure("States.Timeout", "", alias));
    }
  }

  #waited(run: Run, thread: Thread): void {
    const state = run.state(thread);
    this.#exit(run, thread, state, outputOf(state, run.data(thread)), state.Next);
  }

  #taskDone(run: Run, thread: Thread, result: string): void {
    this.#settle(run, thread, this.#events(run, thread).succeeded(result));
    this.complete(run, thread, JSON.parse(result));
  }

  #taskFailed(run: Run, thread: Thread, failure: StateFailure): void {
    this.#settle(run, thread, this.#events(run, thread).failed(failure));
    throw failure;
  }

  /** Notes a task's outcome: nothing is in flight any more. */
  #settle(run: Run, thread: Thread, { type, details }: TaskEvent): void {
    const last = run.note(type, thread.last, details);
    run.update(thread, { phase: "wait", due: undefined, call: undefined, last });
  }

  #events(run: Run, thread: Thread) {
    return taskEvents(run.state(thread) as TaskState, "", {}, this.core.region);
  }

  complete(run: Run, thread: Thread, result: Json, previous = thread.last): void {
    const state = run.state(thread) as ResultState;
    const { context } = run.data(thread);
    const merged = withResult(state, { input: JSON.parse(thread.data), context }, result);
    this.#exit(run, thread, state, outputOf(state, { input: merged, context }), state.Next, previous);
  }

  #exit(
    run: Run,
    thread: Thread,
    state: State,
    output: Json,
    next: string | undefined,
    previous = thread.last,
  ): void {
    const text = JSON.stringify(output);
    if (exceedsDataLimit(text)) throw tooLarge(thread.state);
    const last = run.note(`${state.Type}StateExited`, previous, {
      name: thread.state,
      output: text,
      outputDetails: NOT_TRUNCATED,
    });
    if (next !== undefined) return run.update(thread, { phase: "enter", state: next, data: text, last });
    run.update(thread, { phase: "done", data: text, last });
    if (thread.parent !== undefined) return childDone(run, thread, this);
    this.#end(run, { status: "SUCCEEDED", output: text }, last);
  }

  /** A state has failed: retry, catch, or fail what it is part of. */
  fail(run: Run, thread: Thread, failure: StateFailure): void {
    if (failure.fatal) return this.#endFailed(run, failure, thread.last);
    const state = run.state(thread);
    const retriers = "Retry" in state ? state.Retry! : [];
    const retrier = matching(retriers, failure);
    const delay = retrier < 0 ? undefined : retryDelay(retriers[retrier]!, thread.tries[retrier] ?? 0);
    if (delay !== undefined) {
      thread.tries[retrier] = (thread.tries[retrier] ?? 0) + 1;
      return run.update(thread, { phase: "retry", due: this.core.now() + delay });
    }
    if (state.Type === "Parallel" || state.Type === "Map") {
      run.removeChildren(thread);
      run.update(thread, { last: run.note(`${state.Type}StateFailed`, thread.last) });
    }
    const catcher = "Catch" in state ? state.Catch![matching(state.Catch, failure)] : undefined;
    if (!catcher) return this.#propagate(run, thread, failure);
    try {
      const caught = { Error: failure.error ?? "", Cause: failure.cause ?? "" };
      this.#exit(run, thread, state, merge(catcher, JSON.parse(thread.data), caught), catcher.Next);
    } catch (error) {
      this.#propagate(run, thread, located(asFailure(error), thread));
    }
  }

  #propagate(run: Run, thread: Thread, failure: StateFailure): void {
    if (thread.parent === undefined || failure.fatal) this.#endFailed(run, failure, thread.last);
    else childFailed(run, thread, failure, this);
  }

  #endFailed(run: Run, { error, cause }: StateFailure, previous = 0): void {
    this.#end(run, { status: "FAILED", error, cause }, previous);
  }

  #end(run: Run, given: Ending, previous: number): void {
    const { status, output } = given;
    const [error, cause] = [given.error?.slice(0, ERROR_LIMIT), given.cause?.slice(0, CAUSE_LIMIT)];
    const ending: Ending = { status, output, error, cause };
    const type =
      { SUCCEEDED: "Succeeded", FAILED: "Failed", ABORTED: "Aborted", TIMED_OUT: "TimedOut" }[status];
    const details = status === "SUCCEEDED"
      ? { output, outputDetails: NOT_TRUNCATED }
      : { ...(error ? { error } : {}), ...(cause ? { cause } : {}) };
    run.note(`Execution${type}`, previous, details, true);
    run.ended = true;
    for (const cancel of run.timers.values()) cancel();
    run.calls.clear();
    const stopDate = this.core.now();
    this.journal.end(run.execution, ending, stopDate);
    this.#runs.delete(run.execution.arn);
    this.machines.executionEnded(run.execution.machineArn);
    for (const told of run.onEnd) told(ending, stopDate);
  }
}

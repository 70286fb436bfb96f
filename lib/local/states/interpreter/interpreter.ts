/**
 * Runs executions. A thread is one line of control: the execution itself, a branch of a Parallel state, or an iteration
 * of a Map state. Three ideas explain the rest.
 *
 * **The step.** Everything between two waits is one synchronous step: a thread enters a state, does the state's work,
 * leaves it and enters the next one, until every thread waits for a time, a task's answer or its child threads.
 * `flow.ts` has the rules that all states share (entering, results, Retry and Catch, ending), `state_types/` what differs
 * between types of states, one value in each file. Neither waits, writes to the store or calls another service: they
 * change a `Run` (`run.ts`), the execution in memory, which collects new events and changed threads.
 *
 * **The journal.** A step is written in one transaction: its events and the changed threads. What a thread waits for is
 * part of the thread (phase, due time, call), so after a kill each execution is between two steps and continues from
 * there. Only a task in flight can run twice: it is run again from its scheduled event. Express executions are deleted
 * when they end.
 *
 * **The clock.** All waiting is in `running_execution.ts`. After a step it starts a new wait for each changed thread: an
 * alarm at the due time, a running task, or both. Whichever comes first makes the next step; the other is ignored. An
 * execution has two more alarms: its time limit, and the next step when one was cut short to let other requests run.
 * Alarms use `core.now`; what came due while no server ran is due at once. Steps that are due together take turns with
 * requests (`turns.ts`).
 *
 * **Map Runs.** A distributed Map state is a task to the interpreter: its thread waits while `distributed/map_runner.ts` reads
 * items and starts child executions, each an execution of its own. A child's start is written with the position in the items,
 * its end with its result, so a run goes on after a kill where it was.
 *
 * **Crashes.** A step that ends the process would do so at every start. A resumed execution's attempts at a step are
 * counted in the journal, and at the third crash in a row the execution fails.
 */
import type { Core } from "../../core.ts";
import type { StateFailure } from "../language/failures.ts";
import { logEvents } from "../logging.ts";
import { executionArn, type MachineStore } from "../machines.ts";
import { type ActivityTask, ActivityTasks } from "./activity_tasks.ts";
import type { Children, MapRuns, StateTypes } from "./flow.ts";
import { type Ending, type Execution, type Journal, NOT_TRUNCATED } from "./journal.ts";
import { noticeStart } from "./metrics.ts";
import { Run } from "./run.ts";
import { RunningExecution, type Surroundings } from "./running_execution.ts";
import { readToken, taskIsOver } from "./task_token.ts";
import { Turns } from "./turns.ts";

export class Interpreter {
  readonly #children: Children = {
    start: (given, inputs, alongside) => this.#startChildren(given, inputs, alongside),
    abort: (arn) => {
      const execution = this.journal.find(arn);
      if (execution?.status === "RUNNING") this.abort(execution);
    },
  };
  /** By ARN. */
  readonly #running = new Map<string, RunningExecution>();
  readonly #stopping = new AbortController();
  readonly #turns: Turns;
  readonly #activityTasks = new ActivityTasks();
  readonly #surroundings: Surroundings;

  constructor(
    private readonly core: Core,
    private readonly journal: Journal,
    private readonly machines: MachineStore,
    types: StateTypes,
    private readonly mapRuns: MapRuns & { endOrphans(children: Children): Promise<void> },
    hasActivity: (arn: string) => boolean,
  ) {
    this.#turns = new Turns((error) => core.fault(error, "An execution"));
    const ended = ({ run }: RunningExecution) => this.#running.delete(run.execution.arn);
    const { signal: stopping } = this.#stopping;
    const shared = { turns: this.#turns, activityTasks: this.#activityTasks, hasActivity, mapRuns };
    this.#surroundings = {
      core,
      journal,
      machines,
      types,
      stopping,
      ended,
      ...shared,
      children: this.#children,
    };
  }

  /** Stores a new execution and starts it; it is durable when this returns. */
  start(given: Parameters<Journal["insert"]>[0]): Execution {
    const run = this.journal.transaction(() => this.#insert(given));
    noticeStart(this.core, run.execution);
    this.#begin(run, false);
    return run.execution;
  }

  #insert(given: Parameters<Journal["insert"]>[0]): Run {
    const run = this.#load(this.journal.insert(given), 0);
    const { input } = run.execution;
    const { roleArn } = run.revision;
    run.note("ExecutionStarted", 0, { input, inputDetails: NOT_TRUNCATED, roleArn });
    run.spawn({ state: run.definition.StartAt, data: input, last: 0 });
    const { events } = run.flush(this.journal);
    logEvents(this.core, run.revision, run.execution, events);
    return run;
  }

  #startChildren(
    given: Parameters<Children["start"]>[0],
    inputs: readonly string[],
    alongside: (executions: readonly Execution[]) => void,
  ): void {
    const { machineArn, type } = given;
    const runs = this.journal.transaction(() => {
      const runs = inputs.map((input) => {
        const name = crypto.randomUUID();
        const arn = executionArn({ arn: machineArn, type }, name);
        return this.#insert({ ...given, arn, name, input, sync: 0 });
      });
      alongside(runs.map(({ execution }) => execution));
      return runs;
    });
    for (const run of runs) this.#begin(run, false);
  }

  /**
   * Resumes running executions after a stop or kill, one after the other, while requests are answered; synchronous ones
   * are aborted, as their callers are gone.
   */
  resume(): void {
    void this.mapRuns.endOrphans(this.#children);
    for (const arn of this.journal.running()) this.#turns.take(() => this.#resume(arn));
  }

  #resume(arn: string): void {
    const execution = this.journal.find(arn);
    // A request may have resumed or ended it already.
    if (execution?.status !== "RUNNING" || this.#running.has(arn)) return;
    if (!execution.sync) return void this.#find(execution);
    this.journal.transaction(() => {
      this.journal.end(execution, { status: "ABORTED", stopDate: this.core.now() });
      this.machines.executionEnded(execution.machineArn);
    });
  }

  /** Aborts a running execution; returns its stop date, in milliseconds since the epoch. */
  abort(execution: Execution, error?: string, cause?: string): number {
    return this.#find(execution).abort(error, cause);
  }

  /** Resolves when a running execution ends. @throws AwsError (as a rejection) when the server stops before */
  ending(execution: Execution): Promise<Ending> {
    return this.#find(execution).ending();
  }

  /** The task that a token stands for. @throws AwsError InvalidToken, TaskTimedOut */
  task(token: string): { report(answer: string | StateFailure): void; heartbeat(): void } {
    const { execution: id, thread } = readToken(token);
    const execution = this.journal.byId(id);
    const running = execution?.status === "RUNNING" ? this.#find(execution) : undefined;
    if (!running?.waitsFor(thread, token)) throw taskIsOver();
    return { report: (answer) => running.report(thread, answer), heartbeat: () => running.heartbeat(thread) };
  }

  /** Starts a task of an activity for a worker, or waits for one until `deadline` (milliseconds since the epoch). */
  takeActivityTask(
    activityArn: string,
    workerName: string | undefined,
    deadline: number,
  ): Promise<ActivityTask | undefined> {
    const start = ({ token }: ActivityTask) => {
      const { execution: id, thread } = readToken(token);
      const execution = this.journal.byId(id);
      const running = execution?.status === "RUNNING" ? this.#find(execution) : undefined;
      return (running?.waitsFor(thread, token) && running.startActivity(thread, workerName)) ?? false;
    };
    return this.#activityTasks.take(activityArn, start, deadline, () => this.core.now());
  }

  /** Stops running; executions continue at the next start. */
  stop(): void {
    this.#stopping.abort();
    this.#turns.stop();
    this.#activityTasks.stop();
    for (const running of this.#running.values()) running.leave();
    this.#running.clear();
  }

  /** The running execution in memory; loaded from the journal if a former server started it. */
  #find(execution: Execution): RunningExecution {
    const known = this.#running.get(execution.arn);
    if (known) return known;
    const run = this.#load(execution, this.journal.lastEvent(execution.id));
    for (const thread of this.journal.threads(execution.id)) {
      run.adopt(thread);
      run.adoptVariables(thread, this.journal.variables(execution.id, thread.id));
    }
    return this.#begin(run, true);
  }

  #load(execution: Execution, lastEvent: number): Run {
    return new Run(execution, this.machines.revision(execution.revision), lastEvent, () => this.core.now());
  }

  #begin(run: Run, isResumed: boolean): RunningExecution {
    const running = new RunningExecution(run, this.#surroundings, isResumed);
    this.#running.set(run.execution.arn, running);
    running.begin();
    return running;
  }
}

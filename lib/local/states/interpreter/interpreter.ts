/**
 * Runs executions. A thread is one line of control: the execution itself, a branch of a Parallel state, or an iteration
 * of a Map state. Three ideas carry the rest.
 *
 * **The step.** Everything between two waits is one synchronous step: a thread enters a state, does what the state is
 * for, leaves it and enters the next one, until every thread of the execution waits for a time, for a task's answer or
 * for the threads below it. `flow.ts` has the rules that all states share (entering, results, Retry and Catch, the end),
 * `state_types/` has what differs between types of states, each one value in a file of its own. Neither waits, writes
 * to the store or calls another service: they change a `Run` (`run.ts`), the execution in memory, which collects the new
 * events and remembers which threads have changed.
 *
 * **The journal.** A step is written in one transaction: its events, and every thread that has changed. What a thread
 * waits for is part of the thread (its phase, due time and call), so a killed server finds each execution between two
 * steps and waits on from there. Only a task that was in flight can run twice: it is performed again, as its scheduled
 * event says. Of express executions nothing is kept once they have ended.
 *
 * **The clock.** All waiting is in `running_execution.ts`. After a step it begins a new wait for each thread that has
 * changed: an alarm at the due time, the performing of a task, or both. Whichever comes first makes the next step, and
 * the other no longer counts. An execution has two more alarms: its time limit, and the next step when one was cut short
 * so that other requests get their turn. Alarms go by `core.now`; what came due while no server ran is due at once.
 */
import type { Core } from "../../core.ts";
import type { MachineStore } from "../machines.ts";
import type { StateTypes } from "./flow.ts";
import { type Ending, type Execution, type Journal, NOT_TRUNCATED } from "./journal.ts";
import { Run } from "./run.ts";
import { RunningExecution, type Surroundings } from "./running_execution.ts";

export class Interpreter {
  /** By ARN. */
  readonly #running = new Map<string, RunningExecution>();
  readonly #stopping = new AbortController();
  readonly #surroundings: Surroundings;

  constructor(
    private readonly core: Core,
    private readonly journal: Journal,
    private readonly machines: MachineStore,
    types: StateTypes,
  ) {
    const ended = ({ run }: RunningExecution) => this.#running.delete(run.execution.arn);
    this.#surroundings = { core, journal, machines, types, stopping: this.#stopping.signal, ended };
  }

  /** Stores a new execution and starts it; it is durable when this returns. */
  start(given: Parameters<Journal["insert"]>[0]): Execution {
    const run = this.journal.transaction(() => {
      const run = this.#load(this.journal.insert(given), 0);
      const { input } = run.execution;
      const { roleArn } = run.revision;
      run.note("ExecutionStarted", 0, { input, inputDetails: NOT_TRUNCATED, roleArn });
      run.spawn({ state: run.definition.StartAt, data: input, last: 0 });
      run.flush(this.journal);
      return run;
    });
    this.#begin(run);
    return run.execution;
  }

  /** Goes on with what a stopped or killed server left; synchronous executions end, as their callers are gone. */
  resume(): void {
    for (const execution of this.journal.running()) {
      // Requests may have come already.
      if (this.#running.has(execution.arn)) continue;
      if (!execution.sync) this.#find(execution);
      else {
        this.journal.transaction(() => {
          this.journal.end(execution, { status: "ABORTED", stopDate: this.core.now() });
          this.machines.executionEnded(execution.machineArn);
        });
      }
    }
  }

  /** Ends a running execution as StopExecution does; returns when it ended. */
  abort(execution: Execution, error?: string, cause?: string): number {
    return this.#find(execution).abort(error, cause);
  }

  /** How and when a running execution ends. */
  ending(execution: Execution): Promise<Ending> {
    return this.#find(execution).ending();
  }

  /** Leaves every execution where it is: it goes on at the next start. */
  stop(): void {
    this.#stopping.abort();
    for (const running of this.#running.values()) running.leave();
    this.#running.clear();
  }

  /** The running execution in memory, taken up from the journal if a former server started it. */
  #find(execution: Execution): RunningExecution {
    const known = this.#running.get(execution.arn);
    if (known) return known;
    const run = this.#load(execution, this.journal.lastEvent(execution.id));
    for (const thread of this.journal.threads(execution.id)) run.adopt(thread);
    return this.#begin(run);
  }

  #load(execution: Execution, lastEvent: number): Run {
    return new Run(execution, this.machines.revision(execution.revision), lastEvent, () => this.core.now());
  }

  #begin(run: Run): RunningExecution {
    const running = new RunningExecution(run, this.#surroundings);
    this.#running.set(run.execution.arn, running);
    running.begin();
    return running;
  }
}

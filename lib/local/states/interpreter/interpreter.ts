/**
 * Runs executions. Three ideas carry it.
 *
 * **The step.** Everything between two waits is one synchronous step: a thread enters a state, does what the state is
 * for, leaves it, enters the next, until every thread of the execution waits: for a time, for a task's answer, or for
 * the threads below it. What happens in a step is decided by `flow.ts` (the rules that all states share: entering,
 * results, Retry and Catch, the end) and by `state_types/` (what is particular to a type of state, a value with its
 * verbs in a file each). Neither waits, writes or calls another service: they change a `Run`, the execution's threads in
 * memory, which notes events and keeps account of what has changed.
 *
 * **The journal.** A step is written in one transaction: its events, and the position of every thread that has changed.
 * What a thread waits for is part of its position (`Thread`: phase, due, call), so a killed server finds each execution
 * between two steps and takes up its waiting from there. Nothing happens twice but a task that was in flight: it is
 * performed again, as its scheduled event says. An express execution is kept only while it runs.
 *
 * **The clock.** Only `running_execution.ts` waits. After a step it begins anew, for each thread that has changed, what
 * the thread's position says: an alarm for `due`, the call of a task, or both, of which the first to come makes the
 * next step and the other no longer counts. Beside its threads' an execution has two alarms of its own: its time limit,
 * and the next step when a step was cut short so that others get their turn. Alarms go by the clock of the local AWS
 * (`core.now`); what was due while no server ran is due at once.
 *
 * A thread is one line of control: the execution itself, a branch of a Parallel state or an iteration of a Map state.
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

  /** Goes on with what a stopped or killed server left; nobody waits for synchronous executions any more. */
  resume(): void {
    for (const execution of this.journal.running()) {
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

/** Drives a running execution: makes its steps, and waits between them. */
import type { Core } from "../../core.ts";
import { AwsError } from "../../errors.ts";
import { asFailure, type StateFailure } from "../language/failures.ts";
import { logEvents } from "../logging.ts";
import type { MachineStore } from "../machines.ts";
import { Alarm } from "./alarm.ts";
import { dueOf } from "../state_types/task_times.ts";
import type { ActivityTasks } from "./activity_tasks.ts";
import { type Children, Flow, type MapRuns, type StateTypes, type TaskCaller } from "./flow.ts";
import { type Ending, isChild, type Journal, type Thread } from "./journal.ts";
import { RoleSession } from "./role_session.ts";
import { noticeEnding } from "./metrics.ts";
import type { Run } from "./run.ts";
import type { Turns } from "./turns.ts";

const EXPRESS_LIMIT_MS = 5 * 60_000;
const STANDARD_LIMIT_MS = 365 * 86_400_000;

/** After so many crashes in a row during the same step the execution fails: the one before the first resumption counts. */
const CRASH_LIMIT = 3;
/** Stands for the threads that will enter a state, in the count of attempts. */
const READY = -1;

interface Wait {
  readonly alarm: Alarm;
  /** The job that the task has started, and waits for. */
  job?: AbortController;
}

/** What all running executions share. */
export interface Surroundings {
  readonly core: Core;
  readonly journal: Journal;
  readonly machines: MachineStore;
  readonly types: StateTypes;
  readonly activityTasks: ActivityTasks;
  readonly mapRuns: MapRuns;
  readonly children: Children;
  hasActivity(arn: string): boolean;
  readonly turns: Turns;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  /** Called when an execution has ended. */
  ended(execution: RunningExecution): void;
}

export class RunningExecution {
  readonly #flow: Flow;
  readonly #caller: Omit<TaskCaller, "cancelled">;
  /** The current wait of each thread: alarms and answers of earlier waits are ignored. */
  readonly #waits = new Map<Thread, Wait>();
  readonly #timeLimit: Alarm;
  #stepsSoon = false;
  readonly #ending = Promise.withResolvers<Ending>();

  /** @param isResumed whether a former server started it */
  constructor(
    readonly run: Run,
    private readonly around: Surroundings,
    private readonly isResumed: boolean,
  ) {
    const { core, machines, types, stopping: signal, mapRuns, children } = around;
    this.#flow = new Flow(run, {
      region: core.region,
      account: core.account,
      types,
      isDeleting: (machineArn) => machines.isDeleting(machineArn),
      hasActivity: (arn) => around.hasActivity(arn),
    });
    this.#timeLimit = new Alarm(run.now);
    // Mostly nobody waits for it.
    this.#ending.promise.catch(() => {});
    const session = new RoleSession(run.revision);
    this.#caller = { principal: () => session.principal(core.iam), core, signal, mapRuns, children };
  }

  /** Starts or resumes from the run's position. */
  begin(): void {
    const { execution: { type, startDate }, definition } = this.run;
    const isExpress = type === "EXPRESS";
    const limit = isExpress ? EXPRESS_LIMIT_MS : STANDARD_LIMIT_MS;
    const ends = startDate + Math.min(limit, (definition.TimeoutSeconds ?? Infinity) * 1000);
    const error = isExpress ? "States.Timeout" : undefined;
    this.#timeLimit.set(
      ends,
      () => this.#guarded(() => this.#step(() => this.#flow.end({ status: "TIMED_OUT", error }))),
    );
    for (const thread of this.run.threads.values()) this.#wait(thread);
    if (this.run.hasReady) this.#stepSoon();
  }

  /** Aborts the execution; returns its stop date, in milliseconds since the epoch. */
  abort(error?: string, cause?: string): number {
    this.#step(() => this.#flow.end({ status: "ABORTED", error, cause }));
    if (!this.run.ending) throw new Error("The local AWS is stopping.");
    return this.run.ending.stopDate;
  }

  /** Resolves when the execution ends. @throws AwsError (as a rejection) when the server stops before */
  ending(): Promise<Ending> {
    return this.#ending.promise;
  }

  /** Does work that no request waits for. Its unexpected error fails the execution, now and not at each start. */
  #guarded(work: () => void): void {
    const { run: { execution, now }, around: { core, journal, machines } } = this;
    try {
      return work();
    } catch (error) {
      core.fault(error, `The execution ${execution.arn}`);
    }
    // The execution in memory is ahead of the stored one.
    this.#endWaits();
    this.around.ended(this);
    const cause = "The local AWS could not make the execution's next step: an internal error occurred.";
    const ending = { status: "FAILED", error: "States.Runtime", cause, stopDate: now() } as const;
    try {
      journal.transaction(() => {
        const last = journal.lastEvent(execution.id);
        const details = { error: ending.error, cause };
        const event = { id: last + 1, previousEventId: last, timestamp: ending.stopDate, details };
        journal.append(execution, [{ type: "ExecutionFailed", ...event }]);
        journal.end(execution, ending);
        machines.executionEnded(execution.machineArn);
      });
      this.#ending.resolve(ending);
    } catch (error) {
      // Nothing can be written: the next start resumes it.
      this.#ending.reject(error);
    }
  }

  /** Cancels all waits, as the server stops; the execution stays where it is. */
  leave(): void {
    this.#endWaits();
    this.#ending.reject(new AwsError("ServiceUnavailable", "The local AWS is stopping.", 503));
  }

  /** Whether the thread waits for its task's token to be reported. */
  waitsFor(id: number, token: string): boolean {
    return this.run.threads.get(id)?.token === token;
  }

  /** Reports the outcome of the thread's task: its output as JSON text, or its failure. */
  report(id: number, answer: string | StateFailure): void {
    this.#reach(id, (thread) => this.#flow.reported(thread, answer));
  }

  /** Begins the heartbeat's time of the thread's task anew. */
  heartbeat(id: number): void {
    const { run } = this;
    // While a call runs, a heartbeat comes too early to count; the wait for its answer must go on.
    const thread = run.threads.get(id)!;
    if (thread.phase !== "callback") return;
    this.#reach(id, (thread) => run.update(thread, dueOf(thread.deadline, thread.beat, run.now())));
  }

  /** Begins the thread's activity task for a worker; returns false when it no longer waits for one. */
  startActivity(id: number, workerName: string | undefined): boolean {
    if (this.run.threads.get(id)?.phase !== "activity") return false;
    this.#reach(id, (thread) => this.#flow.started(thread, workerName));
    return true;
  }

  /** Makes a step with a thread that was reached from outside. */
  #reach(id: number, work: (thread: Thread) => void): void {
    const thread = this.run.threads.get(id)!;
    this.#endWait(thread, true);
    this.#guarded(() => this.#advance(id, () => this.#flow.attempt(thread, () => work(thread))));
  }

  #endWaits(): void {
    this.#timeLimit.cancel();
    for (const thread of [...this.#waits.keys()]) this.#endWait(thread);
  }

  /** Makes a step that begins with a thread's work, or with the threads that are ready. */
  #advance(thread: number, work?: () => void): void {
    const { run: { execution, ending }, around: { journal, stopping }, isResumed } = this;
    if (ending || stopping.aborted) return;
    if (!isResumed) return this.#step(work);
    // Written before the step, so that it is there after a crash.
    if (journal.attempt(execution, thread) < CRASH_LIMIT) return this.#step(work, thread);
    this.#step(() =>
      this.#flow.end({
        status: "FAILED",
        error: "States.Runtime",
        cause:
          `The local AWS ended unexpectedly ${CRASH_LIMIT} times in a row while it made this execution's ` +
          "next step. The execution was ended so that the local AWS can go on.",
      })
    );
  }

  /** Makes a step and writes it in one transaction. @param attempt the thread whose attempt succeeds with it */
  #step(work?: () => void, attempt?: number): void {
    const { run, around: { journal, stopping } } = this;
    if (run.ending || stopping.aborted) return;
    const { changed, removed } = journal.transaction(() => {
      this.#flow.step(work);
      if (attempt !== undefined) journal.attempted(run.execution, attempt);
      return this.#write();
    });
    if (run.ending) return this.#ended(run.ending);
    for (const thread of removed) this.#endWait(thread);
    for (const thread of changed) this.#wait(thread);
    if (run.hasReady) this.#stepSoon();
  }

  #write(): ReturnType<Run["flush"]> {
    const { run, around: { journal, machines, mapRuns } } = this;
    const changes = run.flush(journal);
    logEvents(this.around.core, run.revision, run.execution, changes.events);
    if (run.ending) {
      journal.end(run.execution, run.ending);
      if (isChild(run.execution)) mapRuns.childEnded(run.execution, run.ending);
      machines.executionEnded(run.execution.machineArn);
    }
    return changes;
  }

  #stepSoon(): void {
    if (this.#stepsSoon) return;
    this.#stepsSoon = true;
    this.around.turns.take(() => {
      this.#stepsSoon = false;
      this.#guarded(() => this.#advance(READY));
    });
  }

  /** Waits for the thread's due time, its task's answer, or whichever comes first. */
  #wait(thread: Thread): void {
    this.#endWait(thread);
    const { phase, due } = thread;
    if (phase === "activity") this.#offer(thread);
    if (due === undefined && phase !== "task") return;
    const { now } = this.run;
    const alarm = new Alarm(now);
    const wait: Wait = { alarm };
    this.#waits.set(thread, wait);
    const goOn = (work: () => void, isAnswered: boolean) => {
      if (this.#waits.get(thread) !== wait) return;
      this.#endWait(thread, isAnswered);
      this.#guarded(() => this.#advance(thread.id, () => this.#flow.attempt(thread, work)));
    };
    const { turns } = this.around;
    if (due !== undefined) alarm.set(due, () => turns.take(() => goOn(() => this.#flow.due(thread), false)));
    const isOver = due !== undefined && due <= now();
    if (phase !== "task" || isOver) return;
    if (thread.submitted !== undefined) wait.job = new AbortController();
    const cancelled = wait.job?.signal ?? this.#caller.signal;
    this.#flow.perform(thread, { ...this.#caller, cancelled }).then(
      (result) => goOn(() => this.#flow.answered(thread, result), true),
      (error) => goOn(() => this.#flow.answered(thread, asFailure(error)), true),
    );
  }

  /** Offers an activity's task to its workers. */
  #offer({ token, call }: Thread): void {
    const { resource, input } = call!.details as Record<string, string>;
    this.around.activityTasks.add(resource!, { token: token!, input: input! });
  }

  /** @param isAnswered whether its task has ended: otherwise the job it started is cancelled */
  #endWait(thread: Thread, isAnswered = false): void {
    const wait = this.#waits.get(thread);
    if (!wait) return;
    wait.alarm.cancel();
    this.#waits.delete(thread);
    if (!isAnswered && !this.around.stopping.aborted) wait.job?.abort();
  }

  #ended(ending: Ending): void {
    this.#endWaits();
    noticeEnding(this.around.core, this.run.execution, ending);
    this.around.ended(this);
    this.#ending.resolve(ending);
  }
}

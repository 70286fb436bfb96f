/** What happened in each state of a state machine, from an execution's history. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";

/**
 * The status of a state: `caught` means that a Catch handled its error, `stopped` that the execution (or the surrounding Map
 * or Parallel state) ended before the state did.
 */
export type StateStatus = "succeeded" | "caught" | "failed" | "running" | "stopped";

/** A visit of a state, from entering to exiting it. */
export interface Visit {
  name: string;
  enteredAt: Date;
  exitedAt?: Date;
  /** JSON; absent where the history does not hold it. */
  input?: string;
  output?: string;
  status: StateStatus;
  /** How often its task was scheduled; 0 for states without a task. */
  attempts: number;
  /** Errors after which the task was retried. */
  retried: string[];
  /** The error that was not retried. */
  error?: string;
  cause?: string;
}

export interface ExecutionTrace {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "RUNNING";
  error?: string;
  startedAt?: Date;
  endedAt?: Date;
  /** The last state that was exited. */
  lastExited?: string;
  /** By state name, which is unique in a state machine; in a Map or a loop a state is visited several times. */
  visits: Map<string, Visit[]>;
  /** The transitions that were taken; see `transition`. */
  taken: Set<string>;
}

/** The key of a transition; `from` is null at the start of a machine, branch or iteration. */
export function transition(from: string | null, to: string, caught: boolean): string {
  return JSON.stringify([from, to, caught]);
}

interface OpenVisit extends Visit {
  type: string;
  parent?: OpenVisit;
}

const endings = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionTimedOut: "TIMED_OUT",
  ExecutionAborted: "ABORTED",
} as const;

/**
 * Reads the events of GetExecutionHistory, oldest first. Each event names its predecessor on its own path, which tells the
 * branches of a Parallel state and the iterations of a Map apart.
 */
export function traceHistory(events: readonly HistoryEvent[]): ExecutionTrace {
  const trace: ExecutionTrace = { status: "RUNNING", visits: new Map(), taken: new Set() };
  const byId = new Map(events.map((event) => [event.id, event]));
  // The visits that are open after an event, outermost first.
  const open = new Map<number | undefined, OpenVisit[]>();
  const all: OpenVisit[] = [];

  for (const event of events) {
    const before = open.get(event.previousEventId) ?? [];
    open.set(event.id, after(event, before));
  }
  for (const visit of all) close(visit);
  trace.visits = Map.groupBy(all, ({ name }) => name);
  return trace;

  function after(event: HistoryEvent, before: OpenVisit[]): OpenVisit[] {
    const type = event.type ?? "";
    const current = before.at(-1);
    if (type === "ExecutionStarted") trace.startedAt = event.timestamp;
    else if (type in endings) end(event, before);
    else if (type.endsWith("StateEntered")) return [...before, enter(event, current)];
    else if (type.endsWith("StateExited")) {
      const index = before.findLastIndex(({ name }) => name === event.stateExitedEventDetails?.name);
      const visit = before[index];
      if (!visit) return before;
      visit.exitedAt = event.timestamp;
      visit.output = event.stateExitedEventDetails?.output;
      trace.lastExited = visit.name;
      visit.status = visit.error === undefined ? "succeeded" : "caught";
      return before.slice(0, index);
    } else if (/^(MapIteration|MapState|ParallelState)(Failed|Aborted)$/.test(type)) {
      const index = before.findLastIndex((visit) => visit.type === "Map" || visit.type === "Parallel");
      const visit = before[index];
      // These events do not name the error; those of the failed state inside do.
      if (visit && type.endsWith("Failed")) fail(visit, event, before.at(-1));
      return before.slice(0, index + 1);
    } else if (/(Failed|TimedOut)$/.test(type)) {
      if (current) fail(current, event);
    } else if (/^(Task|LambdaFunction|Activity)Scheduled$|^MapRunStarted$/.test(type)) {
      if (current) schedule(current);
    }
    return before;
  }

  function enter(event: HistoryEvent, parent: OpenVisit | undefined): OpenVisit {
    const name = event.stateEnteredEventDetails?.name ?? "";
    const previous = byId.get(event.previousEventId);
    const from = previous?.type?.endsWith("StateExited") ? previous.stateExitedEventDetails?.name : undefined;
    const caught = from !== undefined && all.findLast((visit) => visit.name === from)?.status === "caught";
    trace.taken.add(transition(from ?? null, name, caught));
    const visit: OpenVisit = {
      name,
      type: event.type!.slice(0, -"StateEntered".length),
      enteredAt: event.timestamp!,
      input: event.stateEnteredEventDetails?.input,
      status: "running",
      attempts: 0,
      retried: [],
      ...(parent && { parent }),
    };
    all.push(visit);
    return visit;
  }

  function end(event: HistoryEvent, before: OpenVisit[]): void {
    trace.status = endings[event.type as keyof typeof endings];
    trace.endedAt = event.timestamp;
    const { error, cause } = errorOf(event);
    trace.error = error;
    // The error of the innermost state also ended the states around it.
    if (trace.status === "FAILED") {
      for (const visit of before) if (visit.error === undefined) set(visit, error, cause);
    }
  }

  /** Sets the status of a visit that was never exited. */
  function close(visit: OpenVisit): void {
    if (visit.exitedAt !== undefined) return;
    const over = trace.status !== "RUNNING" || visit.parent?.exitedAt !== undefined;
    if (!over) return;
    visit.status = visit.error !== undefined || visit.type === "Fail" ? "failed" : "stopped";
  }
}

function schedule(visit: Visit): void {
  visit.attempts++;
  if (visit.error !== undefined) visit.retried.push(visit.error);
  delete visit.error;
  delete visit.cause;
}

function fail(visit: Visit, event: HistoryEvent, inner?: Visit): void {
  const { error = inner?.error, cause = inner?.cause } = errorOf(event);
  set(visit, error, cause);
}

function set(visit: Visit, error = "unnamed error", cause?: string): void {
  visit.error = error;
  if (cause !== undefined) visit.cause = cause;
}

/** The error in the details of an event of any type. */
function errorOf(event: HistoryEvent): { error?: string; cause?: string } {
  for (const details of Object.values(event)) {
    if (typeof details === "object" && details !== null && ("error" in details || "cause" in details)) {
      return details as { error?: string; cause?: string };
    }
  }
  return event.type?.endsWith("TimedOut") ? { error: "States.Timeout" } : {};
}

/** The status of a state that was visited several times: the most important one. */
export function overallStatus(visits: readonly Visit[]): StateStatus | undefined {
  const order: StateStatus[] = ["failed", "running", "stopped", "caught", "succeeded"];
  return order.find((status) => visits.some((visit) => visit.status === status));
}

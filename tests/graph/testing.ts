/** Histories of executions as GetExecutionHistory returns them, written in short. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";

/** Adds events with ids from 1, each 100 ms after the one before. */
export class HistoryWriter {
  readonly events: HistoryEvent[] = [];

  /** Adds an event after `previous`, which is the latest if not given; returns its id. */
  add(
    type: HistoryEvent["type"],
    details: Partial<HistoryEvent> = {},
    previous = this.events.length,
  ): number {
    const id = this.events.length + 1;
    const timestamp = new Date(Date.UTC(2026, 0, 5, 14, 3) + 100 * id);
    this.events.push({ id, previousEventId: previous, type, timestamp, ...details });
    return id;
  }

  enter(type: string, name: string, previous?: number): number {
    return this.add(
      `${type}StateEntered` as HistoryEvent["type"],
      { stateEnteredEventDetails: { name } },
      previous,
    );
  }

  exit(type: string, name: string, previous?: number): number {
    return this.add(
      `${type}StateExited` as HistoryEvent["type"],
      { stateExitedEventDetails: { name } },
      previous,
    );
  }

  /** A Task's events up to its end; `errors` are of the attempts that failed, the last of which is not tried again. */
  task(
    name: string,
    previous?: number,
    errors: string[] = [],
    end: "exit" | "fail" | "run" = "exit",
  ): number {
    this.enter("Task", name, previous);
    const attempts = end === "fail" ? errors.length : errors.length + 1;
    for (let attempt = 0; attempt < attempts; attempt++) {
      this.add("TaskScheduled");
      this.add("TaskStarted");
      const error = errors[attempt];
      if (error !== undefined) {
        const cause = `{"errorType":"${error}"}`;
        this.add("TaskFailed", {
          taskFailedEventDetails: { error, cause, resource: "invoke", resourceType: "lambda" },
        });
      }
    }
    if (end !== "exit") return this.events.length;
    this.add("TaskSucceeded");
    return this.exit("Task", name);
  }
}

/** The workflow's history; without an error it succeeded, with one its last state failed by it. */
export function sconesHistory(error?: string): HistoryEvent[] {
  const history = new HistoryWriter();
  history.add("ExecutionStarted", {}, 0);
  history.task("SerializeImageData", 0);
  history.task("ClassifyImage", undefined, ["Lambda.TooManyRequestsException"]);
  if (error === undefined) {
    history.task("FilterLowConfidence");
    history.add("ExecutionSucceeded");
  } else {
    history.task("FilterLowConfidence", undefined, [error], "fail");
    history.add("ExecutionFailed", { executionFailedEventDetails: { error, cause: "{}" } });
  }
  return history.events;
}

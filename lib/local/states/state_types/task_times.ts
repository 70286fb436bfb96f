/** The limits of a task's time. */
import type { Data, TaskState } from "../language/asl.ts";
import { EvaluationFailure } from "../language/failures.ts";
import { selectExisting } from "../language/paths.ts";

/** A task's timeout and heartbeat timeout, in seconds. */
export interface Times {
  readonly timeout?: number;
  readonly heartbeat?: number;
}

/** A state's TimeoutSeconds and HeartbeatSeconds. @throws EvaluationFailure when a path does not lead to a number */
export function taskTimes(state: TaskState, data: Data): Times {
  const seconds = (field: "TimeoutSeconds" | "HeartbeatSeconds"): number | undefined => {
    const path = state[`${field}Path`];
    if (path === undefined) return state[field];
    const value = selectExisting(path, data);
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw new EvaluationFailure(
      `The ${field}Path parameter does not reference a positive integer: ${path} == ${JSON.stringify(value)}`,
    );
  };
  return { timeout: seconds("TimeoutSeconds"), heartbeat: seconds("HeartbeatSeconds") };
}

/**
 * When the task's time is over, and whether for want of a heartbeat.
 * @param deadline of the whole task, in milliseconds since the epoch
 * @param beat the heartbeat's timeout in seconds, which begins now
 */
export function dueOf(
  deadline: number | undefined,
  beat: number | undefined,
  now: number,
): { due?: number; heartbeat: boolean } {
  const silent = beat === undefined ? Infinity : now + beat * 1000;
  const due = Math.min(deadline ?? Infinity, silent);
  return { due: due === Infinity ? undefined : due, heartbeat: due === silent && due !== Infinity };
}

/** The limits of a task's time. */
import type { Data, TaskState } from "../language/asl.ts";
import { numberOf, POSITIVE } from "../language/numbers.ts";

/** A task's timeout and heartbeat timeout, in seconds. */
export interface Times {
  readonly timeout?: number;
  readonly heartbeat?: number;
}

/** A state's TimeoutSeconds and HeartbeatSeconds. @throws EvaluationFailure when they are no positive integers */
export function taskTimes(state: TaskState, data: Data): Times {
  return {
    timeout: numberOf(state, "TimeoutSeconds", POSITIVE("TimeoutSeconds"), data),
    heartbeat: numberOf(state, "HeartbeatSeconds", POSITIVE("HeartbeatSeconds"), data),
  };
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

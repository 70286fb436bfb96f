/** What the integrations with `.sync` share: they ask for a job's state until it has ended. */
import { setTimeout as delay } from "node:timers/promises";
import type { TaskCaller } from "../interpreter/flow.ts";
import { StateFailure } from "../language/failures.ts";

/** How long between two questions, in milliseconds: short at first, for jobs that end at once. */
const FIRST_MS = 20, LONGEST_MS = 1000;

/** Asks until there is an answer. @throws what `ask` throws; an Error when the server stops */
export async function untilEnded<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { cancelled, signal }: TaskCaller,
): Promise<T> {
  const ends = AbortSignal.any([cancelled, signal]);
  for (let milliseconds = FIRST_MS;; milliseconds = Math.min(2 * milliseconds, LONGEST_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(milliseconds, undefined, { signal: ends });
  }
}

/** A job that did not succeed: AWS has its description as the cause. */
export function jobFailed(job: unknown): StateFailure {
  return new StateFailure("States.TaskFailed", JSON.stringify(job));
}

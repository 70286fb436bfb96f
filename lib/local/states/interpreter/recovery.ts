/** Retry and Catch. Source: https://states-language.net/#errors */
import type { Catcher, Retrier } from "../language/asl.ts";
import type { StateFailure } from "../language/failures.ts";

/** A retrier's defaults: IntervalSeconds, MaxAttempts, BackoffRate. */
const INTERVAL = 1, ATTEMPTS = 3, BACKOFF = 2;

/** The longest delay, in seconds, as of MaxDelaySeconds: otherwise delays would grow beyond any date. */
const LONGEST = 31_622_400;

/** The index of the first catcher or retrier that matches the failure; -1 without one, or for a fatal failure. */
export function matching(
  handlers: readonly (Catcher | Retrier)[] | undefined,
  failure: StateFailure,
): number {
  if (!handlers || failure.fatal) return -1;
  return handlers.findIndex(({ ErrorEquals }) =>
    ErrorEquals.some((name) =>
      name === "States.ALL" || name === failure.error || name === failure.alias ||
      (name === "States.TaskFailed" && failure.error !== "States.Timeout")
    )
  );
}

/** The delay in milliseconds before the retrier's next attempt after `tried`; undefined when there is none left. */
export function retryDelay(retrier: Retrier, tried: number): number | undefined {
  if (tried >= (retrier.MaxAttempts ?? ATTEMPTS)) return undefined;
  const backoff = (retrier.IntervalSeconds ?? INTERVAL) * (retrier.BackoffRate ?? BACKOFF) ** tried;
  const seconds = Math.min(backoff, retrier.MaxDelaySeconds ?? LONGEST);
  return 1000 * (retrier.JitterStrategy === "FULL" ? Math.random() * seconds : seconds);
}

/** Retry and Catch. Source: https://states-language.net/#errors */
import type { Catcher, Retrier } from "../language/asl.ts";
import type { StateFailure } from "../language/failures.ts";

/** Seconds, times and factor that a retrier has when it does not say. */
const INTERVAL = 1, ATTEMPTS = 3, BACKOFF = 2;

/** The first catcher or retrier that is for the failure; -1 when there is none or the failure is fatal. */
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

/** Milliseconds before attempt number `tried` + 1 of the retrier; undefined when it has none left. */
export function retryDelay(retrier: Retrier, tried: number): number | undefined {
  if (tried >= (retrier.MaxAttempts ?? ATTEMPTS)) return undefined;
  const backoff = (retrier.IntervalSeconds ?? INTERVAL) * (retrier.BackoffRate ?? BACKOFF) ** tried;
  const seconds = Math.min(backoff, retrier.MaxDelaySeconds ?? Infinity);
  return 1000 * (retrier.JitterStrategy === "FULL" ? Math.random() * seconds : seconds);
}

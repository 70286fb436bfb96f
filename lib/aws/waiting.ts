/** Waiting for AWS: look, sleep, look again, and fail with what was last seen. */

export interface WaitOptions {
  /** Between two looks. */
  everySeconds: number;
  timeoutSeconds: number;
  signal?: AbortSignal;
}

/** A resource ended in a state that nobody wanted. */
export class UnexpectedStatusError extends Error {
  override name = "UnexpectedStatusError";

  constructor(readonly resource: string, readonly status: string, readonly reason: string) {
    super(`${resource} is ${status}${reason ? `: ${reason}` : ""}`);
  }
}

/** A resource did not get where it should in time. */
export class TimedOutError extends Error {
  override name = "TimedOutError";
}

/**
 * Calls `look` until it returns something.
 * @throws TimedOutError, the signal's reason, or whatever `look` throws
 */
export async function waitFor<T>(
  what: string,
  { everySeconds, timeoutSeconds, signal }: WaitOptions,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (true) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new TimedOutError(`${what}: nothing yet after ${timeoutSeconds} s.`);
    await sleep(everySeconds, signal);
  }
}

/** Resolves after some seconds; rejects with the signal's reason when it is aborted before, at once when it already is. */
export async function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

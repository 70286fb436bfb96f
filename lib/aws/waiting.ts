/** Waiting for AWS by polling. */

export interface WaitOptions {
  /** Between two polls. */
  everySeconds: number;
  timeoutSeconds: number;
  signal?: AbortSignal;
}

/** A resource ended in another state than the one that was waited for. */
export class UnexpectedStatusError extends Error {
  override name = "UnexpectedStatusError";

  constructor(readonly resource: string, readonly status: string, readonly reason: string) {
    super(`${resource} is ${status}${reason ? `: ${reason}` : ""}`);
  }
}

/** A resource did not reach the expected state in time. */
export class TimedOutError extends Error {
  override name = "TimedOutError";
}

/**
 * Polls: calls `look` until it returns something.
 * @param what names what is waited for, in the error message
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
    if (Date.now() > deadline) throw new TimedOutError(`${what}: timed out after ${timeoutSeconds} s.`);
    await sleep(everySeconds, signal);
  }
}

/** Resolves after some seconds, or rejects with the signal's reason as soon as it is aborted. */
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

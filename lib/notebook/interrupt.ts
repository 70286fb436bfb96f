/** Stopping long work when it is interrupted. */

/** The work was interrupted by the user: Ctrl-C, or Jupyter's stop button. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}

/**
 * Runs work that stops when its AbortSignal fires, which SIGINT and SIGTERM make it do. Jupyter interrupts a Deno
 * kernel by SIGINT, which ends a kernel where nothing listens for it; with this, only the work ends.
 * The signal's reason is an InterruptedError.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const abort = () => controller.abort(new InterruptedError("Interrupted."));
  for (const signal of signals) Deno.addSignalListener(signal, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, abort);
  }
}

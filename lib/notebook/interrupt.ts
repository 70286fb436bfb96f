/** Stopping long work when it is interrupted. */
import { inKernel } from "../display/show.ts";

/** The work was interrupted by the user: Ctrl-C, or Jupyter's stop button. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}

// Jupyter interrupts a Deno kernel by SIGINT, which would end one where nothing listens, and its variables with it.
if (inKernel()) Deno.addSignalListener("SIGINT", () => {});

/**
 * Runs work that stops when its AbortSignal fires, which SIGINT and SIGTERM make it do. In a kernel only the work ends.
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

/** Stops long work on an interrupt. */
import { inKernel } from "../display/show.ts";

/** The work was interrupted by the user: Ctrl-C, or Jupyter's stop button. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}

// Jupyter interrupts a Deno kernel by SIGINT. Without a listener this would end the kernel, and lose its variables.
if (inKernel()) Deno.addSignalListener("SIGINT", () => {});

/**
 * Runs work with an AbortSignal that SIGINT and SIGTERM abort; its reason is an InterruptedError. In a kernel only the work
 * ends, not the kernel.
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

/** Long work with a progress bar. */
import { type Progress, progress, type ProgressOptions } from "../display/progress.ts";
import { interruptible } from "./interrupt.ts";

/**
 * Runs work with a progress bar. Interrupting the cell aborts the signal, and the bar shows how the work ended.
 * @param options.done the final text of the bar, from the result
 */
export async function working<T>(
  label: string,
  work: (bar: Progress, signal: AbortSignal) => Promise<T>,
  options: ProgressOptions & { done?(result: T): string } = {},
): Promise<T> {
  const { done, ...progressOptions } = options;
  const bar = progress(label, progressOptions);
  try {
    const result = await interruptible((signal) => work(bar, signal));
    await bar.finish(done?.(result));
    return result;
  } catch (error) {
    await bar.fail(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

import { type Progress, progress, type ProgressOptions } from "../display/progress.ts";
import { interruptible } from "./interrupt.ts";

/**
 * Runs work behind a progress bar. Interrupting the cell fires the signal, and the bar tells how the work ended.
 * @param options.done makes the bar's last words from the result
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

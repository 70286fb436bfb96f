/** Long work with a progress bar. */
import type { Aws } from "../aws/clients.ts";
import { type Progress, progress, type ProgressOptions } from "../display/progress.ts";
import { notice } from "../display/show.ts";
import { costReminderAtEnd } from "../training/costs.ts";
import { interruptible } from "./interrupt.ts";

/**
 * Runs work with a progress bar. Interrupting the cell aborts the signal, and the bar shows how the work ended.
 * @param options.done the final text of the bar, from the result
 * @param options.aws says at the end of work that fails or is interrupted what runs there and costs money
 */
export async function working<T>(
  label: string,
  work: (bar: Progress, signal: AbortSignal) => Promise<T>,
  options: ProgressOptions & { done?(result: T): string; aws?: Aws } = {},
): Promise<T> {
  const { done, aws, ...progressOptions } = options;
  const bar = progress(label, progressOptions);
  try {
    const result = await interruptible((signal) => work(bar, signal));
    await bar.finish(done?.(result));
    return result;
  } catch (error) {
    await bar.fail(error instanceof Error ? error.message : String(error));
    const reminder = aws && await costReminderAtEnd(aws);
    if (reminder) await notice(reminder);
    throw error;
  }
}

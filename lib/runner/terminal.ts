/** Shows the progress of an execution: on a terminal a line that changes in place, elsewhere plain lines. */
import { formatSeconds } from "../display/format.ts";
import { progressBar, type ProgressState, progressText } from "../display/progress.ts";
import { TerminalLine } from "../display/terminal_line.ts";
import type { CellPlace, ExecutionObserver } from "./execute.ts";

export interface TerminalReport extends ExecutionObserver {
  /** Reports how the last section ended, and removes the changing line. */
  end(): void;
}

/**
 * Reports the execution of a notebook on stdout. Each section gets a line with the time of all its cells, below the lines of
 * its finished progress bars and notes; what is running is only shown on a terminal.
 */
export function terminalReport(notebookTitle: string): TerminalReport {
  const line = Deno.stdout.isTerminal() ? new TerminalLine(Deno.stdout) : undefined;
  let current: { place: CellPlace; startMs: number } | undefined;
  let section: { title: string; seconds: number; ok: boolean } | undefined;
  let bar: ProgressState | undefined;
  const timer = line && setInterval(draw, 500);
  console.log(notebookTitle);

  function draw(): void {
    if (!line || !current) return;
    const { place: { number, count, title }, startMs } = current;
    const elapsed = formatSeconds((performance.now() - startMs) / 1000);
    const doing = bar ? `${progressBar(bar)} ${progressText(bar)}` : elapsed;
    line.draw(`  … ${number}/${count} ${title}  ${doing.trimStart()}`);
  }

  function keep(text: string): void {
    line?.clear();
    console.log(text);
  }

  function endSection(): void {
    if (!section) return;
    const { title, seconds, ok } = section;
    // The cells above the first section heading connect to the target.
    const name = title === notebookTitle ? "Getting ready" : title;
    keep(`  ${ok ? "✓" : "✗"} ${name}  ${formatSeconds(seconds)}`);
    section = undefined;
  }

  return {
    cellStarted(place) {
      if (place.title !== section?.title) endSection();
      section ??= { title: place.title, seconds: 0, ok: true };
      section.ok = false; // until the cell has ended well
      current = { place, startMs: performance.now() };
      bar = undefined;
      draw();
    },
    cellFinished(_, seconds, ok) {
      current = undefined;
      if (section) Object.assign(section, { seconds: section.seconds + seconds, ok });
    },
    progress(state) {
      bar = state.state === "running" ? state : undefined;
      if (!bar) keep(`      ${progressText(state)}`);
      draw();
    },
    notice(text) {
      keep(`      Note: ${text}`);
      draw();
    },
    end() {
      clearInterval(timer);
      if (section && current) section.seconds += (performance.now() - current.startMs) / 1000; // the cell was cut short
      endSection();
      line?.clear();
    },
  };
}

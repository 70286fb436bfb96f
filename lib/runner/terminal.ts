/** How far an execution is, on the terminal: a line that changes in place, or plain lines where there is none. */
import { formatSeconds } from "../notebook/format.ts";
import { progressBar, type ProgressState, progressText } from "../notebook/progress.ts";
import { TerminalLine } from "../notebook/terminal_line.ts";
import type { CellPlace, ExecutionObserver } from "./execute.ts";

export interface TerminalReport extends ExecutionObserver {
  /** Takes the changing line away. */
  end(): void;
}

/**
 * Reports the execution of the notebook `name` on stdout. Every cell that ended and every progress bar that
 * ended has a line that stays; what is under way is seen on a terminal only.
 */
export function terminalReport(name: string): TerminalReport {
  const line = Deno.stdout.isTerminal() ? new TerminalLine(Deno.stdout) : undefined;
  let current: { place: CellPlace; startMs: number } | undefined;
  let bar: ProgressState | undefined;
  const timer = line && setInterval(draw, 500);
  console.log(name);

  function draw(): void {
    if (!line || !current) return;
    const elapsed = formatSeconds((performance.now() - current.startMs) / 1000);
    const doing = bar ? `${progressBar(bar)} ${progressText(bar)}` : elapsed;
    line.draw(`  … ${placeText(current.place)}  ${doing.trimStart()}`);
  }

  function keep(text: string): void {
    line?.clear();
    console.log(text);
  }

  return {
    cellStarted(place) {
      current = { place, startMs: performance.now() };
      bar = undefined;
      draw();
    },
    cellFinished(place, seconds, ok) {
      current = undefined;
      keep(`  ${ok ? "✓" : "✗"} ${placeText(place)}  ${formatSeconds(seconds)}`);
    },
    progress(state) {
      bar = state.state === "running" ? state : undefined;
      if (!bar) keep(`      ${progressText(state)}`);
      draw();
    },
    end() {
      clearInterval(timer);
      line?.clear();
    },
  };
}

function placeText({ number, count, title }: CellPlace): string {
  return `${String(number).padStart(String(count).length)}/${count} ${title}`;
}

/** Progress bars: a display that changes in place in a notebook, a line on a terminal. */
import { escapeHtml, formatDone, formatSeconds } from "./format.ts";
import { broadcast, handedOver, inKernel, type MediaBundle } from "./show.ts";
import { TerminalLine } from "./terminal_line.ts";
import { palette, trackColor } from "./theme.ts";

export const progressMime = "application/vnd.scones.progress+json";

/** At most ten updates a second: each is a message to the front end, and more would not be noticed. */
const drawingIntervalMs = 100;

export interface ProgressState {
  label: string;
  done: number;
  total?: number;
  unit: string;
  detail: string;
  state: "running" | "done" | "failed";
  seconds: number;
}

export interface Progress {
  /**
   * How much is done, with optional details. A total that was not known at the start can be given too, as for downloads.
   */
  update(done: number | { done: number; total?: number }, detail?: string): void;
  /** Ends the bar as complete. */
  finish(detail?: string): Promise<void>;
  /** Ends the bar as failed, where it is. */
  fail(detail: string): Promise<void>;
}

export interface ProgressOptions {
  /** The final value of `done`, if it is known. */
  total?: number;
  /** What is counted, such as `files` or `epochs`; `bytes` are shown in MB. */
  unit?: string;
}

/**
 * Shows a progress bar: a display in a Deno kernel, a line of stderr on a terminal, and elsewhere a line of stderr at the
 * start and one at the end.
 */
export function progress(label: string, { total, unit = "" }: ProgressOptions = {}): Progress {
  const state: ProgressState = { label, done: 0, total, unit, detail: "", state: "running", seconds: 0 };
  const draw = inKernel() ? notebookDrawing() : terminalDrawing();
  const startMs = performance.now();
  let drawnMs = startMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawn = draw(state);

  function drawNow(): void {
    clearTimeout(timer);
    timer = undefined;
    drawnMs = performance.now();
    state.seconds = (drawnMs - startMs) / 1000;
    const copy = { ...state };
    drawn = drawn.then(() => draw(copy));
  }

  async function end(how: "done" | "failed", detail: string): Promise<void> {
    if (how === "done") state.done = state.total ?? state.done;
    state.state = how;
    state.detail = detail;
    drawNow();
    await drawn;
    await handedOver();
  }

  return {
    update(done, detail = "") {
      if (state.state !== "running") return;
      Object.assign(state, typeof done === "number" ? { done } : done, { detail });
      const waitMs = drawnMs + drawingIntervalMs - performance.now();
      if (waitMs <= 0) drawNow();
      else timer ??= setTimeout(drawNow, waitMs);
    },
    finish: (detail = "") => end("done", detail),
    fail: (detail) => end("failed", detail),
  };
}

/** The state in words: `Upload: 450/1,200 files, 38%, 3.1 s`, or `…, stopped after 3.1 s: Interrupted`. */
export function progressText({ label, done, total, unit, detail, state, seconds }: ProgressState): string {
  const percent = total && state === "running" ? `${Math.floor(100 * done / total)}%` : "";
  const counted = total !== undefined || done > 0 ? formatDone(done, total, unit) : "";
  const said = detail.replace(/\.$/, "");
  const time = formatSeconds(seconds);
  const parts = state === "failed"
    ? [counted, `stopped after ${time}${said && `: ${said}`}`]
    : [counted, percent, said, time];
  return `${label}: ${parts.filter((part) => part !== "").join(", ")}`;
}

/** The state in words, with a bar while the work is running. */
export function progressHtml(state: ProgressState): string {
  const text = escapeHtml(progressText(state));
  const mark = { running: "", done: "✓ ", failed: "✗ " }[state.state];
  return `<div style="font-variant-numeric:tabular-nums">${mark}${text}${barHtml(state)}</div>`;
}

/**
 * The bar while the work is running: without a known total a piece of it moves. It is drawn here, as the track of a
 * `<progress>` is white in dark front ends, and one without a value goes on moving after a failure.
 */
function barHtml({ label, state, done, total }: ProgressState): string {
  if (state === "done" || (state === "failed" && !total)) return "";
  const share = total ? Math.min(1, done / total) : 0.25;
  const moving = total
    ? ""
    : '<animate attributeName="x" values="-25%;100%" dur="1.6s" repeatCount="indefinite"/>';
  const value = total ? ` aria-valuemin="0" aria-valuemax="${total}" aria-valuenow="${done}"` : "";
  return `<div role="progressbar" aria-label="${
    escapeHtml(label)
  }"${value} style="max-width:32em;margin-top:3px">` +
    `<svg width="100%" height="6" style="display:block;border-radius:3px;background:${trackColor}">` +
    `<rect width="${
      (100 * share).toFixed(1)
    }%" height="6" rx="3" fill="${palette.blue}">${moving}</rect></svg></div>`;
}

type Drawing = (state: ProgressState) => Promise<void>;

function notebookDrawing(): Drawing {
  const id = crypto.randomUUID();
  let type: "display_data" | "update_display_data" = "display_data";
  return async (state) => {
    const bundle: MediaBundle = {
      "text/html": progressHtml(state),
      "text/plain": progressText(state),
      [progressMime]: state,
    };
    const now = type;
    type = "update_display_data";
    await broadcast(now, bundle, id);
  };
}

function terminalDrawing(): Drawing {
  const terminal = Deno.stderr.isTerminal() ? new TerminalLine(Deno.stderr) : undefined;
  let started = false;
  return (state) => {
    if (state.state !== "running") {
      terminal?.clear();
      console.error(progressText(state));
    } else if (terminal) {
      terminal.draw(`${progressBar(state)} ${progressText(state)}`);
    } else if (!started) {
      console.error(`${state.label} …`);
    }
    started = true;
    return Promise.resolve();
  };
}

/** A bar of text, 20 characters wide; empty if the total is unknown. */
export function progressBar({ done, total }: ProgressState): string {
  if (!total) return "";
  const full = Math.round(20 * Math.min(1, done / total));
  return "█".repeat(full) + "░".repeat(20 - full);
}

/** Executes a notebook cell by cell in its own kernel. */
import { basename, dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { progressMime, type ProgressState } from "../display/progress.ts";
import { noticeMime } from "../display/show.ts";
import { InterruptedError } from "../notebook/interrupt.ts";
import { CellOutputs } from "./cell_outputs.ts";
import { Kernel } from "./kernel.ts";
import { type CodeCell, joined, type Notebook, readNotebook } from "./notebook.ts";
import { syntaxError } from "./syntax_error.ts";

/** How long an interrupted cell has to stop its work, in milliseconds. */
const interruptPatienceMs = 3_000;

/** A cell failed; says where and why. */
export class CellError extends Error {
  override name = "CellError";
  /** The notebook's file name. */
  readonly notebook: string;
  /** The number among the code cells, from 1, as in the progress output. */
  readonly cell: number;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: string[];

  constructor(
    where: { notebook: string; cell: number; source: string },
    { ename, evalue, traceback }: Failure,
  ) {
    const firstLine = where.source.trimStart().split("\n", 1)[0];
    super(`${where.notebook}, cell ${where.cell} (${firstLine}):\n${ename}: ${evalue}`);
    this.notebook = where.notebook;
    this.cell = where.cell;
    this.ename = ename;
    this.evalue = evalue;
    this.traceback = traceback;
  }
}

interface Failure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** The position of a cell: number `number` of `count` code cells. */
export interface CellPlace {
  number: number;
  count: number;
  /** The comment at its beginning, else the heading above it, else its first line. */
  title: string;
}

/** A watcher of an execution, for example the terminal. */
export interface ExecutionObserver {
  cellStarted(place: CellPlace): void;
  cellFinished(place: CellPlace, seconds: number, ok: boolean): void;
  /** The running cell's progress bar has changed. */
  progress(state: ProgressState): void;
  /** The running cell has displayed a note. */
  notice(text: string): void;
}

export interface ExecuteOptions {
  /** Environment variables for the kernel, in addition to this process's own. */
  env?: Record<string, string>;
  observer?: ExecutionObserver;
  /** Interrupts the cell and ends the kernel when aborted. */
  signal?: AbortSignal;
}

export interface Execution {
  notebook: Notebook;
  seconds: number;
  /** Why it stopped early: CellError, KernelDiedError, InterruptedError. The notebook has the outputs until then. */
  failure?: Error;
}

/**
 * Executes the cells of the notebook at `path` in order, in the notebook's folder, up to the first that fails, unless that
 * has Jupyter's tag `raises-exception`. The file is not changed.
 * @throws Error if the file is not a notebook
 */
export async function executeNotebook(path: string, options: ExecuteOptions = {}): Promise<Execution> {
  const notebook = await readNotebook(path);
  const startMs = performance.now();
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  }
  let failure: Error | undefined;
  try {
    await executeCells(path, notebook, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    failure = options.signal?.aborted ? new InterruptedError(`${basename(path)} was interrupted.`) : error;
  }
  return { notebook, seconds: (performance.now() - startMs) / 1000, failure };
}

async function executeCells(path: string, notebook: Notebook, options: ExecuteOptions): Promise<void> {
  const { env, observer, signal } = options;
  signal?.throwIfAborted();
  const kernel = await Kernel.start({ cwd: dirname(path), env });
  const stop = () => {
    kernel.interrupt();
    kernel.shutdown(interruptPatienceMs);
  };
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    notebook.metadata.language_info = kernel.info.language_info;
    const outputs = new CellOutputs();
    const codeCells = notebook.cells.filter((cell) => cell.cell_type === "code");
    for (const [index, cell] of codeCells.entries()) {
      if (joined(cell.source).trim() === "") continue;
      const place = { number: index + 1, count: codeCells.length, title: titleOf(cell, notebook) };
      observer?.cellStarted(place);
      const { reply, seconds } = await executeCell(kernel, cell, outputs, observer);
      const ok = reply.status === "ok" || cell.metadata.tags?.includes("raises-exception") === true;
      observer?.cellFinished(place, seconds, ok);
      if (!ok) {
        const where = {
          notebook: basename(path),
          cell: index + 1,
          source: joined(cell.source),
        };
        throw new CellError(where, await failureOf(cell));
      }
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    await kernel.shutdown();
  }
}

async function executeCell(
  kernel: Kernel,
  cell: CodeCell,
  outputs: CellOutputs,
  observer?: ExecutionObserver,
) {
  outputs.begin(cell);
  const startMs = performance.now();
  const started = new Date();
  const reply = await kernel.execute(joined(cell.source), (message) => {
    outputs.take(message);
    const { [progressMime]: state, [noticeMime]: notice } = (message.content.data ?? {}) as Shown;
    if (state) observer?.progress(state);
    if (notice) observer?.notice(notice.text);
  });
  cell.execution_count = reply.execution_count;
  // Jupyter's names for the start and end of a cell.
  cell.metadata.execution = {
    "iopub.execute_input": started.toISOString(),
    "shell.execute_reply": new Date().toISOString(),
  };
  return { reply, seconds: (performance.now() - startMs) / 1000 };
}

/** The parts of an output that are for the observer. */
interface Shown {
  [progressMime]?: ProgressState;
  [noticeMime]?: { text: string };
}

function titleOf(cell: CodeCell, notebook: Notebook): string {
  const [firstLine = ""] = joined(cell.source).trimStart().split("\n", 1);
  const comment = firstLine.match(/^\/\/\s*(.+)/)?.[1];
  if (comment) return comment;
  const headings = notebook.cells.slice(0, notebook.cells.indexOf(cell))
    .filter((above) => above.cell_type === "markdown")
    .flatMap((above) => joined(above.source).match(/^#+ .+/gm) ?? []);
  return headings.at(-1)?.replace(/^#+ /, "") ?? firstLine;
}

/** The error of a failed cell. For a syntax error the kernel sends no error output, so one is made here. */
async function failureOf(cell: CodeCell): Promise<Failure> {
  let error = cell.outputs.findLast((output) => output.output_type === "error");
  if (!error) {
    const why = await syntaxError(joined(cell.source)) ?? "The kernel gave no reason.";
    error = { output_type: "error", ename: "SyntaxError", evalue: why, traceback: [`SyntaxError: ${why}`] };
    cell.outputs.push(error);
  }
  const plain = stripVTControlCharacters;
  return {
    ename: error.ename,
    evalue: plain(error.evalue),
    traceback: error.traceback.map((line) => plain(line)),
  };
}

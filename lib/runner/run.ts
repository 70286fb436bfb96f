/** Runs notebooks one after another and writes their reports. */
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { vegaLiteMime } from "../display/chart.ts";
import { formatSeconds } from "../display/format.ts";
import { summaryMime } from "../display/show.ts";
import { executeNotebook, type Execution } from "./execute.ts";
import { renderReport } from "./html.ts";
import { type Notebook, type Output, outputsOf, readNotebook, titleOf, writeNotebook } from "./notebook.ts";
import type { Link } from "./page.ts";
import { createScrubber } from "./scrub.ts";
import { mergeParts } from "./summary.ts";
import { terminalReport } from "./terminal.ts";

export interface RunOptions {
  /** The paths of the notebooks, in order. */
  notebooks: string[];
  /** The folder for the reports; created if it is missing. */
  outDir: string;
  /** Environment variables for the kernels, in addition to this process's own. */
  env?: Record<string, string>;
  /** The facts for a report, from the summary after its notebook. */
  facts?: (summary: Record<string, unknown>) => Record<string, string>;
  /**
   * Whether the reports' charts are interactive, which takes 500 kB a report, and parts can be played with, which takes 5 MB
   * where the model is; default: true.
   */
  liveCharts?: boolean;
  /** Interrupts the running notebook when aborted. */
  signal?: AbortSignal;
}

export interface NotebookReport {
  /** The notebook's file name without extension; its reports are `<name>.ipynb` and `<name>.html`. */
  name: string;
  /** Its heading, or its name if it has none. */
  title: string;
  seconds: number;
  failure?: Error;
}

export interface RunResult {
  /** The reports of the notebooks that ran, in order. */
  reports: NotebookReport[];
  /** What the notebooks passed to `summary()`, merged in order. */
  summary: Record<string, unknown>;
  /** The charts of the cells with the tag `highlight`. */
  highlights: Output[];
  /** The failure that ended the run early. */
  failure?: Error;
}

/**
 * Executes each notebook in its own kernel, up to the first that fails, and writes `<name>.ipynb` and `<name>.html` after
 * each, also after the one that fails. Account numbers and secrets are removed from everything that it writes and returns.
 * Reports of an earlier run are deleted first. Progress is printed on stdout.
 * @throws Error if a notebook cannot be read or a report cannot be written
 */
export async function runNotebooks(options: RunOptions): Promise<RunResult> {
  const { notebooks, outDir, env, facts = () => ({}), liveCharts, signal } = options;
  await Deno.mkdir(outDir, { recursive: true });
  const variables = { ...Deno.env.toObject(), ...env };
  const scrub = createScrubber([variables.AWS_SECRET_ACCESS_KEY, variables.AWS_SESSION_TOKEN]);
  const pages = await Promise.all(notebooks.map(async (path) => {
    const name = basename(path, ".ipynb");
    return { path, name, title: titleOf(await readNotebook(path)) ?? name };
  }));
  // If this run stops early, pages of an earlier run would be mixed with its own.
  for (const { name, path } of pages) {
    for (
      const report of ["ipynb", "html", "model.html"].map((ending) => resolve(outDir, `${name}.${ending}`))
    ) {
      if (report !== resolve(path)) await rm(report, { force: true });
    }
  }
  const result: RunResult = { reports: [], summary: {}, highlights: [] };
  for (const [index, { path, name, title }] of pages.entries()) {
    const execution = scrubExecution(await execute(path, title, { env, signal }), scrub);
    const { notebook, seconds, failure } = execution;
    for (const part of summaryParts(notebook)) result.summary = mergeParts(result.summary, part);
    result.highlights.push(...outputsOf(notebook, "highlight").filter(isChart));
    await writeNotebook(join(outDir, `${name}.ipynb`), notebook);
    const context = {
      name,
      facts: scrub({ ...facts(result.summary), "This notebook took": formatSeconds(seconds) }),
      liveCharts,
      links: linksBetween(failure ? pages.slice(0, index + 1) : pages, index),
      addPage: (file: string, html: string) => Deno.writeTextFile(join(outDir, file), html),
    };
    await Deno.writeTextFile(join(outDir, `${name}.html`), await renderReport(notebook, context));
    result.reports.push({ name, title, seconds, failure });
    result.failure = failure;
    if (failure) break;
  }
  return result;
}

async function execute(
  path: string,
  title: string,
  options: Pick<RunOptions, "env" | "signal">,
): Promise<Execution> {
  const observer = terminalReport(title);
  try {
    return await executeNotebook(path, { ...options, observer });
  } finally {
    observer.end();
  }
}

/** Removes secrets from the outputs; the source of the cells stays as it is. */
function scrubExecution({ notebook, seconds, failure }: Execution, scrub: <T>(value: T) => T): Execution {
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") cell.outputs = scrub(cell.outputs);
  }
  if (failure) Object.assign(failure, { message: scrub(failure.message), stack: scrub(failure.stack) });
  return { notebook, seconds, failure };
}

function isChart(output: Output): boolean {
  return "data" in output && vegaLiteMime in output.data;
}

function summaryParts(notebook: Notebook): Record<string, unknown>[] {
  return notebook.cells
    .flatMap((cell) => cell.cell_type === "code" ? cell.outputs : [])
    .flatMap((output) => "data" in output && summaryMime in output.data ? [output.data[summaryMime]] : [])
    .map((part) => part as Record<string, unknown>);
}

function linksBetween(pages: readonly { name: string; title: string }[], index: number): Link[] {
  const links: Link[] = [{ text: "Summary", href: "index.html" }];
  const [before, after] = [pages[index - 1], pages[index + 1]];
  if (before) links.unshift({ text: `← ${before.title}`, href: `${before.name}.html` });
  if (after) links.push({ text: `${after.title} →`, href: `${after.name}.html` });
  return links;
}

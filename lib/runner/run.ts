/** Runs notebooks one after the other and writes their reports. */
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
  /** Paths of the notebooks, in the order in which they run. */
  notebooks: string[];
  /** Where the reports go; made when it is missing. */
  outDir: string;
  /** Variables for the kernels, in addition to this process's own. */
  env?: Record<string, string>;
  /** The facts that a report shows, from the summary as it stands after its notebook. */
  facts?: (summary: Record<string, unknown>) => Record<string, string>;
  /** Interrupts the running notebook when it fires. */
  signal?: AbortSignal;
}

export interface NotebookReport {
  /** The notebook's file name without its ending; its reports are `<name>.ipynb` and `<name>.html`. */
  name: string;
  /** Its heading, or the name of one that has none. */
  title: string;
  seconds: number;
  failure?: Error;
}

export interface RunResult {
  /** Of the notebooks that ran, in order. */
  reports: NotebookReport[];
  /** What the notebooks handed over by `summary()`, merged in order. */
  summary: Record<string, unknown>;
  /** The charts of the cells that are tagged `highlight`. */
  highlights: Output[];
  /** The failure that ended the run early. */
  failure?: Error;
}

/**
 * Executes each notebook in a kernel of its own, up to the first that fails, and writes `<name>.ipynb` and
 * `<name>.html` as each ends, the failing one's too. Account numbers and secrets are taken out of all that it
 * writes and returns. Reports of an earlier run are removed first. Reports progress on stdout. Throws when a notebook
 * cannot be read or a report not written.
 */
export async function runNotebooks(options: RunOptions): Promise<RunResult> {
  const { notebooks, outDir, env, facts = () => ({}), signal } = options;
  await Deno.mkdir(outDir, { recursive: true });
  const variables = { ...Deno.env.toObject(), ...env };
  const scrub = createScrubber([variables.AWS_SECRET_ACCESS_KEY, variables.AWS_SESSION_TOKEN]);
  const pages = await Promise.all(notebooks.map(async (path) => {
    const name = basename(path, ".ipynb");
    return { path, name, title: titleOf(await readNotebook(path)) ?? name };
  }));
  // Pages of an earlier run would stand among those of this one when it stops early.
  for (const { name, path } of pages) {
    for (const report of ["ipynb", "html"].map((ending) => resolve(outDir, `${name}.${ending}`))) {
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
      links: linksBetween(failure ? pages.slice(0, index + 1) : pages, index),
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

/** Takes secrets out of the outputs; the source of the cells is not touched. */
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

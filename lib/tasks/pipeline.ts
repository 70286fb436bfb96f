/** Runs the five notebooks in order, headless, and writes the reports. */
import { resolve } from "node:path";
import { ensureLocalAws, findLocalAws, stopLocalAws } from "../aws/local_aws.ts";
import { checkClasses } from "../dataset/mod.ts";
import { localArchive } from "../dataset/source.ts";
import { interruptible } from "../notebook/interrupt.ts";
import { runPipeline } from "../runner/pipeline.ts";
import { resultWords } from "../runner/summary.ts";
import { PROJECT_DIR, readSettings, type Settings } from "../settings.ts";
import { variablesHelp } from "../variables.ts";
import { openPage, wantsPage } from "./open_page.ts";
import { runProgram } from "./task.ts";

const HELP = `deno task pipeline [FOLDER] [--open | --no-open]

Runs the five notebooks in order on the Deno kernel against the target, and writes to reports/ (or FOLDER) each
notebook with its outputs as .ipynb and .html, index.html and summary.json. Stops at the first cell that fails.
On a terminal with a desktop it opens index.html in the browser at the end; --open and --no-open decide otherwise.

${variablesHelp()}`;

const FLAGS = ["--open", "--no-open"];

await runProgram(HELP, () => interruptible(run), 1, FLAGS);

async function run(signal: AbortSignal): Promise<void> {
  const settings = readSettings();
  checkClasses(settings.classes, settings.datasetUrl);
  if (settings.datasetUrl) await localArchive(settings.datasetUrl); // fails at once if there is no such file
  const outDir = resolve(PROJECT_DIR, Deno.args.find((argument) => !FLAGS.includes(argument)) ?? "reports");
  const usesLocalAws = settings.target === "local" && settings.endpointUrl === undefined;
  const wasRunning = usesLocalAws && await findLocalAws(settings) !== undefined;
  try {
    if (usesLocalAws) {
      const { endpoint } = await ensureLocalAws(settings);
      console.log(`Local AWS ${wasRunning ? "found" : "started"} at ${endpoint}`);
    }
    await runAndReport(settings, outDir, signal);
  } finally {
    // Stops only what this run has started.
    if (usesLocalAws && !wasRunning) await stopLocalAws(settings);
  }
}

async function runAndReport(settings: Settings, outDir: string, signal: AbortSignal): Promise<void> {
  const { summary, page, failure } = await runPipeline(settings, { outDir, signal });
  console.log(`\n${resultWords(summary)}\nReports: ${page}`);
  if (failure) throw failure;
  const asked = Deno.args.find((argument) => FLAGS.includes(argument));
  const isTerminal = Deno.stdout.isTerminal();
  if (!wantsPage(asked, { isTerminal, os: Deno.build.os, environment: Deno.env.toObject() })) return;
  if (!await openPage(page)) console.log("There is no browser to open it in.");
}

/** Runs the five notebooks in order, headless, and writes the reports. */
import { resolve } from "node:path";
import { type Aws, connect, regionOf } from "../aws/clients.ts";
import { ensureLocalAws, findLocalAws, stopLocalAws } from "../aws/local_aws.ts";
import { checkClasses } from "../dataset/mod.ts";
import { localArchive } from "../dataset/source.ts";
import { interruptible } from "../notebook/interrupt.ts";
import { runPipeline } from "../runner/pipeline.ts";
import { resultWords } from "../runner/summary.ts";
import { PROJECT_DIR, readSettings, type Settings } from "../settings.ts";
import { costReminderAtEnd } from "../training/costs.ts";
import { endPipeline } from "../training/keep_endpoint.ts";
import { variablesHelp } from "../variables.ts";
import { openPage, wantsPage } from "./open_page.ts";
import { describeTarget, runProgram } from "./task.ts";

const HELP = `deno task pipeline [FOLDER] [--open | --no-open]

Runs the five notebooks in order on the Deno kernel against the target, and writes to reports/ (or FOLDER) each
notebook with its outputs as .ipynb and .html, index.html and summary.json. Stops at the first cell that fails.
On a terminal with a desktop it opens index.html in the browser at the end; --open and --no-open decide otherwise.

${variablesHelp()}`;

const FLAGS = ["--open", "--no-open"];

/** Connected on AWS only: the pipeline says first where it works, and last what it leaves running. */
let aws: Aws | undefined;

await runProgram(HELP, () => interruptible(run), 1, async () => {
  if (!aws) return;
  try {
    for (const line of await endPipeline(aws)) console.log(line);
  } catch (error) {
    console.error(`Error: ${error instanceof Error ? error.message : error}`);
    console.log(await costReminderAtEnd(aws) ?? "");
  }
  aws.close();
}, FLAGS);

async function run(signal: AbortSignal): Promise<void> {
  const settings = readSettings();
  checkClasses(settings.classes, settings.datasetUrl);
  if (settings.target === "aws") {
    aws = await connect(settings);
    console.log(describeTarget(aws));
  }
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
  const { summary, page, failure } = await runPipeline({ ...settings, region: await regionOf(settings) }, {
    outDir,
    signal,
  });
  console.log(`\n${resultWords(summary)}\nReports: ${page}`);
  if (failure) throw failure;
  const asked = Deno.args.find((argument) => FLAGS.includes(argument));
  const isTerminal = Deno.stdout.isTerminal();
  if (!wantsPage(asked, { isTerminal, os: Deno.build.os, environment: Deno.env.toObject() })) return;
  if (!await openPage(page)) console.log("There is no browser to open it in.");
}

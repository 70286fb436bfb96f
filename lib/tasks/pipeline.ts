/** Runs the five notebooks in order, headless, and writes the reports. */
import { join, resolve } from "node:path";
import { type Aws, connect, regionOf } from "../aws/clients.ts";
import { ensureLocalAws, findLocalAws, stopLocalAws } from "../aws/local_aws.ts";
import { localArchive } from "../dataset/source.ts";
import { formatAmount, formatSeconds } from "../display/format.ts";
import { interruptible } from "../notebook/interrupt.ts";
import { softwareFacts } from "../runner/facts.ts";
import { renderIndexPage } from "../runner/index_page.ts";
import { runNotebooks } from "../runner/run.ts";
import type { Summary } from "../runner/summary.ts";
import { PROJECT_DIR, readSettings, type Settings } from "../settings.ts";
import { costReminderAtEnd } from "../training/costs.ts";
import { endPipeline } from "../training/keep_endpoint.ts";
import { variablesHelp } from "../variables.ts";
import { describeTarget, runProgram } from "./task.ts";

const HELP = `deno task pipeline [FOLDER]

Runs the five notebooks in order on the Deno kernel against the target, and writes to reports/ (or FOLDER) each
notebook with its outputs as .ipynb and .html, index.html and summary.json. Stops at the first cell that fails.

${variablesHelp()}`;

const NOTEBOOKS = [
  "1_data_staging",
  "2_train_and_deploy",
  "3_lambda_functions",
  "4_step_functions",
  "5_evaluation",
];

/** Connected on AWS only: the pipeline says first where it works, and last what it leaves running. */
let aws: Aws | undefined;

await runProgram(HELP, () => interruptible(runPipeline), 1, async () => {
  if (!aws) return;
  try {
    for (const line of await endPipeline(aws)) console.log(line);
  } catch (error) {
    console.error(`Error: ${error instanceof Error ? error.message : error}`);
    console.log(await costReminderAtEnd(aws) ?? "");
  }
  aws.close();
});

async function runPipeline(signal: AbortSignal): Promise<void> {
  const settings = readSettings();
  if (settings.target === "aws") {
    aws = await connect(settings);
    console.log(describeTarget(aws));
  }
  if (settings.datasetUrl) await localArchive(settings.datasetUrl); // fails at once if there is no such file
  const outDir = resolve(PROJECT_DIR, Deno.args[0] ?? "reports");
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
  const startMs = performance.now();
  const region = await regionOf(settings);
  const constant = {
    ...await softwareFacts(),
    Made: `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
  };
  const facts = (summary: Summary) => ({
    Target: `${settings.target}, ${region}`,
    Data: describeData(summary),
    ...constant,
  });
  const { reports, highlights, summary: parts, failure } = await runNotebooks({
    notebooks: NOTEBOOKS.map((name) => join(PROJECT_DIR, "notebooks", `${name}.ipynb`)),
    outDir,
    facts,
    signal,
  });
  const seconds = Object.fromEntries(reports.map(({ name, seconds }) => [name, Number(seconds.toFixed(1))]));
  const summary: Summary = { ...parts, seconds };
  await Deno.writeTextFile(join(outDir, "summary.json"), JSON.stringify(summary, null, 2) + "\n");
  await Deno.writeTextFile(
    join(outDir, "index.html"),
    await renderIndexPage(summary, { reports, highlights }, {
      ...facts(summary),
      "The run took": formatSeconds((performance.now() - startMs) / 1000),
    }),
  );
  console.log(`Reports: ${join(outDir, "index.html")}`);
  if (failure) throw failure;
}

function describeData({ dataset }: Summary): string {
  if (!dataset) return "not staged yet";
  const what = dataset.synthetic ? "synthetic pictures" : `pictures from ${dataset.source}`;
  return `${formatAmount(dataset.train ?? 0)} training and ${formatAmount(dataset.test ?? 0)} test ${what}`;
}

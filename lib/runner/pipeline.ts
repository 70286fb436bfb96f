/** The whole workflow: the five notebooks in order, with their reports, the index and the summary. */
import { join } from "node:path";
import { formatAmount, formatSeconds } from "../display/format.ts";
import { PROJECT_DIR, type Settings } from "../settings.ts";
import { softwareFacts } from "./facts.ts";
import { renderIndexPage } from "./index_page.ts";
import { runNotebooks, type RunOptions } from "./run.ts";
import type { Summary } from "./summary.ts";

export const NOTEBOOKS = [
  "1_data_staging",
  "2_train_and_deploy",
  "3_lambda_functions",
  "4_step_functions",
  "5_evaluation",
];

export interface PipelineResult {
  summary: Summary;
  /** The path of `index.html`. */
  page: string;
  /** What ended the run early. */
  failure?: Error;
}

/** Runs the notebooks up to the first that fails and writes everything to `outDir`; see `runNotebooks`. */
export async function runPipeline(
  settings: Pick<Settings, "target" | "region">,
  options: Pick<RunOptions, "outDir" | "env" | "liveCharts" | "signal">,
): Promise<PipelineResult> {
  const { outDir, liveCharts } = options;
  const startMs = performance.now();
  const constant = {
    ...await softwareFacts(),
    Made: `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
  };
  const facts = (summary: Summary) => ({
    Target: `${settings.target}, ${settings.region}`,
    Data: describeData(summary),
    ...constant,
  });
  const { reports, highlights, summary: parts, failure } = await runNotebooks({
    ...options,
    notebooks: NOTEBOOKS.map((name) => join(PROJECT_DIR, "notebooks", `${name}.ipynb`)),
    facts,
  });
  const seconds = Object.fromEntries(reports.map(({ name, seconds }) => [name, Number(seconds.toFixed(1))]));
  const summary: Summary = { ...parts, seconds };
  await Deno.writeTextFile(join(outDir, "summary.json"), JSON.stringify(summary, null, 2) + "\n");
  const page = join(outDir, "index.html");
  const runFacts = {
    ...facts(summary),
    "The run took": formatSeconds((performance.now() - startMs) / 1000),
  };
  await Deno.writeTextFile(
    page,
    await renderIndexPage(summary, { reports, highlights }, runFacts, { liveCharts }),
  );
  return { summary, page, failure };
}

function describeData({ dataset }: Summary): string {
  if (!dataset) return "not staged yet";
  const what = dataset.synthetic ? "synthetic pictures" : `pictures from ${dataset.source}`;
  return `${formatAmount(dataset.train ?? 0)} training and ${formatAmount(dataset.test ?? 0)} test ${what}`;
}

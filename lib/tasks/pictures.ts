/** Makes the README's pictures from the last run's reports. */
import { join } from "node:path";
import { PROJECT_DIR } from "../settings.ts";
import { runProgram } from "./task.ts";

const HELP = `deno task pictures

Writes the README's pictures, docs/*.svg, from the charts in reports/. Run "deno task pipeline" before.`;

/** Picture → report, and the call in the cell that drew it. */
const PICTURES = {
  "training.svg": ["2_train_and_deploy", "showTraining("],
  "confidence.svg": ["5_evaluation", "confidenceOverTime("],
} as const;

interface Report {
  cells: { source: string | string[]; outputs?: { data?: Record<string, string | string[]> }[] }[];
}

await runProgram(HELP, async () => {
  await Deno.mkdir(join(PROJECT_DIR, "docs"), { recursive: true });
  for (const [picture, [name, call]] of Object.entries(PICTURES)) {
    const path = join(PROJECT_DIR, "reports", `${name}.ipynb`);
    const report: Report = JSON.parse(await Deno.readTextFile(path));
    const cell = report.cells.find(({ source }) => [source].flat().join("").includes(call));
    const svg = cell?.outputs?.map(({ data }) => data?.["image/svg+xml"]).find((source) =>
      source !== undefined
    );
    if (!svg) throw new Error(`${path} holds no picture drawn by ${call}…). Run "deno task pipeline" first.`);
    await Deno.writeTextFile(join(PROJECT_DIR, "docs", picture), [svg].flat().join(""));
    console.log(`docs/${picture}`);
  }
});

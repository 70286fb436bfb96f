/** Makes the README's pictures from the last run's reports. */
import { join } from "node:path";
import { joined, outputsOf, readNotebook } from "../runner/notebook.ts";
import type { Summary } from "../runner/summary.ts";
import { PROJECT_DIR } from "../settings.ts";
import { runProgram } from "./task.ts";

const HELP = `deno task pictures

Writes the README's pictures, docs/*.svg, from the charts in reports/. Run "deno task pipeline" first.`;

/** Each picture, and the report whose highlighted chart it shows. */
const PICTURES = { "training.svg": "2_train_and_deploy", "confidence.svg": "5_evaluation" };

await runProgram(HELP, async () => {
  const summary: Summary = JSON.parse(await Deno.readTextFile(join(PROJECT_DIR, "reports", "summary.json")));
  if (summary.dataset?.synthetic) {
    throw new Error(
      "The last run used synthetic pictures. Set SCONES_DATASET_URL to a copy of CIFAR-100's archive and run " +
        '"deno task pipeline" again.',
    );
  }
  await Deno.mkdir(join(PROJECT_DIR, "docs"), { recursive: true });
  for (const [picture, name] of Object.entries(PICTURES)) {
    const path = join(PROJECT_DIR, "reports", `${name}.ipynb`);
    const outputs = outputsOf(await readNotebook(path), "highlight");
    const svg = outputs.flatMap((output) => "data" in output ? [output.data["image/svg+xml"]] : []).find(
      Boolean,
    );
    if (!svg) {
      throw new Error(`${path} has no chart in a cell tagged "highlight". Run "deno task pipeline" first.`);
    }
    await Deno.writeTextFile(join(PROJECT_DIR, "docs", picture), joined(svg as string | string[]));
    console.log(`docs/${picture}`);
  }
});

/** Makes docs/sample/: the notebooks and reports of a run on drawn pictures, small enough for the repository. */
import { join } from "node:path";
import { stopLocalAws } from "../aws/local_aws.ts";
import { writeSyntheticArchive } from "../dataset/synthetic.ts";
import { vegaLiteMime } from "../display/chart.ts";
import { formatAmount } from "../display/format.ts";
import { playMime } from "../display/play.ts";
import { progressMime } from "../display/progress.ts";
import { interruptible } from "../notebook/interrupt.ts";
import { readNotebook, writeNotebook } from "../runner/notebook.ts";
import { NOTEBOOKS, runPipeline } from "../runner/pipeline.ts";
import { resultWords } from "../runner/summary.ts";
import { PROJECT_DIR, readSettings } from "../settings.ts";
import { VARIABLES } from "../variables.ts";
import { runProgram } from "./task.ts";

const HELP = `deno task sample

Runs the five notebooks on pictures that the project draws, with default settings on a local AWS of its own, and writes
their outputs and reports to docs/sample/, with charts as drawings only. It takes about two minutes.`;

/** What the repository has room for. */
const MAX_BYTES = 3_000_000;

await runProgram(HELP, () => interruptible(makeSample));

async function makeSample(signal: AbortSignal): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "scones-sample-" });
  const archive = join(folder, "synthetic.tar.gz");
  // Variables that people have set must not change the sample; an empty one counts as not set.
  const defaults = Object.fromEntries(Object.values(VARIABLES).map(({ name }) => [name, ""]));
  const env = {
    ...defaults,
    AWS_REGION: "us-east-1",
    SCONES_STATE_DIR: join(folder, "state"),
    SCONES_PORT: "0",
    SCONES_DATASET_URL: archive,
  };
  const outDir = join(PROJECT_DIR, "docs", "sample");
  try {
    await writeSyntheticArchive(archive, { seed: 1, signal });
    await Deno.remove(outDir, { recursive: true }).catch(() => {}); // there may be none yet
    const { summary, failure } = await runPipeline(readSettings(env), {
      outDir,
      env,
      liveCharts: false,
      signal,
    });
    if (failure) throw failure;
    for (const name of NOTEBOOKS) await slim(join(outDir, `${name}.ipynb`));
    const bytes = Array.from(Deno.readDirSync(outDir), ({ name }) => Deno.statSync(join(outDir, name)).size)
      .reduce((sum, size) => sum + size, 0);
    console.log(`\n${resultWords(summary)}\ndocs/sample: ${formatAmount(bytes, "bytes")}`);
    if (bytes > MAX_BYTES) {
      throw new Error(`docs/sample must not have more than ${formatAmount(MAX_BYTES, "bytes")}.`);
    }
  } finally {
    await stopLocalAws({ stateDir: env.SCONES_STATE_DIR });
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Leaves out what code hosts do not show: the charts' specifications beside their drawings, the states of bars, and the data
 * of parts to play with.
 */
async function slim(path: string): Promise<void> {
  const notebook = await readNotebook(path);
  for (const cell of notebook.cells) {
    for (const output of cell.cell_type === "code" ? cell.outputs : []) {
      if (!("data" in output)) continue;
      delete output.data[vegaLiteMime];
      delete output.data[progressMime];
      delete output.data[playMime];
    }
  }
  await writeNotebook(path, notebook);
}

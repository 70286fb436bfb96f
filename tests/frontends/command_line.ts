/** The notebooks without a front end: the project's own pipeline, Jupyter's nbconvert, papermill. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ensureLocalAws, stopLocalAws } from "../../lib/aws/local_aws.ts";
import { joined, type Notebook, type Output, readNotebook } from "../../lib/runner/notebook.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";
import { type Environment, NOTEBOOKS, remake, run } from "./environment.ts";

const source = (name: string) => join(PROJECT_DIR, "notebooks", `${name}.ipynb`);

/**
 * The run with which the others are compared; the first one trains, later ones find its model. Its local AWS requires
 * signatures, so that what the workflow and its functions do unsigned would fail as on AWS. Later checks start their own.
 */
export async function checkPipeline({ env, stateDir, reports }: Environment): Promise<string> {
  await ensureLocalAws({ stateDir, port: 0, requireSignatures: true });
  try {
    await run(Deno.execPath(), ["task", "pipeline", reports], { env });
  } finally {
    await stopLocalAws({ stateDir });
  }
  for (const name of NOTEBOOKS) {
    const outputs = outputsOf(await readNotebook(join(reports, `${name}.ipynb`))).flat();
    // See show() in lib/display/show.ts.
    const late = outputs.filter(({ output_type }) => output_type === "execute_result");
    assert.equal(late.length, 0, `${name} draws by a cell's last expression; use scones.show().`);
  }
  const { executions, training } = JSON.parse(await Deno.readTextFile(join(reports, "summary.json")));
  return `five notebooks, ${executions.total} executions, validation accuracy ${training.accuracy}`;
}

/** `jupyter nbconvert --execute` puts out what the pipeline does. */
export async function checkNbconvert({ env, folder, python, reports }: Environment): Promise<string> {
  const out = join(folder, "nbconvert");
  await remake(out);
  const execute = ["nbconvert", "--execute", "--output-dir", out];
  await run(python("jupyter"), [...execute, "--to", "notebook", ...NOTEBOOKS.map(source)], { env });
  for (const name of NOTEBOOKS) {
    const [made, expected] = [out, reports].map((folder) => readNotebook(join(folder, `${name}.ipynb`)));
    assert.deepEqual(outputKinds(await made!), outputKinds(await expected!), `${name}: other outputs`);
  }
  return "five notebooks executed, each cell with the kinds of outputs that the pipeline gives it";
}

/** For each code cell, the MIME types of its outputs, or their type where they have none. */
function outputKinds(notebook: Notebook): string[][] {
  return outputsOf(notebook).map((outputs) =>
    outputs.map((output) =>
      "data" in output ? Object.keys(output.data).toSorted().join() : output.output_type
    )
  );
}

function outputsOf({ cells }: Notebook): Output[][] {
  return cells.flatMap((cell) => cell.cell_type === "code" ? [cell.outputs] : []);
}

/** Parameters reach the workflow, and one out of range ends the run. */
export async function checkPapermill({ env, folder, python }: Environment): Promise<string> {
  const out = join(folder, "papermill");
  await remake(out);
  const papermill = (name: string, ...parameters: string[]) =>
    run(python("python"), [
      join(PROJECT_DIR, "lib/notebook/papermill_deno.py"),
      "--cwd",
      join(PROJECT_DIR, "notebooks"),
      "--no-progress-bar",
      source(name),
      join(out, `${name}.ipynb`),
      ...parameters,
    ], { env });
  const classes = "SCONES_CLASSES: [motorcycle, bicycle]";
  await papermill("1_data_staging", "-p", "SCONES_THRESHOLD", "0.65", "-y", classes);
  const notebook = await readNotebook(join(out, "1_data_staging.ipynb"));
  const { cells } = notebook;
  const code = cells.flatMap((cell) => cell.cell_type === "code" ? [cell] : []);
  assert.ok(
    code[1]?.metadata.tags?.includes("injected-parameters"),
    "The parameters do not follow the import.",
  );
  const shown = code.flatMap(({ outputs }) => outputs).map((output) =>
    "data" in output ? joined(output.data["text/plain"] as string | string[] ?? "") : ""
  ).join("\n");
  assert.match(
    shown,
    /^classes +motorcycle, bicycle\nthreshold +0\.65$/m,
    "The target's table does not have the parameters.",
  );
  assert.match(shown, /classes: motorcycle, bicycle\./, "The parameter's classes were not staged.");
  await assert.rejects(
    papermill("1_data_staging", "-p", "SCONES_THRESHOLD", "1.5"),
    /SCONES_THRESHOLD is "1\.5"/,
    "A threshold of 1.5 was accepted.",
  );
  return "threshold and classes as parameters reach the workflow; a threshold of 1.5 is refused by name";
}

/** VS Code's settings of this project, as far as notebooks depend on them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readNotebook } from "../../lib/runner/notebook.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";
import { NOTEBOOKS } from "./environment.ts";

export async function checkVsCode(): Promise<string> {
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(join(PROJECT_DIR, ".vscode", name)));
  const { recommendations } = await read("extensions.json");
  for (const id of ["denoland.vscode-deno", "ms-toolsai.jupyter"]) {
    assert.ok(recommendations.includes(id), `.vscode/extensions.json does not recommend ${id}.`);
  }
  const settings = await read("settings.json");
  assert.equal(settings["deno.enable"], true, '.vscode/settings.json does not set "deno.enable".');
  // The notebooks import ../lib/mod.ts, so a kernel has to start where they lie.
  assert.equal(settings["jupyter.notebookFileRoot"], "${fileDirname}");
  for (const name of NOTEBOOKS) {
    const { metadata } = await readNotebook(join(PROJECT_DIR, "notebooks", `${name}.ipynb`));
    assert.deepEqual(metadata.kernelspec, { display_name: "Deno", language: "typescript", name: "deno" });
  }
  return "recommended extensions, Deno enabled, kernels start in notebooks/, each notebook asks for the Deno kernel";
}

/** Opens JupyterLab on the notebooks, with the Deno kernel installed. */
import { installKernelSpec } from "../runner/kernel_spec.ts";
import { PROJECT_DIR } from "../settings.ts";
import { runProgram } from "./task.ts";

const HELP = `deno task jupyter [ARGUMENTS OF JUPYTER LAB]

Installs the Deno kernel for Jupyter and runs JupyterLab on notebooks/ until Ctrl-C. Arguments are passed on.
It needs JupyterLab 4: pip install jupyterlab`;

await runProgram(HELP, async () => {
  await requireJupyterLab();
  await installKernelSpec();
  const child = new Deno.Command("jupyter", {
    args: [
      "lab",
      `--ServerApp.root_dir=${PROJECT_DIR}`,
      "--LabApp.default_url=/lab/tree/notebooks",
      ...Deno.args,
    ],
  }).spawn();
  // The terminal sends Ctrl-C to Jupyter as well, which asks for confirmation; this process keeps waiting meanwhile.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  const { code } = await child.status;
  if (code !== 0) throw new Error(`JupyterLab ended with status ${code}, see above.`);
}, Infinity);

async function requireJupyterLab(): Promise<void> {
  let version: string;
  try {
    const { success, stdout } = await new Deno.Command("jupyter", { args: ["lab", "--version"] }).output();
    version = success ? new TextDecoder().decode(stdout).trim() : "";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    version = "";
  }
  if (Number.parseInt(version) >= 4) return;
  const found = version ? `JupyterLab ${version} is too old` : "JupyterLab is not on the PATH";
  throw new Error(`${found}. Install it with "pip install jupyterlab", then run this task again.`);
}

/** Checks the notebooks, reports and the console in what people use. Prints one line per check; status 0 when all hold. */
import { stopLocalAws } from "../../lib/aws/local_aws.ts";
import { runProgram } from "../../lib/tasks/task.ts";
import { checkNbconvert, checkPapermill, checkPipeline } from "./command_line.ts";
import { checkConsole } from "./console.ts";
import { checkEditor } from "./editor/editor.ts";
import { type Environment, prepare } from "./environment.ts";
import { checkJupyterLab } from "./jupyterlab.ts";
import { checkPlay } from "./play.ts";
import { checkReports } from "./reports.ts";
import { checkVsCode } from "./vscode.ts";

const HELP = `deno task test:notebooks [CHECK …]

Checks the notebooks, the reports and the console in what people use: vscode pipeline reports play console editor
jupyterlab nbconvert papermill, in this order, or those that are named. Needs Python 3.10 and Chromium (or
CHROMIUM_PATH), and says so when one is missing. JupyterLab, nbconvert and papermill are installed from PyPI below
SCONES_STATE_DIR, in frontends/, where screenshots and the state of a local AWS of its own lie too.`;

/** A check throws when something is wrong; it returns what it found to be right. */
type Check = (environment: Environment) => Promise<string>;

const CHECKS: Record<string, Check> = {
  vscode: checkVsCode,
  pipeline: checkPipeline,
  reports: checkReports,
  play: checkPlay,
  console: checkConsole,
  editor: checkEditor,
  jupyterlab: checkJupyterLab,
  nbconvert: checkNbconvert,
  papermill: checkPapermill,
};

await runProgram(HELP, async () => {
  const unknown = Deno.args.find((name) => !(name in CHECKS));
  if (unknown) throw new Error(`Unknown check ${unknown}.\n\n${HELP}`);
  const environment = await prepare();
  const failures: string[] = [];
  try {
    for (const [name, check] of Object.entries(CHECKS)) {
      if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
      const startMs = performance.now();
      const seconds = () => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
      try {
        console.log(`✓ ${name}: ${await check(environment)}  ${seconds()}`);
      } catch (error) {
        failures.push(name);
        console.error(`✗ ${name}: ${error instanceof Error ? error.message : error}  ${seconds()}`);
      }
    }
  } finally {
    await stopLocalAws(environment);
  }
  console.log(`Screenshots: ${environment.screenshots}`);
  if (failures.length > 0) throw new Error(`Not as it should be: ${failures.join(", ")}.`);
}, Infinity);

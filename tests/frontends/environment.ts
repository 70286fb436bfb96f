/** What the checks need: a folder of their own, Jupyter in a virtual environment, the Deno kernel, Chromium. */
import { delimiter, join } from "node:path";
import { installKernelSpec } from "../../lib/runner/kernel_spec.ts";
import { PROJECT_DIR, readSettings } from "../../lib/settings.ts";

const PYTHON_PACKAGES = ["jupyterlab==4.6.6", "nbconvert==7.17.2", "papermill==2.7.0"];

const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"];

export const NOTEBOOKS = [
  "1_data_staging",
  "2_train_and_deploy",
  "3_lambda_functions",
  "4_step_functions",
  "5_evaluation",
];

export interface Environment {
  /** All that the checks write lies in here; it stays, so that the next run finds Python and a trained model. */
  folder: string;
  /** Of the local AWS that the notebooks use. */
  stateDir: string;
  /** Of the pipeline's reports. */
  reports: string;
  screenshots: string;
  chromium: string;
  /** The program of that name in the virtual environment. */
  python(program: string): string;
  /** Variables for Jupyter's programs and their kernels. */
  env: Record<string, string>;
}

/**
 * Finds or makes everything.
 * @throws Error that says how to get what is missing
 */
export async function prepare(): Promise<Environment> {
  const folder = join(readSettings().stateDir, "frontends");
  const home = join(folder, "home");
  const stateDir = join(folder, "state");
  const environment: Environment = {
    folder,
    stateDir,
    reports: join(folder, "reports"),
    screenshots: join(folder, "screenshots"),
    chromium: await findChromium(),
    python: (program) => join(folder, "venv", "bin", program),
    env: {
      SCONES_TARGET: "local",
      SCONES_STATE_DIR: stateDir,
      SCONES_PORT: "0",
      // Jupyter's own settings and kernels, not the user's.
      JUPYTER_CONFIG_DIR: join(home, "config"),
      JUPYTER_DATA_DIR: join(home, "data"),
      JUPYTER_RUNTIME_DIR: join(home, "runtime"),
      JUPYTER_PATH: [join(home, ".local/share/jupyter"), join(home, "Library/Jupyter")].join(delimiter),
      NO_COLOR: "1",
    },
  };
  await Deno.mkdir(home, { recursive: true });
  await makeVenv(environment);
  // Deno writes it below the home folder (on macOS ~/Library) and asks none of Jupyter's variables.
  await installKernelSpec({ HOME: home, XDG_DATA_HOME: join(home, ".local/share") });
  return environment;
}

async function findChromium(): Promise<string> {
  const given = Deno.env.get("CHROMIUM_PATH");
  for (const name of given ? [given] : CHROMIUM_NAMES) {
    const path = await which(name);
    if (path) return path;
  }
  throw new Error(
    `${given ? `CHROMIUM_PATH is "${given}", which is no program` : "Chromium was not found"}. ` +
      "Install it (Debian: apt-get install chromium; macOS: brew install --cask chromium), " +
      "or set CHROMIUM_PATH to the program of Chromium or Chrome.",
  );
}

async function makeVenv({ folder, python }: Environment): Promise<void> {
  const wanted = PYTHON_PACKAGES.join("\n");
  const note = join(folder, "venv", "packages.txt");
  if (await Deno.readTextFile(note).catch(() => "") === wanted) return;
  const python3 = await which("python3");
  if (!python3) throw new Error("Python 3.10 or newer was not found. Install python3 with its module venv.");
  console.log(`Installing ${PYTHON_PACKAGES.join(", ")} …`);
  await run(python3, ["-m", "venv", "--clear", join(folder, "venv")]);
  await run(python("pip"), ["install", "--quiet", "--disable-pip-version-check", ...PYTHON_PACKAGES]);
  await Deno.writeTextFile(note, wanted);
}

async function which(program: string): Promise<string | undefined> {
  const candidates = program.includes("/")
    ? [program]
    : (Deno.env.get("PATH") ?? "").split(delimiter).map((folder) => join(folder, program));
  for (const path of candidates) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
}

/** Empties the folder. */
export async function remake(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // it may not be there
  await Deno.mkdir(folder, { recursive: true });
}

/**
 * Runs a program in the project's folder to its end.
 * @returns what it wrote to stdout
 * @throws Error with the end of what it wrote when its status is not 0
 */
export async function run(
  program: string,
  args: string[],
  { env, cwd = PROJECT_DIR }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<string> {
  const output = await new Deno.Command(program, { args, env, cwd }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output.success) return stdout!;
  const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-30).join("\n");
  throw new Error(`${program} ${args.join(" ")} ended with status ${output.code}:\n${said}`);
}

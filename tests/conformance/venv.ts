/** Python environments of this task's own, with pinned packages, below the state directory. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** What is installed in each: boto3, the AWS CLI and tools, or a version of SageMaker's Python SDK. */
export type Packages = "clients" | "sdk2" | "sdk3";

/** The oldest Python that the pinned packages run on. */
const OLDEST = [3, 10] as const;

/**
 * The folder of the environment's programs (`python`, `aws`, `moto_server`), made at first use and again when
 * the pinned packages change.
 * @throws Error that says how to get Python, or what pip reported
 */
export function ensurePython(stateDir: string, packages: Packages): string {
  const requirements = new URL(`requirements/${packages}.txt`, import.meta.url);
  const folder = join(stateDir, "conformance", packages === "clients" ? "venv" : `venv-${packages}`);
  const bin = join(folder, Deno.build.os === "windows" ? "Scripts" : "bin");
  const installed = join(folder, "installed.txt");
  const wanted = Deno.readTextFileSync(requirements);
  if (textOf(installed) === wanted) return bin;
  const python = systemPython();
  console.log(`Making a Python environment in ${folder}`);
  must(python, ["-m", "venv", "--clear", folder]);
  must(join(bin, "python"), [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"],
    Deno.realPathSync(requirements),
  ]);
  Deno.writeTextFileSync(installed, wanted);
  return bin;
}

function systemPython(): string {
  const sufficient = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST.join(", ")}))`;
  const found = ["python3", "python"].find((name) => spawnSync(name, ["-c", sufficient]).status === 0);
  if (found) return found;
  throw new Error(
    `The conformance task needs Python ${
      OLDEST.join(".")
    } or newer with its venv module, and finds none on the PATH. ` +
      "Get it by `sudo apt install python3-venv` (Debian, Ubuntu), `brew install python` (macOS) or from python.org.",
  );
}

function must(program: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { stdio: ["ignore", "inherit", "pipe"] });
  if (status === 0) return;
  throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? stderr.toString().trim()}`);
}

function textOf(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

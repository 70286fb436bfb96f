/** The command lines of the algorithm's containers, with the permissions of their processes. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ENTRY_POINT = fileURLToPath(new URL("./entry_point.ts", import.meta.url));
/** The project's node_modules, the only folder that native code is loaded from. */
const MODULES = fileURLToPath(import.meta.resolve("onnxruntime-node")).replace(
  /([\\/]node_modules[\\/]).*$/s,
  "$1",
);

interface Command {
  args: string[];
  env: Record<string, string>;
}

/**
 * The command of `train`. It reads `optMl`, writes to its folders model and output, and has no network access.
 * @param optMl the folder that replaces /opt/ml
 */
export function trainCommand(optMl: string): Command {
  const written = [join(optMl, "model"), join(optMl, "output")];
  return command("train", optMl, [`--allow-write=${written.map(escaped).join(",")}`]);
}

/** The command of `serve`. It reads `optMl`, which replaces /opt/ml, and listens on 127.0.0.1. */
export function serveCommand(optMl: string): Command {
  return command("serve", optMl, ["--allow-net=127.0.0.1"]);
}

function command(verb: string, optMl: string, permissions: string[]): Command {
  const flags = [
    "--quiet", // keeps Deno's messages, such as about downloads, out of the job's log
    "--no-prompt",
    `--allow-read=${[optMl, MODULES].map(escaped).join(",")}`,
    `--allow-ffi=${escaped(MODULES)}`, // the native parts of onnxruntime-node and sharp
    "--allow-sys", // sharp reads the number of processors and the C library
    "--allow-env", // safe: the process has only the variables below
    ...permissions,
  ];
  return { args: ["run", ...flags, ENTRY_POINT, verb, optMl], env: environment() };
}

/** In a list of permissions a comma in a path is doubled. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}

/** The process's environment: nothing in it comes from a job or a model. */
function environment(): Record<string, string> {
  const names = ["HOME", "PATH", "DENO_DIR"];
  const set = names.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), SCONES_PARENT_PIPE: "1" };
}

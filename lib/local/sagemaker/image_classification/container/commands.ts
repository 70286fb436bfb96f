/** The command lines of the algorithm's container: what a process may do is written here and nowhere else. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ENTRY_POINT = fileURLToPath(new URL("./entry_point.ts", import.meta.url));
/** The project's node_modules: the only place that native code may be loaded from. */
const MODULES = fileURLToPath(import.meta.resolve("onnxruntime-node")).replace(
  /([\\/]node_modules[\\/]).*$/s,
  "$1",
);

interface Command {
  args: string[];
  env: Record<string, string>;
}

/**
 * `train`, with the folder that stands for /opt/ml: it reads that folder, writes to its model and output, and has no
 * network.
 */
export function trainCommand(optMl: string): Command {
  const written = [join(optMl, "model"), join(optMl, "output")];
  return command("train", optMl, [`--allow-write=${written.map(escaped).join(",")}`]);
}

/** `serve`, with the folder that stands for /opt/ml: it reads that folder and listens on 127.0.0.1. */
export function serveCommand(optMl: string): Command {
  return command("serve", optMl, ["--allow-net=127.0.0.1"]);
}

function command(verb: string, optMl: string, permissions: string[]): Command {
  const flags = [
    "--quiet", // Deno's own messages, as of a download on the first run, do not belong in the job's log
    "--no-prompt",
    `--allow-read=${[optMl, MODULES].map(escaped).join(",")}`,
    `--allow-ffi=${escaped(MODULES)}`, // the native parts of onnxruntime-node and sharp
    "--allow-sys", // sharp asks for the processors and the C library
    "--allow-env", // the environment below is all there is
    ...permissions,
  ];
  return { args: ["run", ...flags, ENTRY_POINT, verb, optMl], env: environment() };
}

/** A comma inside a path is written twice in a list of permissions. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}

/** The process's environment: nothing in it comes from a job or a model. */
function environment(): Record<string, string> {
  const names = ["HOME", "PATH", "DENO_DIR"];
  const set = names.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), SCONES_PARENT_PIPE: "1" };
}

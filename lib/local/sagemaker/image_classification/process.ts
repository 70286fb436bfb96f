/** The command lines of the algorithm's container: what a process may do is written here and nowhere else. */
import { fileURLToPath } from "node:url";

const CONTAINER = fileURLToPath(new URL("./container.ts", import.meta.url));

interface Command {
  args: string[];
  env: Record<string, string>;
}

/** `train`, with the folder that stands for /opt/ml. */
export function trainCommand(optMl: string, env: Record<string, string> = {}): Command {
  return { args: ["run", "-A", CONTAINER, "train", optMl], env: { ...inherited(), ...env } };
}

/** `serve`, with the folder that stands for /opt/ml. */
export function serveCommand(optMl: string): Command {
  return { args: ["run", "-A", CONTAINER, "serve", optMl], env: inherited() };
}

function inherited(): Record<string, string> {
  const names = ["HOME", "PATH", "DENO_DIR", "SCONES_SEED"];
  const set = names.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), SCONES_PARENT_PIPE: "1" };
}

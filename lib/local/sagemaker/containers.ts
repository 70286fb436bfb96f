/** A container stands for a process here: started with a folder for /opt/ml, ended with the server at the latest. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Container {
  /** Resolves when the process has ended and its output is read. */
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
  /** SIGTERM, and SIGKILL when it is still there after `graceSeconds`. */
  stop(graceSeconds: number): Promise<void>;
}

/** Arguments of `deno` and the environment of a container's process. */
export interface ContainerCommand {
  args: string[];
  env: Record<string, string>;
}

/**
 * Starts a process whose standard input stays open as long as this server lives: it ends when the pipe does, so
 * that a killed server leaves no orphan.
 * @param onLine is told each line of standard output and standard error
 */
export function startContainer(
  { args, env }: ContainerCommand,
  onLine: (line: string, stream: "stdout" | "stderr") => void,
): Container {
  const child = spawn(Deno.execPath(), args, { env, stdio: ["pipe", "pipe", "pipe"] });
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({ input: child[name]! }).on("line", (line) => onLine(line, name));
  }
  child.stdin!.on("error", () => {}); // a pipe that breaks when the process ends
  let ended = false;
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  return {
    exit,
    async stop(graceSeconds) {
      if (ended) return;
      // Not child.kill(): Deno's closes standard input too, and the container would end as if this server had.
      const signal = (name: Deno.Signal) => !ended && Deno.kill(child.pid!, name);
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), graceSeconds * 1000);
      await exit;
      clearTimeout(timer);
    },
  };
}

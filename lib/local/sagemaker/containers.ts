/** Containers, which are processes here: started with a folder instead of /opt/ml, and ended with the server at last. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Container {
  /** Resolves when the process has ended and all its output was read. */
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
  /** Sends SIGTERM, and SIGKILL if it is still running after `graceSeconds`. Resolves when it has ended. */
  stop(graceSeconds: number): Promise<void>;
}

/** A container's process: the arguments of `deno` and its environment. */
export interface ContainerCommand {
  args: string[];
  env: Record<string, string>;
}

/**
 * Starts a process with a pipe as its standard input. The process must end when the pipe closes, so that a killed
 * server leaves no orphans.
 * @param onLine called with each line of standard output and standard error
 */
export function startContainer(
  { args, env }: ContainerCommand,
  onLine: (line: string, stream: "stdout" | "stderr") => void,
): Container {
  const child = spawn(Deno.execPath(), args, { env, stdio: ["pipe", "pipe", "pipe"] });
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({ input: child[name]! }).on("line", (line) => onLine(line, name));
  }
  child.stdin!.on("error", () => {}); // the pipe breaks when the process ends
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
      // Not child.kill(): under Deno it also closes standard input, which tells the container that this server has ended.
      const signal = (name: Deno.Signal) => !ended && Deno.kill(child.pid!, name);
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), graceSeconds * 1000);
      await exit;
      clearTimeout(timer);
    },
  };
}

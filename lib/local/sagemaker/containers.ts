/** A container stands for a process here: started with a folder for /opt/ml, ended with the server at the latest. */
import { spawn } from "node:child_process";
import { totalmem } from "node:os";
import { Readable } from "node:stream";
import { readLines } from "../lines.ts";
import { megabytes } from "../process_memory.ts";

export interface Container {
  /** Resolves when the process has ended and its output is read. */
  readonly exit: Promise<Exit>;
  /** SIGTERM, and SIGKILL when it is still there after `graceSeconds`. */
  stop(graceSeconds: number): Promise<void>;
}

/** How a container ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** It was killed because it used more memory than it may. */
  readonly outOfMemory: boolean;
}

/** Arguments of `deno` and the environment of a container's process. */
export interface ContainerCommand {
  args: string[];
  env: Record<string, string>;
}

/** How often a container's memory is looked at. */
const WATCH_MS = 200;

/** What a container may use, in megabytes: half of the machine's memory, but at least 2 GB. */
const MAX_MEGABYTES = Math.max(2048, Math.floor(totalmem() / 2 ** 21));

/**
 * Starts a process whose standard input stays open as long as this server lives: it ends when the pipe does, so
 * that a killed server leaves no orphan.
 * @param onLine is told each line of standard output and standard error
 * @param maxMegabytes it is killed when it has more in memory, where /proc tells that
 */
export function startContainer(
  { args, env }: ContainerCommand,
  onLine: (line: string, stream: "stdout" | "stderr") => void,
  maxMegabytes = MAX_MEGABYTES,
): Container {
  const child = spawn(Deno.execPath(), args, { env, stdio: ["pipe", "pipe", "pipe"] });
  const output = (["stdout", "stderr"] as const).map((name) =>
    readLines(Readable.toWeb(child[name]!) as ReadableStream<Uint8Array>, (line) => onLine(line, name))
  );
  child.stdin!.on("error", () => {}); // a pipe that breaks when the process ends
  let ended = false;
  let outOfMemory = false;
  // Not child.kill(): Deno's closes standard input too, and the container would end as if this server had.
  const signal = (name: Deno.Signal) => !ended && child.pid !== undefined && Deno.kill(child.pid, name);
  const watch = setInterval(() => {
    if (ended || outOfMemory || !child.pid || (megabytes(child.pid, "VmRSS") ?? 0) <= maxMegabytes) return;
    outOfMemory = true;
    onLine(`The container used more than ${maxMegabytes} MB of memory and was ended.`, "stderr");
    signal("SIGKILL");
  }, WATCH_MS);
  const closed = new Promise<Omit<Exit, "outOfMemory">>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => ended = true);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  const exit = Promise.all([closed, ...output]).then(([how]) => ({ ...how, outOfMemory }))
    .finally(() => clearInterval(watch));
  return {
    exit,
    async stop(graceSeconds) {
      if (ended) return;
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), graceSeconds * 1000);
      await exit;
      clearTimeout(timer);
    },
  };
}

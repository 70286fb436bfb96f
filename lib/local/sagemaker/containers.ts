/** Containers, which are processes here: started with a folder instead of /opt/ml, and ended with the server at last. */
import { spawn } from "node:child_process";
import { totalmem } from "node:os";
import { Readable } from "node:stream";
import { readLines } from "../lines.ts";
import { megabytes } from "../process_memory.ts";

export interface Container {
  /** Resolves when the process has ended and all its output was read. */
  readonly exit: Promise<Exit>;
  /** Sends SIGTERM, and SIGKILL if it is still running after `graceSeconds`. Resolves when it has ended. */
  stop(graceSeconds: number): Promise<void>;
}

/** How a container ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** It was killed because it exceeded its memory limit. */
  readonly outOfMemory: boolean;
}

/** A container's process: the arguments of `deno` and its environment. */
export interface ContainerCommand {
  args: string[];
  env: Record<string, string>;
}

/** How often a container's memory is looked at. */
const WATCH_MS = 200;

/** What a container may use, in megabytes: half of the machine's memory, but at least 2 GB. */
const MAX_MEGABYTES = Math.max(2048, Math.floor(totalmem() / 2 ** 21));

/** What it may have in memory beyond its limit until it is noticed. */
const SUDDEN_MEGABYTES = 1024;

/**
 * Starts a process with a pipe as its standard input. The process must end when the pipe closes, so that a killed
 * server leaves no orphans.
 * @param onLine called with each line of standard output and standard error
 * @param maxMegabytes it is killed when it uses more memory, on systems where /proc tells
 */
export function startContainer(
  { args, env }: ContainerCommand,
  onLine: (line: string, stream: "stdout" | "stderr") => void,
  maxMegabytes = MAX_MEGABYTES,
): Container {
  // The limit of its data holds also when this process is too busy to look, or stopped. Not every system has one.
  const script = `ulimit -d ${(maxMegabytes + SUDDEN_MEGABYTES) * 1024} 2>/dev/null || :; exec "$@"`;
  const child = spawn("/bin/sh", ["-c", script, "sh", Deno.execPath(), ...args], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
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

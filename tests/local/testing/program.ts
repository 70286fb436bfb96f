/** The local AWS in another process, so that it can be killed. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../lib/local/main.ts", import.meta.url));

export interface Program {
  readonly endpoint: string;
  readonly pid: number;
  readonly client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
  };
  /** Kills it, and waits until it and every process that it started are gone. */
  kill(): Promise<void>;
  /** Stops it by SIGTERM. */
  stop(): Promise<void>;
}

/** Starts the local AWS, or another program of the same arguments, on a free port with a state directory. */
export async function startProgram(
  stateDir: string,
  { main = MAIN, args = [] }: { main?: string; args?: readonly string[] } = {},
): Promise<Program> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main, "--state-dir", stateDir, "--port", "0", ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "", endpoint: string | undefined;
  while (!endpoint) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The local AWS did not start: ${said}`);
    endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(said += value)?.[0];
  }
  const end = async (signal: Deno.Signal) => {
    const started = descendants(child.pid);
    child.kill(signal);
    const { code } = await child.status;
    await reader.cancel();
    if (signal === "SIGTERM" && code !== 0) throw new Error(`The server ended with the exit status ${code}.`);
    for (let tries = 0; started.some(isAlive); tries++) {
      if (tries === 400) {
        throw new Error(`Processes outlive the server: ${started.filter(isAlive).map(commandOf)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  return {
    endpoint,
    pid: child.pid,
    client: {
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

/** All processes below one, by the process table. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  }
  const below = (one: number): number[] =>
    [...parents].filter(([, parent]) => parent === one).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/** Resident megabytes of a process. */
export function megabytesOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
}

/** Seconds of processor time that a process has taken. */
export function cpuSecondsOf(pid: number): number {
  const stat = statOf(pid);
  // User and system time in ticks, of which Linux has 100 a second.
  return (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / 100;
}

function statOf(pid: number): string[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The command in parentheses can contain anything.
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1] ?? -1);
}

/** A zombie counts as dead. */
function isAlive(pid: number): boolean {
  const [state] = statOf(pid);
  return state !== undefined && state !== "Z" && state !== "X";
}

function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 200);
  } catch {
    return String(pid);
  }
}

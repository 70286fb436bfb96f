/**
 * Starts, finds and stops the local AWS: a process of its own that notebooks and tasks share. This is the only file outside
 * `lib/local/` that knows where the program is; everything else speaks HTTP to it.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { PROJECT_DIR, type Settings } from "../settings.ts";
import { checkPort, makeStateDir } from "./start_checks.ts";
import { sleep } from "./waiting.ts";

const PROGRAM = fileURLToPath(new URL("../local/main.ts", import.meta.url));

/** A local AWS that was started in the background stops after this long without a request. */
const IDLE_MINUTES = 60;

/** How long a local AWS may take to end before it is killed. */
const STOP_SECONDS = 10;

/** Between two looks whether it has started or ended. */
const POLL_SECONDS = 0.05;

/** A larger log is renamed to local.log.1 at the next start, in place of the one before. */
const MAX_LOG_BYTES = 2 ** 20;

export interface RunningLocalAws {
  endpoint: string;
  pid: number;
  requireSignatures: boolean;
  strict: boolean;
}

/** What `local.json` says of it, which only its user can read. */
interface Noted extends RunningLocalAws {
  id: string;
}

type Where = Pick<Settings, "stateDir" | "port" | "debug"> & {
  /** Unsigned requests are anonymous, as on AWS, and the administrator signs with the key pair local/local. */
  requireSignatures?: boolean;
  /** Late, limited and shared as AWS is for a new account. */
  strict?: boolean;
  /** Quotas that differ, by name. */
  quotas?: Readonly<Record<string, number>>;
};

function commandLine({ stateDir, port, debug, requireSignatures, strict, quotas }: Where): string[] {
  const logging = debug === "requests" ? ["--log-requests"] : [];
  const signing = requireSignatures ? ["--require-signatures"] : [];
  const account = [...strict ? ["--strict"] : [], ...quotas ? ["--quotas", JSON.stringify(quotas)] : []];
  const where = ["--state-dir", stateDir, "--port", `${port}`];
  return ["run", "-A", PROGRAM, ...where, ...logging, ...signing, ...account];
}

/**
 * The local AWS of this state directory, if one is running.
 * @throws Error if its process exists but does not answer: a second one could not start beside it
 */
export async function findLocalAws(
  { stateDir }: Pick<Where, "stateDir">,
  timeoutSeconds = 30, // under load an answer may take long
): Promise<RunningLocalAws | undefined> {
  let noted: Noted;
  try {
    noted = JSON.parse(readFileSync(join(stateDir, "local.json"), "utf8"));
  } catch {
    return undefined; // never started, or stopped cleanly
  }
  try {
    const response = await fetch(`${noted.endpoint}/_scones/health`, {
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const health: { id?: string } = await response.json();
    const { endpoint, pid, id, requireSignatures, strict = false } = noted;
    return id !== undefined && health.id === id ? { endpoint, pid, requireSignatures, strict } : undefined;
  } catch (error) {
    if ((error as Error).name === "TimeoutError" && isAlive(noted.pid)) {
      throw new Error(
        `The local AWS (process ${noted.pid}, ${noted.endpoint}) has not answered for ${timeoutSeconds} s. ` +
          `If it is suspended, resume it (kill -CONT ${noted.pid}); otherwise end it (deno task local stop): ` +
          "its stored data is not lost.",
      );
    }
    return undefined; // it was killed, and another program may have its port now
  }
}

/**
 * The local AWS of this state directory, started if none is running.
 * @throws Error with the program's output if it cannot start: the port is in use, the state directory is of a newer version;
 *   and when one is running that does not require signatures as asked for
 */
export async function ensureLocalAws(where: Where): Promise<RunningLocalAws & { started: boolean }> {
  const running = await findLocalAws(where);
  if (running) return { ...checked(running, where), started: false };
  makeStateDir(where.stateDir);
  await checkPort(where);
  const logFile = join(where.stateDir, "local.log");
  const log = openLog(logFile);
  const before = fstatSync(log).size;
  const child = spawn(
    Deno.execPath(),
    [...commandLine(where), "--idle-minutes", `${IDLE_MINUTES}`],
    // Detached: interrupting a notebook or a task must not stop what others use.
    { cwd: PROJECT_DIR, detached: true, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  child.unref();
  let ended = false;
  child.on("exit", () => ended = true);
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(POLL_SECONDS)) {
    const found = await findLocalAws(where);
    if (found) return { ...found, started: found.pid === child.pid };
    if (ended) break;
  }
  if (!ended) child.kill();
  const said = readFileSync(logFile).subarray(before).toString().trim().split("\n").slice(-10).join("\n");
  throw new Error(`The local AWS did not start. ${said || `It printed nothing; see ${logFile}.`}`);
}

/** @throws Error when required signatures or the strict profile are asked for, and the one that is running has them not */
export function checked(
  running: RunningLocalAws,
  { requireSignatures = false, strict = false }: Where,
): RunningLocalAws {
  const lacks = requireSignatures && !running.requireSignatures
    ? "does not require signatures"
    : strict && !running.strict
    ? "is not strict"
    : undefined;
  if (!lacks) return running;
  throw new Error(
    `The local AWS that is running (process ${running.pid}, ${running.endpoint}) ${lacks}. ` +
      'Stop it with "deno task local stop", then start it again.',
  );
}

/** Opened for appending: the output of one that crashed is kept, and two may start at the same time. */
function openLog(file: string): number {
  try {
    if (statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
  } catch (error) {
    // Not there yet, or just renamed by another process that starts one.
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  const log = openSync(file, "a");
  writeSync(log, `--- ${new Date().toISOString()} ---\n`);
  return log;
}

/**
 * Runs the local AWS as a child process in the foreground until it exits, and passes SIGINT and SIGTERM on to it.
 * @param onListening called with its endpoint
 * @throws Error if it exits with an error
 */
export async function runLocalAws(
  where: Where,
  onListening: (running: RunningLocalAws) => void,
): Promise<void> {
  makeStateDir(where.stateDir);
  await checkPort(where);
  const child = spawn(Deno.execPath(), commandLine(where), {
    cwd: PROJECT_DIR,
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Status 0, or the signal itself if it is sent again while the child is exiting.
  const inOrder = new Promise<boolean>((resolve) =>
    child.on("exit", (code, signal) => resolve(code === 0 || signal === "SIGINT" || signal === "SIGTERM"))
  );
  // The terminal sends Ctrl-C to the child as well; this process stays to report its end.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
  let ended = false;
  inOrder.then(() => ended = true);
  while (!ended) {
    const running = await findLocalAws(where);
    if (running) {
      onListening(running);
      break;
    }
    await sleep(POLL_SECONDS);
  }
  if (!await inOrder) throw new Error("The local AWS exited with an error, see above.");
}

/**
 * Stops the local AWS of this state directory; its data stays. One that does not react is killed.
 * @param say told when it was killed
 * @returns whether one was running
 */
export async function stopLocalAws(
  where: Pick<Where, "stateDir">,
  say: (line: string) => void = console.error,
): Promise<boolean> {
  const pid = await processOf(where);
  if (pid === undefined) return false;
  send(pid, "SIGTERM");
  if (await hasEnded(pid, STOP_SECONDS)) return true;
  send(pid, "SIGKILL");
  if (!await hasEnded(pid, STOP_SECONDS)) {
    throw new Error(`The local AWS (process ${pid}) cannot be killed. It ends when its disk answers again.`);
  }
  rmSync(join(where.stateDir, "local.json"), { force: true });
  say(
    `The local AWS (process ${pid}) did not react for ${STOP_SECONDS} s; it was killed. Nothing stored is lost.`,
  );
  return true;
}

/** The process of the local AWS of this state directory, whether it answers or not; undefined when none runs. */
async function processOf(where: Pick<Where, "stateDir">): Promise<number | undefined> {
  try {
    return (await findLocalAws(where, 2))?.pid;
  } catch (silent) {
    const { pid }: RunningLocalAws = JSON.parse(readFileSync(join(where.stateDir, "local.json"), "utf8"));
    // Its number may be another program's by now.
    const command = commandOf(pid);
    if (command.includes("main.ts") && command.includes(where.stateDir)) return pid;
    throw silent;
  }
}

/** The command line of a process, or "". */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // Not Linux.
    return spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
  }
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it has just ended
  }
}

async function hasEnded(pid: number, seconds: number): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(POLL_SECONDS)) {
    if (!isAlive(pid)) return true;
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0); // sends nothing, only checks
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"; // it exists and belongs to another user
  }
}

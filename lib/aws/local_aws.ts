/**
 * Starts, finds and stops the local AWS: a process beside this one, shared by notebooks and tasks. Outside
 * `lib/local/` this file alone knows where the program is; everybody else speaks HTTP.
 */
import { spawn } from "node:child_process";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { PROJECT_DIR, type Settings } from "../settings.ts";

const PROGRAM = fileURLToPath(new URL("../local/main.ts", import.meta.url));

/** Without a request for this long, a local AWS that was started for somebody ends by itself. */
const IDLE_MINUTES = 60;

/** A larger log is put aside before the next start; the one put aside before is dropped. */
const MAX_LOG_BYTES = 2 ** 20;

export interface RunningLocalAws {
  endpoint: string;
  pid: number;
}

type Where = Pick<Settings, "stateDir" | "port">;

function commandLine({ stateDir, port }: Where): string[] {
  return ["run", "-A", PROGRAM, "--state-dir", stateDir, "--port", `${port}`];
}

/**
 * The local AWS of this state directory, if one runs.
 * @throws Error when its process lives but does not answer: another one could not be started beside it
 */
export async function findLocalAws(
  { stateDir }: Pick<Where, "stateDir">,
  timeoutSeconds = 30, // under load an answer may take its time
): Promise<RunningLocalAws | undefined> {
  let noted: RunningLocalAws;
  try {
    noted = JSON.parse(readFileSync(join(stateDir, "local.json"), "utf8"));
  } catch {
    return undefined; // never started, or ended in order
  }
  try {
    const response = await fetch(`${noted.endpoint}/_scones/health`, {
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const health: { stateDir?: string; pid: number } = await response.json();
    return health.stateDir === stateDir ? { endpoint: noted.endpoint, pid: health.pid } : undefined;
  } catch (error) {
    if ((error as Error).name === "TimeoutError" && isAlive(noted.pid)) {
      throw new Error(
        `The local AWS (process ${noted.pid}, ${noted.endpoint}) has not answered for ${timeoutSeconds} s. ` +
          `If it is stopped, let it go on (kill -CONT ${noted.pid}); else end it (kill -KILL ${noted.pid}): ` +
          "nothing that it has stored is lost.",
      );
    }
    return undefined; // killed, and perhaps something else has its port now
  }
}

/**
 * The local AWS of this state directory, started when none runs.
 * @throws Error with what the program said when it could not start: a port in use, a newer state directory.
 */
export async function ensureLocalAws(where: Where): Promise<RunningLocalAws & { started: boolean }> {
  const running = await findLocalAws(where);
  if (running) return { ...running, started: false };
  mkdirSync(where.stateDir, { recursive: true });
  const logFile = join(where.stateDir, "local.log");
  const log = openLog(logFile);
  const before = fstatSync(log).size;
  const child = spawn(
    Deno.execPath(),
    [...commandLine(where), "--idle-minutes", `${IDLE_MINUTES}`],
    // Detached: interrupting a notebook or a task must not end what others use.
    { cwd: PROJECT_DIR, detached: true, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  child.unref();
  let ended = false;
  child.on("exit", () => ended = true);
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const found = await findLocalAws(where);
    if (found) return { ...found, started: found.pid === child.pid };
    if (ended) break;
  }
  if (!ended) child.kill();
  const said = readFileSync(logFile).subarray(before).toString().trim().split("\n").slice(-10).join("\n");
  throw new Error(`The local AWS did not start. ${said || `It said nothing; see ${logFile}.`}`);
}

/** Appends: what the last one said before it crashed is wanted just then, and two may start at the same time. */
function openLog(file: string): number {
  try {
    if (statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
  } catch (error) {
    // Not there yet, or put aside by another starter just now.
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  const log = openSync(file, "a");
  writeSync(log, `--- ${new Date().toISOString()} ---\n`);
  return log;
}

/**
 * Runs the local AWS as a child in the foreground until it ends; signals reach it as they reach this process.
 * @param onListening is told where it listens
 * @throws Error when it ends with a failure
 */
export async function runLocalAws(
  where: Where,
  onListening: (running: RunningLocalAws) => void,
): Promise<void> {
  const child = spawn(Deno.execPath(), commandLine(where), {
    cwd: PROJECT_DIR,
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Code 0, or the signal itself when it comes again while the child is ending.
  const inOrder = new Promise<boolean>((resolve) =>
    child.on("exit", (code, signal) => resolve(code === 0 || signal === "SIGINT" || signal === "SIGTERM"))
  );
  // The terminal sends Ctrl-C to the child too; this process outlives it to report its end.
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
    await sleep(50);
  }
  if (!await inOrder) throw new Error("The local AWS ended with an error, see above.");
}

/** Ends the local AWS of this state directory; what it has stored stays. Returns whether one ran. */
export async function stopLocalAws(where: Pick<Where, "stateDir">): Promise<boolean> {
  const running = await findLocalAws(where);
  if (!running) return false;
  Deno.kill(running.pid, "SIGTERM");
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    if (!isAlive(running.pid)) return true;
  }
  throw new Error(`The local AWS (process ${running.pid}) did not end within 30 s of being asked to.`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0); // only asks
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"; // there, and somebody else's
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

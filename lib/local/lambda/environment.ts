/**
 * One execution environment: a process that runs one function's code, its Runtime API, its credentials, its `/tmp`
 * and its log stream. It runs one invocation at a time and is not used again once it failed.
 */
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AwsError } from "../errors.ts";
import { type Log, report } from "./log.ts";
import { type Answer, errorPayload, type Invocation, RuntimeApi } from "./runtime_api.ts";
import type { Version } from "./records.ts";

/** How to run a runtime: told apart from the environment so that another runtime can be put in. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface EnvironmentOptions {
  readonly version: Version;
  readonly log: Log;
  /** The environment's own folder, made here and removed at the end. */
  readonly tmp: string;
  /** Milliseconds since the epoch when the credentials in `env` expire. */
  readonly expires: number;
  command(runtimeApi: string): Command;
  /** Its process runs. */
  onStart(): void;
  /** It waits for an invocation. */
  onIdle(environment: Environment): void;
  /** It is gone. */
  onEnd(environment: Environment): void;
}

export interface Outcome {
  readonly payload: Uint8Array;
  readonly functionError?: "Unhandled";
}

interface Running {
  readonly invocation: Invocation;
  readonly started: number;
  readonly finish: (outcome: Outcome) => void;
  readonly refuse: (error: Error) => void;
}

/** AWS lets a start take so long, and then as long again as the invocation that waits for it may. */
const INIT_MS = 10_000;
/** How often a running function's memory is looked at. */
const WATCH_MS = 100;

export class Environment {
  readonly ended: Promise<void>;
  /** When it last became idle, by `performance.now()`. */
  idleSince = 0;
  readonly #api: RuntimeApi;
  readonly #startedAt = performance.now();
  #process: Deno.ChildProcess | undefined;
  #running: Running | undefined;
  /** Why it could not start. */
  #initError: Answer | undefined;
  readonly #initTimeout: ReturnType<typeof setTimeout>;
  #initialized = false;
  /** Until the first report has told it. */
  #initMs: number | undefined;
  #killedFor: "timeout" | "memory" | "stop" | undefined;
  #status: Deno.CommandStatus | undefined;
  /** Why there is no process. */
  #fault: unknown;
  #outputBytes = 0;
  #onOutput: (() => void) | undefined;

  constructor(readonly options: EnvironmentOptions) {
    this.#api = new RuntimeApi(() => this.#idle(), (answer) => this.#initError = answer);
    options.log.initStart();
    this.#initTimeout = setTimeout(() => this.kill("timeout"), INIT_MS + options.version.Timeout * 1000);
    this.ended = this.#live();
  }

  /** The process's number, for those who must end it when this program cannot. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** It is being ended: no invocation may be given to it. */
  get doomed(): boolean {
    return this.#killedFor !== undefined;
  }

  /** Runs one invocation to its end, whatever that is. */
  async invoke(invocation: Omit<Invocation, "deadline">): Promise<Outcome> {
    const { version, log } = this.options;
    const started = performance.now();
    const deadline = Date.now() + version.Timeout * 1000;
    const { promise: finished, resolve: finish, reject: refuse } = Promise.withResolvers<Outcome>();
    this.#running = { invocation: { ...invocation, deadline }, started, finish, refuse };
    log.start(invocation.requestId, version.Version);
    const timeout = setTimeout(() => this.kill("timeout"), version.Timeout * 1000);
    const watch = setInterval(() => {
      log.flush();
      if ((residentMegabytes(this.pid, "VmRSS") ?? 0) > version.MemorySize) this.kill("memory");
    }, WATCH_MS);
    void this.#api.invoke(this.#running.invocation).then((answer) => this.#answered(answer));
    try {
      return await finished;
    } finally {
      clearTimeout(timeout);
      clearInterval(watch);
    }
  }

  /** Gives the invocation for which it was started, and failed to, the reason. @throws what is not the function's */
  fail(requestId: string): Outcome {
    if (this.#fault) throw this.#fault;
    this.options.log.start(requestId, this.options.version.Version);
    if (!this.#initError) return this.#exited(requestId, performance.now() - this.#startedAt);
    this.#report(requestId, 0, "error", this.#initError.errorType);
    return { payload: this.#initError.payload, functionError: "Unhandled" };
  }

  kill(reason: "timeout" | "memory" | "stop"): void {
    this.#killedFor ??= reason;
    try {
      this.#process?.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
  }

  async #live(): Promise<void> {
    const { tmp, log, onEnd } = this.options;
    try {
      await mkdir(tmp, { recursive: true });
      if (!this.#killedFor) await this.#runProcess();
    } catch (error) {
      this.#fault = error;
    }
    clearTimeout(this.#initTimeout);
    const running = this.#running;
    this.#running = undefined;
    if (running && this.#killedFor === "stop") running.refuse(stopping());
    else if (running) {
      running.finish(this.#exited(running.invocation.requestId, performance.now() - running.started));
    }
    await this.#api.close();
    await rm(tmp, { recursive: true, force: true });
    log.flush();
    onEnd(this);
  }

  async #runProcess(): Promise<void> {
    const { program, args, cwd, env } = this.options.command(this.#api.address);
    this.#process = new Deno.Command(program, {
      args: [...args],
      cwd,
      env: { ...env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.options.onStart();
    const { status, stdout, stderr } = this.#process;
    [this.#status] = await Promise.all([status, this.#read(stdout, true), this.#read(stderr, false)]);
  }

  #idle(): void {
    this.idleSince = performance.now();
    if (!this.#initialized) this.#initMs = this.idleSince - this.#startedAt;
    this.#initialized = true;
    clearTimeout(this.#initTimeout);
    this.options.onIdle(this);
  }

  async #answered(answer: Answer): Promise<void> {
    const running = this.#running;
    if (!running) return;
    const elapsed = performance.now() - running.started;
    if (answer.outputBytes !== undefined) await this.#outputUpTo(answer.outputBytes);
    if (this.#running !== running) return;
    this.#running = undefined;
    const { errorType } = answer;
    this.#report(
      running.invocation.requestId,
      elapsed,
      errorType === undefined ? undefined : "error",
      errorType,
    );
    running.finish({
      payload: answer.payload,
      ...(errorType === undefined ? {} : { functionError: "Unhandled" as const }),
    });
  }

  /** What an invocation answers when the process is gone. */
  #exited(requestId: string, elapsedMs: number): Outcome {
    const { log, version: { Timeout } } = this.options;
    if (this.#killedFor === "timeout") {
      const text = `Task timed out after ${Timeout.toFixed(2)} seconds`;
      log.line(`${new Date().toISOString()} ${requestId} ${text}\n`);
      this.#report(requestId, Timeout * 1000, "timeout");
      return failure("Sandbox.Timedout", `RequestId: ${requestId} Error: ${text}`);
    }
    const status = this.#status;
    const how = this.#killedFor === "memory" || status?.signal
      // V8 ends a process by itself when its heap is full.
      ? `Runtime exited with error: signal: ${status?.signal === "SIGKILL" ? "killed" : "aborted"}`
      : status?.code
      ? `Runtime exited with error: exit status ${status.code}`
      : "Runtime exited without providing a reason";
    this.#report(requestId, elapsedMs, "error", "Runtime.ExitError");
    return failure("Runtime.ExitError", `RequestId: ${requestId} Error: ${how}`);
  }

  #report(requestId: string, durationMs: number, status?: "timeout" | "error", errorType?: string): void {
    const { log, version } = this.options;
    log.end(
      requestId,
      report({
        requestId,
        durationMs,
        memorySize: version.MemorySize,
        memoryUsed: this.#killedFor === "memory"
          ? version.MemorySize
          : residentMegabytes(this.pid, "VmHWM") ?? undefined,
        initMs: this.#initMs,
        status,
        errorType,
      }),
    );
    this.#initMs = undefined;
  }

  async #read(stream: ReadableStream<Uint8Array>, counted: boolean): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      // A carriage return stands for a line break within one message.
      for (const line of lines) this.options.log.line(line.replaceAll("\r", "\n"));
      if (counted) {
        this.#outputBytes += chunk.length;
        this.#onOutput?.();
      }
    }
    if (rest) this.options.log.line(rest);
  }

  /** The answer came by another way than the output that was written before it. */
  #outputUpTo(bytes: number): Promise<void> | void {
    if (this.#outputBytes >= bytes) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onOutput = () => {
      if (this.#outputBytes < bytes) return;
      this.#onOutput = undefined;
      resolve();
    };
    return Promise.race([promise, this.#process!.status.then(() => {})]);
  }
}

/** What callers get while the server stops. */
export function stopping(): AwsError {
  return new AwsError("ServiceException", "The local AWS is stopping.", 500);
}

function failure(errorType: string, errorMessage: string): Outcome {
  return { payload: errorPayload(errorType, errorMessage), functionError: "Unhandled" };
}

/** Megabytes of a process's memory: now (`VmRSS`) or at most so far (`VmHWM`); unknown on systems without /proc. */
function residentMegabytes(pid: number | undefined, field: "VmRSS" | "VmHWM"): number | undefined {
  try {
    const status = readFileSync(join("/proc", String(pid), "status"), "utf8");
    const kilobytes = status.match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"))?.[1];
    return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}

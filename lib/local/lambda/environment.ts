/**
 * An execution environment: a process that runs a function's code, with its Runtime API, credentials, `/tmp` and log
 * stream. It runs one invocation at a time, and is not used again after its process has ended.
 */
import { mkdir, rm } from "node:fs/promises";
import { stopping } from "./errors.ts";
import type { Version } from "./function_version.ts";
import { type Log, report } from "./log.ts";
import { type Answer, errorPayload, type Invocation, RuntimeApi } from "./runtime_api.ts";
import { type Command, RuntimeProcess } from "./runtime_process.ts";

export interface EnvironmentOptions {
  readonly version: Version;
  readonly log: Log;
  /** The environment's `/tmp`: created here, and deleted at the end. */
  readonly tmp: string;
  /** When the credentials in `env` expire, in milliseconds since the epoch. */
  readonly expires: number;
  command(runtimeApi: string): Command;
  /** Called when its process runs. */
  onStart(): void;
  /** Called when it waits for an invocation. */
  onIdle(environment: Environment): void;
  /** Called when it has ended. */
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

/** AWS allows 10 s for the start, and repeats a longer one within the timeout of the first invocation. */
const INIT_MS = 10_000;
/** How often the memory of a running function is checked. */
const WATCH_MS = 100;

export class Environment {
  readonly ended: Promise<void>;
  /** When it last became idle, by `performance.now()`. */
  idleSince = 0;
  readonly #api: RuntimeApi;
  readonly #startedAt = performance.now();
  #process: RuntimeProcess | undefined;
  #running: Running | undefined;
  /** Why it could not start. */
  #initError: Answer | undefined;
  readonly #initTimeout: ReturnType<typeof setTimeout>;
  #initialized = false;
  /** How long the start took; undefined after the first report, which shows it. */
  #initMs: number | undefined;
  #killedFor: "timeout" | "memory" | "stop" | undefined;
  /** How its process ended. */
  #status: Deno.CommandStatus | undefined;
  /** The error when the process could not be started. */
  #fault: unknown;

  constructor(readonly options: EnvironmentOptions) {
    this.#api = new RuntimeApi(() => this.#idle(), (answer) => this.#initError = answer);
    options.log.initStart();
    this.#initTimeout = setTimeout(() => this.kill("timeout"), INIT_MS + options.version.Timeout * 1000);
    this.ended = this.#live();
  }

  /** The process id, for the reaper. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether it is being killed, and must not get another invocation. */
  get doomed(): boolean {
    return this.#killedFor !== undefined;
  }

  /** Runs one invocation. Failures of the function are outcomes. @throws AwsError when the server stops */
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
      if ((this.#process?.megabytes("VmRSS") ?? 0) > version.MemorySize) this.kill("memory");
    }, WATCH_MS);
    void this.#api.invoke(this.#running.invocation).then((answer) => this.#answered(answer));
    try {
      return await finished;
    } finally {
      clearTimeout(timeout);
      clearInterval(watch);
    }
  }

  /** The outcome for the invocation that waited when the start failed. @throws Error when it is not the function's fault */
  fail(requestId: string): Outcome {
    if (this.#fault) throw this.#fault;
    this.options.log.start(requestId, this.options.version.Version);
    if (!this.#initError) return this.#exited(requestId, performance.now() - this.#startedAt);
    this.#report(requestId, 0, "error", this.#initError.errorType);
    return { payload: this.#initError.payload, functionError: "Unhandled" };
  }

  kill(reason: "timeout" | "memory" | "stop"): void {
    this.#killedFor ??= reason;
    this.#process?.kill();
  }

  async #live(): Promise<void> {
    const { tmp, log, onStart, onEnd, command } = this.options;
    try {
      await mkdir(tmp, { recursive: true });
      if (!this.#killedFor) {
        this.#process = new RuntimeProcess(command(this.#api.address), (line) => log.line(line));
        onStart();
        this.#status = await this.#process.ended;
      }
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

  #idle(): void {
    this.idleSince = performance.now();
    if (!this.#initialized) this.#initMs = this.idleSince - this.#startedAt;
    this.#initialized = true;
    clearTimeout(this.#initTimeout);
    this.options.onIdle(this);
  }

  async #answered({ payload, errorType, outputBytes }: Answer): Promise<void> {
    const running = this.#running;
    if (!running) return;
    const elapsed = performance.now() - running.started;
    // Output written before the answer may arrive after it, as it comes through a pipe.
    if (outputBytes !== undefined) await this.#process!.outputRead(outputBytes);
    if (this.#running !== running) return;
    this.#running = undefined;
    const failed = errorType !== undefined;
    this.#report(running.invocation.requestId, elapsed, failed ? "error" : undefined, errorType);
    running.finish({ payload, functionError: failed ? "Unhandled" : undefined });
  }

  /** The outcome of an invocation whose process has ended. */
  #exited(requestId: string, elapsedMs: number): Outcome {
    const { log, version: { Timeout } } = this.options;
    if (this.#killedFor === "timeout") {
      const text = `Task timed out after ${Timeout.toFixed(2)} seconds`;
      log.line(`${new Date().toISOString()} ${requestId} ${text}\n`);
      this.#report(requestId, Timeout * 1000, "timeout");
      return failure("Sandbox.Timedout", `RequestId: ${requestId} Error: ${text}`);
    }
    this.#report(requestId, elapsedMs, "error", "Runtime.ExitError");
    return failure("Runtime.ExitError", `RequestId: ${requestId} Error: ${this.#exitReason()}`);
  }

  #exitReason(): string {
    const status = this.#status;
    if (this.#killedFor === "memory" || status?.signal) {
      // V8 aborts the process when its heap is full.
      return `Runtime exited with error: signal: ${status?.signal === "SIGKILL" ? "killed" : "aborted"}`;
    }
    if (status?.code) return `Runtime exited with error: exit status ${status.code}`;
    return "Runtime exited without providing a reason";
  }

  #report(requestId: string, durationMs: number, status?: "timeout" | "error", errorType?: string): void {
    const { log, version: { MemorySize } } = this.options;
    const memoryUsed = this.#killedFor === "memory" ? MemorySize : this.#process?.megabytes("VmHWM");
    const initMs = this.#initMs;
    this.#initMs = undefined;
    log.end(
      requestId,
      report({ requestId, durationMs, memorySize: MemorySize, memoryUsed, initMs, status, errorType }),
    );
  }
}

function failure(errorType: string, errorMessage: string): Outcome {
  return { payload: errorPayload(errorType, errorMessage), functionError: "Unhandled" };
}

/**
 * An execution environment: a process that runs a function's code, with its Runtime API, credentials, `/tmp` and log
 * stream. It runs one invocation at a time, is frozen between them, and is not used again after its process has ended.
 */
import { mkdir, rm } from "node:fs/promises";
import { stopping } from "./errors.ts";
import { failure, type KillReason, lastWords, type Outcome } from "./exits.ts";
import type { Version } from "./function_version.ts";
import { type Log, report } from "./log.ts";
import { type Answer, type Invocation, RuntimeApi } from "./runtime_api.ts";
import { type Command, RuntimeProcess } from "./runtime_process.ts";
import { StorageWatch } from "./storage_watch.ts";

export interface EnvironmentOptions {
  readonly version: Version;
  readonly log: Log;
  /** The environment's `/tmp`: created here, and deleted at the end. */
  readonly tmp: string;
  /** When the credentials in `env` expire, in milliseconds since the epoch. */
  readonly expires: number;
  command(runtimeApi: string): Command | Promise<Command>;
  /** How many megabytes of memory its `/tmp` may take, if that is in memory. */
  tmpAllowance(environment: Environment): number;
  /** Called when its process runs. */
  onStart(): void;
  /** Called when it waits for an invocation. */
  onIdle(environment: Environment): void;
  /** Called when it has ended. */
  onEnd(environment: Environment): void;
}

interface Running {
  readonly invocation: Invocation;
  readonly started: number;
  readonly finish: (outcome: Outcome) => void;
  readonly refuse: (error: Error) => void;
}

/** AWS allows 10 s for the start, and repeats a longer one within the timeout of the first invocation. */
const INIT_MS = 10_000;
/** How often the memory and the storage of a process are checked while it is not frozen. */
const WATCH_MS = 100;

export class Environment {
  readonly ended: Promise<void>;
  /** When it last became idle, by `performance.now()`. */
  idleSince = 0;
  /** What its `/tmp` takes of the memory, in megabytes, when it was last looked at. */
  tmpMegabytes = 0;
  readonly #api: RuntimeApi;
  readonly #startedAt = performance.now();
  #process: RuntimeProcess | undefined;
  #storage: StorageWatch | undefined;
  #running: Running | undefined;
  /** Whether the runtime has asked for an invocation, and is frozen or will be. */
  #waiting = false;
  /** Why it could not start. */
  #initError: Answer | undefined;
  /** The end of the time that the start, or an invocation with what follows it, may take. */
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #initialized = false;
  /** How long the start took; undefined after the first report, which shows it. */
  #initMs: number | undefined;
  #killedFor: KillReason | undefined;
  /** How its process ended. */
  #status: Deno.CommandStatus | undefined;
  /** The error when the process could not be started. */
  #fault: unknown;

  constructor(readonly options: EnvironmentOptions) {
    this.#api = new RuntimeApi(
      () => {
        this.#waiting = true;
        this.#rest();
      },
      (answer) => this.#initError = answer,
    );
    options.log.initStart();
    this.#work(INIT_MS + options.version.Timeout * 1000);
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
    this.#waiting = false;
    log.start(invocation.requestId, version.Version);
    this.#work(version.Timeout * 1000);
    this.#process?.thaw();
    void this.#api.invoke(this.#running.invocation).then((answer) => this.#answered(answer));
    return await finished;
  }

  /** The outcome for the invocation that waited when the start failed. @throws Error when it is not the function's fault */
  fail(requestId: string): Outcome {
    if (this.#fault) throw this.#fault;
    this.options.log.start(requestId, this.options.version.Version);
    if (!this.#initError) return this.#exited(requestId, performance.now() - this.#startedAt);
    this.#report(requestId, 0, "error", this.#initError.errorType);
    return { payload: this.#initError.payload, functionError: "Unhandled" };
  }

  kill(reason: KillReason): void {
    this.#killedFor ??= reason;
    this.#process?.kill();
  }

  async #live(): Promise<void> {
    const { tmp, log, onStart, onEnd } = this.options;
    try {
      await mkdir(tmp, { recursive: true });
      const command = await this.options.command(this.#api.address);
      if (!this.#killedFor) {
        if (command.storages) this.#storage = new StorageWatch(command.storages);
        this.#process = new RuntimeProcess(command, (line) => log.line(line));
        onStart();
        this.#status = await this.#process.ended;
      }
    } catch (error) {
      this.#fault = error;
    }
    this.#stopTimers();
    const running = this.#running;
    this.#running = undefined;
    if (running && this.#killedFor === "stop") running.refuse(stopping());
    else if (running) {
      running.finish(this.#exited(running.invocation.requestId, performance.now() - running.started));
    }
    await this.#api.close();
    await rm(tmp, { recursive: true, force: true }).catch((error) =>
      log.core.fault(error, `The folder ${tmp}`)
    );
    log.flush();
    onEnd(this);
  }

  /** From now on the process runs, for this long at most. */
  #work(milliseconds: number): void {
    this.#stopTimers();
    this.#deadline = setTimeout(() => this.kill("timeout"), milliseconds);
    this.#watch = setInterval(() => this.#check(), WATCH_MS);
  }

  #stopTimers(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#watch);
  }

  #check(): void {
    const { log, version } = this.options;
    log.flush();
    if ((this.#process?.megabytes("VmRSS") ?? 0) > version.MemorySize) this.kill("memory");
    this.tmpMegabytes = this.#process?.tmpMegabytes() ?? 0;
    if (!this.#storage?.isFull() && this.tmpMegabytes <= this.options.tmpAllowance(this)) return;
    if (!this.doomed) log.line("ENOSPC: no space left on device, write");
    this.kill("storage");
  }

  /** Becomes idle, once the runtime waits for an invocation and the one before is answered. */
  #rest(): void {
    if (!this.#waiting || this.#running) return;
    this.idleSince = performance.now();
    if (!this.#initialized) this.#initMs = this.idleSince - this.#startedAt;
    this.#initialized = true;
    this.#stopTimers();
    this.options.onIdle(this);
    // It may have got an invocation by now.
    if (!this.#running && this.#waiting) this.#process?.freeze();
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
    this.#rest();
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
    const reason = lastWords(this.#killedFor, this.#status);
    return failure("Runtime.ExitError", `RequestId: ${requestId} Error: ${reason}`);
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

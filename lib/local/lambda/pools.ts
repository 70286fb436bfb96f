/**
 * Execution environments by function version. Invocations go to a warm environment, else they wait for one while
 * another is started. AWS would start one at once for every invocation that finds none free; one machine is better
 * served by waiting a little, so the more there are, the longer the next one is put off.
 */
import type { Core } from "../services.ts";
import type { CodeStore } from "./code.ts";
import { type Command, type Environment, type Outcome, stopping } from "./environment.ts";
import { launch, type Worker } from "./launch.ts";
import { Reaper } from "./reaper.ts";
import { settledRevision, type Version } from "./records.ts";
import type { Invocation } from "./runtime_api.ts";

type Request = Omit<Invocation, "deadline">;

export interface Ran extends Outcome {
  /** Base64 of the last 4 KB of the log. */
  readonly logTail: string;
}

interface Waiting {
  readonly request: Request;
  readonly signal: AbortSignal | undefined;
  readonly since: number;
  resolve(ran: Ran): void;
  reject(reason: unknown): void;
}

/** Processes of all functions together. */
const MAX_ENVIRONMENTS = 64;
const IDLE_MS = 5 * 60_000;
/** Credentials must outlive the invocation that begins now by this much. */
const CREDENTIALS_MARGIN_MS = 60_000;

export class Pools {
  readonly #pools = new Map<string, Pool>();
  readonly #reaper = new Reaper();
  #environments = new Set<Environment>();
  #stopped = false;
  #sweeper: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly core: Core,
    readonly code: CodeStore,
    readonly commandOf: (worker: Worker) => Command,
    /** An environment is gone and with it the need for its code. */
    readonly onEnd: () => void,
  ) {}

  /** Runs one invocation. @throws AwsError when no environment can be made, `signal`'s reason while it waits */
  run(version: Version, request: Request, signal?: AbortSignal): Promise<Ran> {
    if (this.#stopped) return Promise.reject(stopping());
    const arn = version.FunctionArn;
    let pool = this.#pools.get(arn);
    if (!pool || pool.revision !== settledRevision(version)) {
      pool?.retire();
      this.#pools.set(arn, pool = new Pool(this, version));
    }
    return pool.run(request, signal);
  }

  /** Ends the environments of a version, or of a function with all its versions, as soon as they are free. */
  retire(arn: string): void {
    for (const [key, pool] of this.#pools) {
      if (key !== arn && !key.startsWith(`${arn}:`)) continue;
      pool.retire();
      this.#pools.delete(key);
    }
  }

  /** The packages of all environments. */
  usedCode(): Set<string> {
    return new Set([...this.#environments].map(({ options }) => options.version.CodeSha256));
  }

  /** Starts an environment, or answers none when there are too many busy ones. */
  launch(
    version: Version,
    onIdle: (environment: Environment) => void,
    onEnd: (environment: Environment) => void,
  ) {
    if (this.#environments.size >= MAX_ENVIRONMENTS) {
      const idle = [...this.#pools.values()].flatMap((pool) => pool.idle).filter(({ doomed }) => !doomed);
      if (idle.length === 0) return undefined;
      idle.reduce((oldest, one) => one.idleSince < oldest.idleSince ? one : oldest).kill("stop");
    }
    const environment = launch(this.core, this.code, version, this.commandOf, {
      onIdle,
      onStart: () => this.#watch(),
      onEnd: (environment) => {
        this.#environments.delete(environment);
        this.#watch();
        onEnd(environment);
        this.onEnd();
      },
    });
    this.#environments.add(environment);
    this.#sweeper ??= setInterval(() => this.#endIdle(), IDLE_MS / 5);
    return environment;
  }

  /** Ends every process; invocations that run are lost, as they would be if this machine went down. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweeper);
    for (const pool of this.#pools.values()) pool.retire(stopping());
    this.#pools.clear();
    const all = [...this.#environments];
    for (const environment of all) environment.kill("stop");
    await Promise.all(all.map(({ ended }) => ended));
    await this.#reaper.stop();
  }

  #watch(): void {
    this.#reaper.watch([...this.#environments].flatMap(({ pid }) => pid === undefined ? [] : [pid]));
  }

  #endIdle(): void {
    const since = performance.now() - IDLE_MS;
    for (const pool of this.#pools.values()) {
      for (const environment of pool.idle) if (environment.idleSince < since) environment.kill("stop");
    }
  }
}

/** The environments of one version in one revision. */
class Pool {
  readonly revision: string;
  /** The one that was used last is the last. */
  idle: Environment[] = [];
  #size = 0;
  #starting: Environment | undefined;
  #queue: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retired = false;

  constructor(readonly pools: Pools, readonly version: Version) {
    this.revision = settledRevision(version);
  }

  run(request: Request, signal?: AbortSignal): Promise<Ran> {
    return new Promise((resolve, reject) => {
      // A signal outlives many invocations: it must not collect what they left.
      const abort = () => reject(signal!.reason);
      const last = <T>(settle: (value: T) => void) => (value: T) => {
        signal?.removeEventListener("abort", abort);
        settle(value);
      };
      const since = performance.now();
      this.#queue.push({ request, signal, since, resolve: last(resolve), reject: last(reject) });
      signal?.addEventListener("abort", abort, { once: true });
      this.#advance();
    });
  }

  /** Takes no more invocations; those that wait are still run, unless there is a reason to refuse them. */
  retire(refuse?: Error): void {
    this.#retired = true;
    if (refuse) {
      for (const { reject } of this.#queue) reject(refuse);
      this.#queue = [];
    }
    this.#advance();
  }

  #advance(): void {
    const now = this.pools.core.now();
    const needed = now + this.version.Timeout * 1000 + CREDENTIALS_MARGIN_MS;
    this.#queue = this.#queue.filter(({ signal }) => !signal?.aborted);
    while (this.idle.length > 0 && this.#queue.length > 0) {
      const environment = this.idle.pop()!;
      if (environment.doomed) continue;
      if (environment.options.expires < needed) environment.kill("stop");
      else void this.#execute(environment, this.#queue.shift()!);
    }
    if (this.#retired && this.#queue.length === 0) {
      for (const environment of this.idle) environment.kill("stop");
      this.idle = [];
    }
    this.#grow();
  }

  async #execute(environment: Environment, { request, resolve, reject }: Waiting): Promise<void> {
    try {
      const outcome = await environment.invoke(request);
      resolve({ ...outcome, logTail: environment.options.log.tail() });
    } catch (error) {
      reject(error);
    }
  }

  /** Starts one more environment when the first in the queue has waited long enough. */
  #grow(): void {
    const first = this.#queue[0];
    if (!first || this.#starting || this.#timer !== undefined) return;
    const patience = 10 * this.#size ** 2;
    const left = patience - (performance.now() - first.since);
    if (this.#size > 0 && left > 0) return this.#growLater(left);
    try {
      this.#starting = this.pools.launch(
        this.version,
        (environment) => this.#idle(environment),
        (environment) => this.#ended(environment),
      );
    } catch (error) {
      this.#queue.shift();
      first.reject(error);
      return this.#grow();
    }
    if (this.#starting) this.#size++;
    else this.#growLater(100);
  }

  #growLater(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#grow();
    }, ms);
  }

  #idle(environment: Environment): void {
    if (this.#starting === environment) this.#starting = undefined;
    this.idle.push(environment);
    this.#advance();
  }

  #fail(environment: Environment, { request, resolve, reject }: Waiting): void {
    try {
      const outcome = environment.fail(request.requestId);
      resolve({ ...outcome, logTail: environment.options.log.tail() });
    } catch (error) {
      reject(error);
    }
  }

  #ended(environment: Environment): void {
    this.#size--;
    this.idle = this.idle.filter((one) => one !== environment);
    if (this.#starting === environment) {
      this.#starting = undefined;
      const first = this.#queue.shift();
      if (first) this.#fail(environment, first);
    }
    this.#advance();
  }
}

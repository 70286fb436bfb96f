/**
 * The execution environments of one version and revision. An invocation gets an idle environment, or waits for one
 * while another is started. AWS starts one at once when none is free; on a single machine waiting a little is better,
 * so the more there are, the longer the next start is delayed.
 */
import type { Core } from "../core.ts";
import type { Environment } from "./environment.ts";
import type { Outcome } from "./exits.ts";
import type { Version } from "./function_version.ts";
import type { Invocation } from "./runtime_api.ts";

export type Request = Omit<Invocation, "deadline">;

export interface Ran extends Outcome {
  /** Base64 of the last 4 KB of the log. */
  readonly logTail: string;
  /** How long the function ran. */
  readonly milliseconds: number;
}

export interface Launcher {
  readonly core: Core;
  /** Starts an environment; undefined when too many are busy. @throws AwsError when it cannot be started */
  launch(
    version: Version,
    onIdle: (environment: Environment) => void,
    onEnd: (environment: Environment) => void,
  ): Environment | undefined;
}

interface Waiting {
  readonly request: Request;
  readonly signal: AbortSignal | undefined;
  readonly since: number;
  resolve(ran: Ran): void;
  reject(reason: unknown): void;
}

/** Credentials must be valid for this much longer than an invocation can last. */
const CREDENTIALS_MARGIN_MS = 60_000;

export class Pool {
  /** Sorted by their last use, the latest at the end. */
  idle: Environment[] = [];
  #size = 0;
  #starting: Environment | undefined;
  #queue: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retired = false;

  /** @param revision of code, configuration and role: another one needs another pool */
  constructor(readonly version: Version, readonly revision: string, readonly launcher: Launcher) {}

  /** Runs one invocation. @throws AwsError when no environment can be started, or `signal`'s reason while it waits */
  run(request: Request, signal?: AbortSignal): Promise<Ran> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      // A signal can outlive many invocations: it must not collect their listeners.
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

  /** Ends the environments when the queue is empty. @param refuse rejects the waiting invocations at once */
  retire(refuse?: Error): void {
    this.#retired = true;
    if (refuse) {
      for (const { reject } of this.#queue) reject(refuse);
      this.#queue = [];
    }
    this.#advance();
  }

  #advance(): void {
    const now = this.launcher.core.now();
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
    const began = performance.now();
    try {
      const outcome = await environment.invoke(request);
      const milliseconds = performance.now() - began;
      resolve({ ...outcome, logTail: environment.options.log.tail(), milliseconds });
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
      this.#starting = this.launcher.launch(
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
      resolve({ ...outcome, logTail: environment.options.log.tail(), milliseconds: 0 });
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

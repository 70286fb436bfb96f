/** The execution environments of all functions, with one pool for each version. */
import { totalmem } from "node:os";
import type { Core } from "../core.ts";
import type { CodeStore } from "./code_store.ts";
import type { Environment } from "./environment.ts";
import { stopping } from "./errors.ts";
import { settledRevision, type Version } from "./function_version.ts";
import { launch, type Worker } from "./launch.ts";
import { type Launcher, Pool, type Ran, type Request } from "./pool.ts";
import { Reaper } from "./reaper.ts";
import type { Command } from "./runtime_process.ts";

/** The limit for all functions together. */
const MAX_ENVIRONMENTS = 64;
const IDLE_MS = 5 * 60_000;
/** A quarter of the machine's memory. */
const MAX_TMP_MEGABYTES = Math.max(1024, Math.floor(totalmem() / 2 ** 22));

export class Pools implements Launcher {
  readonly #pools = new Map<string, Pool>();
  readonly #reaper = new Reaper();
  readonly #environments = new Set<Environment>();
  #stopped = false;
  #sweeper: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly core: Core,
    readonly code: CodeStore,
    readonly commandOf: (worker: Worker) => Command | Promise<Command>,
    /** Called when an environment has ended: its code may not be needed any more. */
    readonly onEnd: () => void,
    /** What the `/tmp` of all environments together may take of the memory, where it is in memory. */
    readonly maxTmpMegabytes = MAX_TMP_MEGABYTES,
  ) {}

  /** Runs one invocation. @throws AwsError when no environment can be started, or `signal`'s reason while it waits */
  run(version: Version, request: Request, signal?: AbortSignal): Promise<Ran> {
    if (this.#stopped) return Promise.reject(stopping());
    const arn = version.FunctionArn;
    let pool = this.#pools.get(arn);
    // The environments of a role that was deleted end with it, even if there is one of its name.
    const revision = `${settledRevision(version)} ${this.core.iam.roleId(version.Role)}`;
    if (pool?.revision !== revision) {
      pool?.retire();
      this.#pools.set(arn, pool = new Pool(version, revision, this));
    }
    return pool.run(request, signal);
  }

  /** Ends the environments of a version, or of a function with all its versions, when they are free. */
  retire(arn: string): void {
    for (const [key, pool] of this.#pools) {
      if (key !== arn && !key.startsWith(`${arn}:`)) continue;
      pool.retire();
      this.#pools.delete(key);
    }
  }

  /** The packages (`CodeSha256`) of all environments. */
  usedCode(): Set<string> {
    return new Set([...this.#environments].map(({ options }) => options.version.CodeSha256));
  }

  /** Starts an environment. At the limit it replaces the one idle longest; undefined when all are busy. */
  launch(
    version: Version,
    onIdle: (environment: Environment) => void,
    onEnd: (environment: Environment) => void,
  ): Environment | undefined {
    if (this.#environments.size >= MAX_ENVIRONMENTS) {
      const idle = [...this.#pools.values()].flatMap((pool) => pool.idle).filter(({ doomed }) => !doomed);
      if (idle.length === 0) return undefined;
      idle.reduce((oldest, one) => one.idleSince < oldest.idleSince ? one : oldest).kill("stop");
    }
    const environment = launch(this.core, this.code, version, this.commandOf, {
      tmpAllowance: (environment) => this.#tmpAllowance(environment),
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

  /** Ends every process; running and waiting invocations are refused. */
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

  /** What the `/tmp` of the others leaves of the memory for them. */
  #tmpAllowance(environment: Environment): number {
    const others = [...this.#environments].filter((one) => one !== environment);
    return this.maxTmpMegabytes - others.reduce((sum, { tmpMegabytes }) => sum + tmpMegabytes, 0);
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

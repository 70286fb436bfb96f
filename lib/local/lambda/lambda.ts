/** Lambda: functions from zips, their versions and aliases, and processes that run them. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Core, Lambda } from "../services.ts";
import { aliasRoutes } from "./aliases.ts";
import { CodeStore } from "./code.ts";
import { Concurrency, concurrencyRoutes } from "./concurrency.ts";
import type { Command } from "./environment.ts";
import { EventQueue } from "./events.ts";
import { functionRoutes } from "./functions.ts";
import { createInvoker, invokeRoute } from "./invoke.ts";
import { denoCommand, type Worker } from "./launch.ts";
import type { Parts } from "./parts.ts";
import { Pools } from "./pools.ts";
import { Records } from "./records.ts";
import { dispatch } from "./rest.ts";
import { tagRoutes } from "./tags.ts";
import { updateRoutes } from "./updates.ts";
import { versionRoutes } from "./versions.ts";

export interface LambdaOptions {
  /** How a function's process is started; by default Deno with least permissions. */
  commandOf?(worker: Worker): Command;
}

/** Keeps its packages, processes' folders and caches in `<stateDir>/lambda`. */
export function createLambda(core: Core, { commandOf = denoCommand }: LambdaOptions = {}): Lambda {
  const folder = join(core.stateDir, "lambda");
  const code = new CodeStore(join(folder, "code"));
  const records = new Records(core);
  const sweep = () => code.sweep(records.usedCode().union(pools.usedCode()));
  const pools = new Pools(core, code, commandOf, sweep);
  const parts: Parts = { core, records, code, pools, sweep };
  const invoker = createInvoker(parts, new Concurrency(records), () => events);
  const events = new EventQueue(
    core,
    (FunctionName, Payload, requestId) => invoker.runEvent({ FunctionName, Payload }, requestId),
  );
  const routes = [
    invokeRoute(invoker),
    ...functionRoutes(parts),
    ...updateRoutes(parts),
    ...versionRoutes(parts),
    ...aliasRoutes(parts),
    ...concurrencyRoutes(parts),
    ...tagRoutes(parts),
  ];
  return {
    handle: (call) => dispatch(routes, call),
    invoke: (principal, input) => invoker.invoke(principal, input, crypto.randomUUID()),
    start() {
      // What processes of a killed server left.
      rmSync(join(folder, "tmp"), { recursive: true, force: true });
      mkdirSync(join(folder, "tmp"), { recursive: true });
      sweep();
      events.advance();
    },
    async stop() {
      events.stop();
      await pools.stop();
    },
  };
}

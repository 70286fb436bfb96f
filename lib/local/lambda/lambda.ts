/** Lambda: functions from zip packages, versions, aliases, and the processes that run them. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import * as accountSettings from "./account_settings.ts";
import * as aliases from "./aliases.ts";
import { CodeStore } from "./code_store.ts";
import * as concurrency from "./concurrency.ts";
import { ConcurrentExecutions } from "./concurrent_executions.ts";
import type { LambdaContext } from "./context.ts";
import { EventQueue } from "./events.ts";
import * as functions from "./functions.ts";
import * as invocation from "./invoke.ts";
import type { Worker } from "./launch.ts";
import { functionReference } from "./names.ts";
import { Pools } from "./pools.ts";
import { lambdaProtocol } from "./protocol.ts";
import { Records } from "./records.ts";
import type { Command } from "./runtime_process.ts";
import { Sandbox } from "./sandbox.ts";
import * as tags from "./tags.ts";
import * as updates from "./updates.ts";
import * as versions from "./versions.ts";

export interface LambdaOptions {
  /** The command that starts a function's process; by default Deno in a sandbox. */
  commandOf?(worker: Worker): Command;
  /** False to leave functions the machine's file system, confined by Deno's permissions alone. */
  ownRoot?: boolean;
  /** The account's limit. */
  concurrentExecutions?: number;
  /** What the `/tmp` of all functions together may take of the memory, where it is in memory. */
  maxTmpMegabytes?: number;
}

/** Lambda, with its files (packages, `/tmp` folders, the runtime) in `<stateDir>/lambda`. */
export function createLambda(
  core: Core,
  { commandOf, ownRoot, concurrentExecutions, maxTmpMegabytes }: LambdaOptions = {},
): Service<LambdaContext> {
  const folder = join(core.stateDir, "lambda");
  const code = new CodeStore(join(folder, "code"), join(folder, "runtime"), core.store.born);
  const records = new Records(core);
  const sweep = () => {
    try {
      code.sweep(records.usedCode().union(pools.usedCode()));
    } catch (error) {
      core.fault(error, "The removal of packages that nobody uses");
    }
  };
  const sandbox = new Sandbox(folder, ownRoot);
  const pools = new Pools(
    core,
    code,
    commandOf ?? ((worker) => sandbox.command(worker)),
    sweep,
    maxTmpMegabytes,
  );
  const executions = new ConcurrentExecutions(records, concurrentExecutions);
  const events = new EventQueue(
    core,
    (arn, payload, requestId, trace) =>
      invocation.runFunction(context, functionReference(core, arn), { payload, requestId, trace }),
  );
  const context: LambdaContext = { core, records, code, pools, executions, events, sweep };
  return {
    name: "lambda",
    protocol: lambdaProtocol,
    operations: operationsOf(
      invocation,
      functions,
      updates,
      versions,
      aliases,
      concurrency,
      accountSettings,
      tags,
    ),
    context,
    start() {
      // Folders left by a killed server.
      rmSync(join(folder, "tmp"), { recursive: true, force: true });
      mkdirSync(join(folder, "tmp"), { recursive: true });
      sweep();
    },
    resume: () => events.advance(),
    async stop() {
      events.stop();
      await pools.stop();
    },
  };
}

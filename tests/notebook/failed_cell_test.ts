import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../lib/aws/clients.ts";
import { stopLocalAws } from "../../lib/aws/local_aws.ts";
import { type ExecuteReply, Kernel } from "../../lib/runner/kernel.ts";
import { joined, readNotebook } from "../../lib/runner/notebook.ts";
import { PROJECT_DIR, readSettings } from "../../lib/settings.ts";
import { getRole } from "../../lib/workflow/roles.ts";
import { settled } from "../../lib/workflow/functions.ts";
import { withFolder } from "../runner/testing.ts";

const MODULE = new URL("../../lib/notebook/failed_cell.ts", import.meta.url).href;
const SKIPPED = ["Skipped: the cell above failed"];

/** Runs work with a kernel, in the folder of the notebooks. */
async function withKernel(
  env: Record<string, string>,
  work: (run: (code: string) => Promise<ExecuteReply>, kernel: Kernel) => Promise<void>,
): Promise<void> {
  const kernel = await Kernel.start({ cwd: join(PROJECT_DIR, "notebooks"), env });
  try {
    await work((code) => kernel.execute(code, () => {}), kernel);
  } finally {
    await kernel.shutdown();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("cells queued behind a failed step are refused in one line, and run when asked for again", async () => {
  await withKernel({}, async (run) => {
    await run(`const { step } = await import("${MODULE}");
      const works = step((x: number) => x + 1);
      const fails = step((): number => { throw new TypeError("no endpoint"); });`);
    assert.equal((await run("await works(1)")).status, "ok");
    const failed = await run("const first = await fails();");
    assert.equal(failed.traceback?.[0], "TypeError: no endpoint");
    assert.deepEqual((await run("await works(1)")).traceback, SKIPPED);
    const undefinedName = await run("const { length } = `${first}`;");
    assert.deepEqual(undefinedName.traceback, SKIPPED, "variables of the failed cell are missing");
    assert.equal(undefinedName.ename, "Skipped");
    const view = "await step((shown: Promise<number>) => shown)(Promise.reject(new Error('not shown')))";
    assert.deepEqual((await run(view)).traceback, SKIPPED);
    await pause(1_200);
    assert.equal((await run("await works(1)")).status, "ok");
    assert.equal((await run("first + 1")).ename, "ReferenceError", "an error of this cell alone");
  });
});

Deno.test("an interrupted step refuses the queued cells too", async () => {
  await withKernel({}, async (run, kernel) => {
    const interrupt = new URL("./interrupt.ts", MODULE);
    await run(`const { step } = await import("${MODULE}");
      const { interruptible } = await import("${interrupt}");
      const waits = step(() => interruptible((signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))));`);
    setTimeout(() => kernel.interrupt(), 300);
    const interrupted = await run("setInterval(() => {}, 1_000); await waits();");
    assert.equal(interrupted.ename, "InterruptedError");
    assert.deepEqual((await run("await waits()")).traceback, SKIPPED);
  });
});

Deno.test("an error is shown with frames of the notebook and the project alone", async () => {
  await withKernel({}, async (run) => {
    const { traceback = [] } = await run(`import * as scones from "../lib/mod.ts";
      await scones.connect({ target: "local", endpointUrl: "http://127.0.0.1:1", region: "us-east-1", stateDir: "x" } as never);`);
    const text = traceback.join("\n");
    assert.match(text, /^UnreachableError: Nothing listens at http:\/\/127\.0\.0\.1:1/);
    assert.match(text, /\n {4}at .*lib\/aws\/clients\.ts/);
    assert.doesNotMatch(text, /node_modules|ext:|failed_cell/);
    assert.ok(!text.includes(PROJECT_DIR), "paths begin at the project's folder");
  });
});

Deno.test("notebooks run from top to bottom on a fresh state create nothing after the failed precondition", async () => {
  await withFolder(async (folder) => {
    const env = { SCONES_STATE_DIR: folder, SCONES_PORT: "0" };
    const settings = readSettings(env);
    try {
      for (const name of ["2_train_and_deploy", "3_lambda_functions", "4_step_functions", "5_evaluation"]) {
        await withKernel(env, async (run) => {
          const { cells } = await readNotebook(join(PROJECT_DIR, "notebooks", `${name}.ipynb`));
          const [imports, first, ...others] = cells.filter((cell) => cell.cell_type === "code");
          await run(joined(imports!.source));
          assert.match((await run(joined(first!.source))).evalue ?? "", /Run notebook \d/, name);
          for (const { source } of others) {
            const code = joined(source);
            const { status, traceback } = await run(code);
            // A cell that only sets variables of its own has nothing to refuse.
            if (status === "error") assert.deepEqual(traceback, SKIPPED, `${name}: ${code}`);
            else assert.doesNotMatch(code, /await/, `${name}: ${code}`);
          }
        });
      }
      const aws = await connect(settings);
      try {
        for (const name of Object.values(aws.names.roles)) assert.equal(await getRole(aws, name), undefined);
        for (const functionName of Object.values(aws.names.functions)) {
          assert.equal(await settled(aws, functionName), undefined);
        }
      } finally {
        aws.close();
      }
    } finally {
      await stopLocalAws(settings);
    }
  });
});

Deno.test("the functions that create something check what it builds on, whichever cell ran before", async () => {
  await withFolder(async (folder) => {
    const env = { SCONES_STATE_DIR: folder, SCONES_PORT: "0" };
    try {
      await withKernel(env, async (run) => {
        await run('import * as scones from "../lib/mod.ts"; const aws = await scones.connect();');
        const cases: [code: string, says: RegExp][] = [
          ['await scones.ensureRole(aws, "sagemaker")', /Run notebook 1/],
          ['await scones.ensureRole(aws, "lambda")', /Run notebook 2/],
          ['await scones.ensureRole(aws, "states")', /Run notebook 3/],
          ['await scones.deployLambdas(aws, "role")', /Run notebook 2/],
          [
            'await scones.deployStateMachine(aws, { roleArn: "role", functionArns: {} as never })',
            /Run notebook 3/,
          ],
        ];
        for (const [code, says] of cases) {
          assert.match((await run(code)).evalue ?? "", says, code);
          await pause(1_100); // as a person who runs one cell at a time
        }
      });
    } finally {
      await stopLocalAws(readSettings(env));
    }
  });
});

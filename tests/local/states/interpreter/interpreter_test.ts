import assert from "node:assert/strict";
import { assertWhole, task, withStates } from "../testing.ts";

Deno.test("a stopped server's executions wait for the next start, and time goes on meanwhile", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    let arn = "", timed = "";
    const never = () => new Promise(() => {});
    await withStates(async (states) => {
      const machine = { StartAt: "A", States: { A: task({ OutputPath: "$.Payload", End: true }) } };
      arn = await states.start(await states.create(machine, "untimed"));
      machine.States.A = task({ TimeoutSeconds: 1, End: true });
      timed = await states.start(await states.create(machine, "timed"));
      while (states.invocations.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    }, { stateDir, handler: never });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await withStates(async (states) => {
      assert.equal((await states.ended(timed)).error, "States.Timeout");
      const { status, output } = await states.ended(arn);
      assert.deepEqual([status, output], ["SUCCEEDED", '"again"']);
      assert.equal(states.invocations.length, 1);
      assertWhole(await states.history(arn));
    }, { stateDir, handler: () => "again" });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

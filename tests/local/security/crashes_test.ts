/** A step that ends the server must not end it for ever. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { task, TestStates } from "../states/testing.ts";
import { startProgram } from "../testing/program.ts";

const MAIN = fileURLToPath(new URL("crashing_states.ts", import.meta.url));

/** Starts an execution that crashes the server, and the server until it stays; how the execution ends, and another. */
async function crash(kills: number) {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const definition = {
    StartAt: "Rest",
    States: {
      Rest: { Type: "Wait", Seconds: 1, Next: "Task" },
      Task: task({ OutputPath: "$.Payload", Next: "Done" }),
      Done: { Type: "Succeed" },
    },
  };
  try {
    let executions: { bomb: string; other: string } | undefined;
    for (let starts = 1;; starts++) {
      const server = await startProgram(stateDir, { main: MAIN, args: ["--kills", String(kills)] });
      const states = new TestStates(server.endpoint, stateDir);
      try {
        if (!executions) {
          const machine = await states.create(definition);
          executions = {
            bomb: await states.start(machine, { bomb: true }),
            other: await states.start(machine, { bomb: false }),
          };
        }
        const bomb = await states.ended(executions.bomb);
        const other = await states.ended(executions.other);
        await server.stop();
        return { starts, bomb, other };
      } catch (error) {
        if (await isThere(server.endpoint)) throw error;
        await server.kill().catch(() => {});
        assert.ok(starts < 10);
      } finally {
        states.sfn.destroy();
      }
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}

async function isThere(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}

Deno.test("an execution during whose step the server ends three times in a row fails and says so", async () => {
  const { starts, bomb, other } = await crash(3);
  assert.deepEqual([bomb.status, bomb.error], ["FAILED", "States.Runtime"]);
  assert.match(bomb.cause!, /ended unexpectedly 3 times in a row while it made this execution's next step/);
  assert.deepEqual([other.status, starts], ["SUCCEEDED", 4]);
});

Deno.test("two times are an accident, after which it goes on", async () => {
  const { starts, bomb, other } = await crash(2);
  assert.deepEqual([bomb.status, other.status, starts], ["SUCCEEDED", "SUCCEEDED", 3]);
});

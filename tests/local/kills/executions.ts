/** Executions with tasks in a row, in a Map, in a Parallel and after a Wait: each goes on where it was and ends once. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeStateMachineCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { assertWhole, TestStates } from "../states/testing.ts";
import { CALLS_FILE, MACHINE, TASKS } from "./durable_machine.ts";
import type { Part } from "./testing.ts";

export const executions: Part = {
  name: "executions",
  killAfterMs: [300, 1200],
  program: fileURLToPath(new URL("step_functions.ts", import.meta.url)),
  begin({ stateDir, rounds }) {
    /** ARNs. */
    const acknowledged: string[] = [];
    let stateMachineArn: string;
    return ({ endpoint }) => {
      const states = new TestStates(endpoint, stateDir);
      return {
        async prepare() {
          stateMachineArn = await states.create(MACHINE);
        },
        workers: (round) => [
          async (turn) => {
            const name = `r${round}-${turn}`;
            acknowledged.push(await states.start(stateMachineArn, { name, items: ["x", "y"] }, name));
            await new Promise((resolve) => setTimeout(resolve, 5));
          },
        ],
        async assertEnded() {
          assert.ok(acknowledged.length > rounds, "hardly anything was started");
          for (const arn of acknowledged) {
            const { status, output, name } = await states.ended(arn);
            assert.equal(status, "SUCCEEDED", arn);
            const { done, who } = JSON.parse(output!);
            assert.equal(who, name);
            assert.deepEqual(done, ["x", "y"].map((item) => ({ item, mine: `${item}@${name}` })));
            assertWhole(await states.history(arn));
          }
          await states.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
          const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" });
          const found = (await states.sfn.send(running)).executions!;
          assert.deepEqual(found.filter((one) => acknowledged.includes(one.executionArn!)), []);
          const calls = readFileSync(join(stateDir, CALLS_FILE), "utf8").trim().split("\n");
          const repeatedTasks = assertCalls(calls, acknowledged, rounds);
          return { executions: acknowledged.length, repeatedTasks };
        },
        close: () => states.sfn.destroy(),
      };
    };
  },
};

/** Every task ran, and none more than once for itself and once for each kill; returns how many ran again. */
function assertCalls(lines: string[], acknowledged: string[], rounds: number): number {
  const times = new Map<string, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  for (const arn of acknowledged) {
    const name = arn.split(":").at(-1)!;
    const tasks = [...times].filter(([line]) => line.startsWith(`${name} `));
    assert.equal(tasks.length, TASKS, `${name}: ${JSON.stringify(tasks)}`);
    assert.ok(tasks.every(([, count]) => count <= 1 + rounds));
  }
  // At most two of an execution's tasks are in flight at a time, so few can have run twice.
  const repeated = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.ok(repeated <= 2 * acknowledged.length, `${repeated} repeated calls`);
  return repeated;
}

/**
 * Executions with an activity's task, a wait and a Map Run: whatever moment the server is killed at, every item has one
 * result, and the Map Run counts each once.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateActivityCommand,
  DescribeMapRunCommand,
  GetActivityTaskCommand,
  ListMapRunsCommand,
  SendTaskSuccessCommand,
} from "@aws-sdk/client-sfn";
import { task, TestStates } from "../states/testing.ts";
import { CALLS_FILE } from "./durable_machine.ts";
import type { Part } from "./testing.ts";

const ITEMS = Array.from({ length: 40 }, (_, index) => index);

function machine(activityArn: string): object {
  const child = task({
    Parameters: {
      FunctionName: "f",
      Payload: { step: "Item", "name.$": "$.name", "item.$": "States.Format('{}', $.item)" },
    },
    ResultPath: null,
    OutputPath: "$.item",
    End: true,
  });
  const Retry = [{ ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, MaxAttempts: 60, BackoffRate: 1 }];
  return {
    StartAt: "Approve",
    States: {
      // A worker can be killed together with the server, before it knows its task.
      Approve: {
        Type: "Task",
        Resource: activityArn,
        HeartbeatSeconds: 2,
        Retry,
        ResultPath: null,
        Next: "Pause",
      },
      Pause: { Type: "Wait", Seconds: 1, Next: "Each" },
      Each: {
        Type: "Map",
        Label: "Each",
        ItemsPath: "$.items",
        ItemSelector: { "item.$": "$$.Map.Item.Value", "name.$": "$$.Execution.Name" },
        MaxConcurrency: 4,
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
          StartAt: "Child",
          States: { Child: child },
        },
        End: true,
      },
    },
  };
}

export const mapRuns: Part = {
  name: "map runs",
  killAfterMs: [800, 2500],
  program: fileURLToPath(new URL("step_functions.ts", import.meta.url)),
  begin({ stateDir, rounds }) {
    /** ARNs. */
    const acknowledged: string[] = [];
    let stateMachineArn: string, activityArn: string;
    return ({ endpoint }) => {
      const states = new TestStates(endpoint, stateDir);
      const approve = async () => {
        const { taskToken } = await states.sfn.send(new GetActivityTaskCommand({ activityArn }));
        if (taskToken) await states.sfn.send(new SendTaskSuccessCommand({ taskToken, output: "true" }));
      };
      let isOver = false;
      return {
        async prepare() {
          activityArn = (await states.sfn.send(new CreateActivityCommand({ name: "approve" }))).activityArn!;
          stateMachineArn = await states.create(machine(activityArn));
        },
        workers: (round) => [
          async (turn) => {
            if (turn > 3) return await new Promise((resolve) => setTimeout(resolve, 50));
            const name = `r${round}-${turn}`;
            acknowledged.push(await states.start(stateMachineArn, { items: ITEMS }, name));
          },
          approve,
        ],
        async assertEnded() {
          const approving = (async () => {
            while (!isOver) await approve().catch(() => {});
          })();
          assert.ok(acknowledged.length >= rounds, "hardly anything was started");
          for (const executionArn of acknowledged) {
            const { status, output, cause } = await states.ended(executionArn);
            assert.equal(status, "SUCCEEDED", cause);
            assert.deepEqual(JSON.parse(output!), ITEMS);
            const { mapRuns } = await states.sfn.send(new ListMapRunsCommand({ executionArn }));
            assert.equal(mapRuns!.length, 1);
            const { mapRunArn } = mapRuns![0]!;
            const run = await states.sfn.send(new DescribeMapRunCommand({ mapRunArn }));
            const { total, succeeded, running, pending } = run.itemCounts!;
            assert.deepEqual([run.status, total, succeeded, running, pending], ["SUCCEEDED", 40, 40, 0, 0]);
          }
          const repeatedTasks = repeated(
            readFileSync(join(stateDir, CALLS_FILE), "utf8"),
            acknowledged,
            rounds,
          );
          isOver = true;
          states.sfn.destroy();
          await approving;
          return { executions: acknowledged.length, repeatedTasks };
        },
        close: () => states.sfn.destroy(),
      };
    };
  },
};

/** Every item ran, and none more than once for itself and once for each kill; returns how many ran again. */
function repeated(text: string, acknowledged: readonly string[], rounds: number): number {
  const times = new Map<string, number>();
  for (const line of text.trim().split("\n")) times.set(line, (times.get(line) ?? 0) + 1);
  let again = 0;
  for (const arn of acknowledged) {
    const name = arn.split(":").at(-1)!;
    const calls = [...times].filter(([line]) => line.startsWith(`${name} `));
    assert.equal(calls.length, ITEMS.length, name);
    assert.ok(calls.every(([, count]) => count <= 1 + rounds), name);
    again += calls.reduce((sum, [, count]) => sum + count - 1, 0);
  }
  // Only those in flight can have run again: four of an execution, at each kill.
  assert.ok(again <= 4 * rounds * acknowledged.length, `${again} repeated calls`);
  return again;
}

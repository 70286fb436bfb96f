/** A server is killed during its executions, several times: each continues and ends once. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeStateMachineCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { recordCall, TASKS } from "./durable_machine.ts";
import { task, withStates } from "../testing.ts";

const ROUNDS = 4;

Deno.test("executions continue from their state after a kill", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const calls = join(stateDir, "calls.txt");
  writeFileSync(calls, "");
  try {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      acknowledged.push(...await runAndKill(stateDir, calls, `r${round}`, 300 + Math.random() * 900));
    }
    assert.ok(acknowledged.length > ROUNDS, "hardly anything was started");
    await withStates(async (states) => {
      for (const arn of acknowledged) {
        const { status, output } = await states.ended(arn);
        assert.equal(status, "SUCCEEDED", arn);
        assert.deepEqual(JSON.parse(output!).done, ["x", "y"]);
        assertWhole(await states.history(arn));
      }
      const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:machine";
      await states.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" });
      assert.deepEqual(
        (await states.sfn.send(running)).executions!.filter((e) => acknowledged.includes(e.executionArn!)),
        [],
      );
    }, { stateDir, handler: recordCall(calls) });
    assertCalls(readFileSync(calls, "utf8").trim().split("\n"), acknowledged);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

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

/** Runs a server that starts executions, kills it after a while, returns the ARNs that it acknowledged. */
async function runAndKill(stateDir: string, calls: string, prefix: string, after: number): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("victim.ts", import.meta.url).pathname, stateDir, calls, prefix],
    stdout: "piped",
  }).spawn();
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.startsWith("ready")) timer ??= setTimeout(() => child.kill("SIGKILL"), after);
  }
  await child.status;
  return text.split("\n").slice(1, -1);
}

/** The history has every event once, in order, and one end. */
function assertWhole(events: { id?: number; type?: string }[]): void {
  assert.deepEqual(events.map(({ id }) => id), events.map((_, index) => index + 1));
  const types = events.map(({ type }) => type!);
  const count = (pattern: RegExp) => types.filter((type) => pattern.test(type)).length;
  assert.equal(count(/^Execution(Succeeded|Failed|Aborted|TimedOut)$/), 1);
  assert.match(types.at(-1)!, /^Execution/);
  assert.equal(count(/StateEntered$/), count(/StateExited$/));
  assert.equal(count(/^TaskScheduled$/), count(/^TaskSucceeded$/));
}

/** Every task ran, and none more than once for itself and once for each kill. */
function assertCalls(lines: string[], acknowledged: string[]): void {
  const times = new Map<string, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  for (const arn of acknowledged) {
    const name = arn.split(":").at(-1)!;
    const tasks = [...times].filter(([line]) => line.startsWith(`${name} `));
    assert.equal(tasks.length, TASKS, `${name}: ${JSON.stringify(tasks)}`);
    assert.ok(tasks.every(([, count]) => count <= 1 + ROUNDS));
  }
  // At most two of an execution's tasks are in flight at a time, so few can have run twice.
  const repeated = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.ok(repeated <= 2 * acknowledged.length, `${repeated} repeated calls`);
}

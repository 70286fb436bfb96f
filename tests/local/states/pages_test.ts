/** Lists stay in place when items come, go or change between two pages. */
import assert from "node:assert/strict";
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { ROLE, task, withStates } from "./testing.ts";

const WAIT = { StartAt: "A", States: { A: { Type: "Wait", Seconds: 600, End: true } } };
const PREFIX = "arn:aws:states:us-east-1:000000000000";

Deno.test("machines: the token's is deleted, one is created and one changed between two pages", () =>
  withStates(async ({ sfn }) => {
    const definition = JSON.stringify(WAIT);
    const create = (name: string) =>
      sfn.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
    const page = async (nextToken?: string) => {
      const answer = await sfn.send(new ListStateMachinesCommand({ maxResults: 2, nextToken }));
      return { names: answer.stateMachines!.map(({ name }) => name), nextToken: answer.nextToken };
    };
    for (const name of ["a", "b", "c", "d"]) await create(name);
    const first = await page();
    assert.deepEqual(first.names, ["a", "b"]);
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn: `${PREFIX}:stateMachine:b` }));
    await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn: `${PREFIX}:stateMachine:c`, roleArn: `${ROLE}2` }),
    );
    await create("a2");
    assert.deepEqual(await page(first.nextToken), { names: ["c", "d"], nextToken: undefined });
    await assert.rejects(page("bogus"), { name: "InvalidToken" });
  }));

Deno.test("executions: the token's is deleted and one ends between two pages", () => {
  let now = Date.now();
  return withStates(async (states) => {
    const arn = await states.create(WAIT);
    const page = async (rest: object) => {
      const { executions, nextToken } = await states.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: arn, maxResults: 2, ...rest }),
      );
      return { names: executions!.map(({ name }) => name), nextToken };
    };
    const stop = (name: string) =>
      states.sfn.send(new StopExecutionCommand({ executionArn: `${PREFIX}:execution:machine:${name}` }));
    for (let n = 0; n < 6; n++) await states.start(arn, {}, `n${n}`);
    await stop("n4");
    const all = await page({});
    assert.deepEqual(all.names, ["n5", "n4"]);
    const running = await page({ statusFilter: "RUNNING" });
    assert.deepEqual(running.names, ["n5", "n3"]);
    // 90 days after its end an execution is deleted when its name is used again.
    now += 91 * 86_400_000;
    await states.start(arn, {}, "n4");
    await stop("n2");
    assert.deepEqual((await page({ nextToken: all.nextToken })).names, ["n3", "n2"]);
    const rest = await page({ statusFilter: "RUNNING", nextToken: running.nextToken });
    assert.deepEqual(rest, { names: ["n1", "n0"], nextToken: undefined });
  }, { now: () => now });
});

Deno.test("a history grows between two pages", () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return withStates(async (states) => {
    const arn = await states.create({ StartAt: "A", States: { A: task({ End: true }) } });
    const executionArn = await states.start(arn);
    while (states.invocations.length === 0) await new Promise((done) => setTimeout(done, 5));
    const page = async (reverseOrder: boolean, nextToken?: string) => {
      const answer = await states.sfn.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder, nextToken, maxResults: 3 }),
      );
      return { ids: answer.events!.map(({ id }) => id), nextToken: answer.nextToken };
    };
    const [forward, backward] = [await page(false), await page(true)];
    assert.deepEqual([forward.ids, backward.ids], [[1, 2, 3], [4, 3, 2]]);
    resolve();
    await states.ended(executionArn);
    assert.deepEqual((await page(false, forward.nextToken)).ids, [4, 5, 6]);
    assert.deepEqual(await page(true, backward.nextToken), { ids: [1], nextToken: undefined });
    await assert.rejects(page(true, forward.nextToken), { name: "InvalidToken" });
  }, { handler: () => promise });
});

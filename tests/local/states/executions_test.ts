import assert from "node:assert/strict";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  paginateGetExecutionHistory,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { chain, named, ROLE, task, withStates } from "./testing.ts";

const PASS = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
const WAIT = { StartAt: "A", States: { A: { Type: "Wait", Seconds: 600, End: true } } };
const UNKNOWN = "arn:aws:states:us-east-1:000000000000:stateMachine:unknown";

Deno.test("starting a running execution again with the same name and input returns it", () =>
  withStates(async (states) => {
    const arn = await states.create(WAIT);
    const start = (input: string, name = "n") =>
      states.sfn.send(new StartExecutionCommand({ stateMachineArn: arn, name, input }));
    const first = await start("{}");
    assert.equal(first.executionArn, "arn:aws:states:us-east-1:000000000000:execution:machine:n");
    assert.deepEqual((await start("{}")).startDate, first.startDate);
    const taken = {
      name: "ExecutionAlreadyExists",
      message: `Execution Already Exists: '${first.executionArn}'`,
    };
    await assert.rejects(start('{"other":1}'), taken);
    await states.sfn.send(new StopExecutionCommand({ executionArn: first.executionArn! }));
    await assert.rejects(start("{}"), taken);
    const { executionArn } = await states.sfn.send(new StartExecutionCommand({ stateMachineArn: arn }));
    assert.match(executionArn!, /:machine:[\da-f]{8}-[\da-f-]{27}$/);
  }));

Deno.test("a name is free again 90 days after its execution ended", () => {
  let now = Date.now();
  return withStates(async (states) => {
    const arn = await states.create(PASS);
    const executionArn = await states.start(arn, {}, "n");
    await states.ended(executionArn);
    now += 89 * 86_400_000;
    await assert.rejects(states.start(arn, {}, "n"), { name: "ExecutionAlreadyExists" });
    now += 2 * 86_400_000;
    const describe = states.sfn.send(new DescribeExecutionCommand({ executionArn }));
    await assert.rejects(describe, { name: "ExecutionDoesNotExist" });
    assert.equal(await states.start(arn, {}, "n"), executionArn);
  }, { now: () => now });
});

Deno.test("starts that AWS refuses", () =>
  withStates(async (states) => {
    const arn = await states.create(PASS);
    const start = (rest: object) =>
      states.sfn.send(new StartExecutionCommand({ stateMachineArn: arn, ...rest }));
    const input = (why: string) => ({
      name: "InvalidExecutionInput",
      message: `Invalid State Machine Execution Input: '${why}'`,
    });
    await assert.rejects(
      start({ input: "not json" }),
      input(
        "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      ),
    );
    await assert.rejects(
      start({ input: "{'a': 1}" }),
      input("Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
    );
    await assert.rejects(start({ input: "" }), input("Invalid execution input."));
    await assert.rejects(start({ input: "x".repeat(262_145) }), { name: "ValidationException" });
    await assert.rejects(start({ input: `"${"é".repeat(140_000)}"` }), { name: "InvalidExecutionInput" });
    await assert.rejects(start({ name: "a b" }), { name: "InvalidName", message: "Invalid Name: 'a b'" });
    await assert.rejects(start({ name: "n".repeat(81) }), {
      name: "ValidationException",
      message: /at 'name' failed to satisfy constraint: Member must have length less than or equal to 80$/,
    });
    await assert.rejects(start({ stateMachineArn: UNKNOWN }), {
      name: "StateMachineDoesNotExist",
      message: `State Machine Does Not Exist: '${UNKNOWN}'`,
    });
    await assert.rejects(start({ stateMachineArn: "machine" }), {
      name: "InvalidArn",
      message: "Invalid Arn: 'Invalid ARN prefix: machine'",
    });
    for (const value of ["1", '"text"', "null", " [] "]) {
      assert.ok((await start({ input: value })).executionArn);
    }
  }));

Deno.test("DescribeExecution", () =>
  withStates(async (states) => {
    const arn = await states.create(PASS);
    const executionArn = await states.start(arn, { a: 1 }, "n");
    const { $metadata: _, startDate, stopDate, ...rest } = await states.ended(executionArn);
    assert.ok(startDate! <= stopDate!);
    assert.deepEqual(rest, {
      executionArn,
      stateMachineArn: arn,
      name: "n",
      status: "SUCCEEDED",
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '{"a":1}',
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
    });
    const unknown = executionArn + "x";
    await assert.rejects(states.sfn.send(new DescribeExecutionCommand({ executionArn: unknown })), {
      name: "ExecutionDoesNotExist",
      message: `Execution Does Not Exist: '${unknown}'`,
    });
    await assert.rejects(states.sfn.send(new DescribeExecutionCommand({ executionArn: arn })), {
      name: "InvalidArn",
      message: "Invalid Arn: 'Resource type not valid in this context: stateMachine'",
    });
  }));

Deno.test("StopExecution aborts a running execution; an answer that comes later changes nothing", () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return withStates(async (states) => {
    const arn = await states.create({ StartAt: "A", States: { A: task({ End: true }) } });
    const executionArn = await states.start(arn);
    while (states.invocations.length === 0) await new Promise((done) => setTimeout(done, 5));
    const stop = () =>
      states.sfn.send(new StopExecutionCommand({ executionArn, error: "Enough", cause: "of it" }));
    const { stopDate } = await stop();
    resolve();
    await new Promise((done) => setTimeout(done, 50));
    const described = await states.ended(executionArn);
    assert.deepEqual(
      [described.status, described.error, described.cause, described.stopDate],
      ["ABORTED", "Enough", "of it", stopDate],
    );
    const events = await states.history(executionArn);
    assert.deepEqual(chain(events).slice(3), ["4<3 TaskStarted", "5<0 ExecutionAborted"]);
    assert.deepEqual(events[4]!.executionAbortedEventDetails, { error: "Enough", cause: "of it" });
    assert.deepEqual((await stop()).stopDate, stopDate);
  }, { handler: () => promise });
});

Deno.test("executions are listed newest first, by status, in pages", () =>
  withStates(async (states) => {
    const arn = await states.create({ StartAt: "A", States: { A: task({ End: true }) } });
    for (let n = 0; n < 7; n++) await states.ended(await states.start(arn, { n }, `n${n}`));
    const list = (rest: Partial<ListExecutionsCommandInput>) =>
      states.sfn.send(new ListExecutionsCommand({ stateMachineArn: arn, ...rest }));
    const names = (page: Awaited<ReturnType<typeof list>>) => page.executions!.map(({ name }) => name);
    const first = await list({ maxResults: 3 });
    const second = await list({ maxResults: 3, nextToken: first.nextToken });
    const third = await list({ maxResults: 3, nextToken: second.nextToken });
    assert.deepEqual([names(first), names(second), names(third)], [["n6", "n5", "n4"], ["n3", "n2", "n1"], [
      "n0",
    ]]);
    assert.equal(third.nextToken, undefined);
    assert.deepEqual(names(await list({ statusFilter: "FAILED" })), ["n5", "n3", "n1"]);
    assert.deepEqual(names(await list({ statusFilter: "RUNNING" })), []);
    assert.equal(first.executions![0]!.redriveCount, 0);
    await assert.rejects(list({ nextToken: "bogus" }), { name: "InvalidToken" });
    await assert.rejects(list({ statusFilter: "FAILED", nextToken: first.nextToken }), {
      name: "InvalidToken",
    });
    await assert.rejects(list({ maxResults: 1001 }), {
      message: "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: " +
        "Member must have value less than or equal to 1000",
    });
    await assert.rejects(list({ stateMachineArn: UNKNOWN }), { name: "StateMachineDoesNotExist" });
  }, {
    handler: (event) => {
      if ((event as { n: number }).n % 2 === 1) throw named("Odd");
    },
  }));

Deno.test("a history comes in pages, backwards and without data", () =>
  withStates(async (states) => {
    const arn = await states.create({ StartAt: "A", States: { A: task({ End: true }) } });
    const executionArn = await states.start(arn);
    await states.ended(executionArn);
    const ids: (number | undefined)[][] = [];
    const config = { client: states.sfn, pageSize: 3 };
    for await (const page of paginateGetExecutionHistory(config, { executionArn, reverseOrder: true })) {
      ids.push(page.events!.map(({ id }) => id));
    }
    assert.deepEqual(ids, [[7, 6, 5], [4, 3, 2], [1]]);
    const bare = await states.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }),
    );
    assert.equal(bare.events!.length, 7);
    assert.equal(
      /"(input|output|parameters|inputDetails|outputDetails)"/.test(JSON.stringify(bare.events)),
      false,
    );
    assert.equal(bare.events![1]!.stateEnteredEventDetails!.name, "A");
  }, { handler: () => 1 }));

Deno.test("EXPRESS: StartSyncExecution returns the outcome, other operations do not find the execution", () =>
  withStates(async (states) => {
    const machine = { StartAt: "A", States: { A: task({ OutputPath: "$.Payload", End: true }) } };
    const arn = await states.create(machine, "express", "EXPRESS");
    const sync = (input: string) =>
      states.sfn.send(new StartSyncExecutionCommand({ stateMachineArn: arn, name: "n", input }));
    const good = await sync('{"ok":true}');
    assert.match(
      good.executionArn!,
      /^arn:aws:states:us-east-1:000000000000:express:express:n:[\da-f-]{36}$/,
    );
    assert.deepEqual([good.status, good.output, good.input], ["SUCCEEDED", '{"ok":true}', '{"ok":true}']);
    assert.equal(good.billingDetails!.billedMemoryUsedInMB, 64);
    assert.equal(good.billingDetails!.billedDurationInMilliseconds! % 100, 0);
    const bad = await sync("{}");
    assert.deepEqual([bad.status, bad.error, bad.output], ["FAILED", "NotOk", undefined]);
    const context = "Resource type not valid in this context: express";
    await assert.rejects(
      states.sfn.send(new DescribeExecutionCommand({ executionArn: good.executionArn! })),
      { name: "InvalidArn", message: `Invalid Arn: '${context}'` },
    );
    const unsupported = {
      name: "StateMachineTypeNotSupported",
      message: "This operation is not supported by this type of state machine",
    };
    await assert.rejects(states.sfn.send(new ListExecutionsCommand({ stateMachineArn: arn })), unsupported);
    const standard = await states.create(PASS);
    await assert.rejects(
      states.sfn.send(new StartSyncExecutionCommand({ stateMachineArn: standard })),
      unsupported,
    );
    const calls = states.invocations.length;
    await states.start(arn, { ok: true }, "n");
    while (states.invocations.length === calls) await new Promise((done) => setTimeout(done, 5));
  }, {
    handler: (event) => {
      if (!(event as { ok?: boolean }).ok) throw named("NotOk");
      return event;
    },
  }));

Deno.test("every operation is authorised on its resource", async () => {
  const asked: string[] = [];
  await withStates(async (states) => {
    const arn = await states.create(PASS);
    const executionArn = await states.start(arn, {}, "n");
    await states.ended(executionArn);
    await states.history(executionArn);
    await states.sfn.send(new ListExecutionsCommand({ stateMachineArn: arn }));
    const prefix = "arn:aws:states:us-east-1:000000000000";
    assert.deepEqual([...new Set(asked)], [
      `states:CreateStateMachine ${prefix}:stateMachine:machine`,
      `iam:PassRole ${ROLE}`,
      `states:StartExecution ${prefix}:stateMachine:machine`,
      `states:DescribeExecution ${prefix}:execution:machine:n`,
      `states:GetExecutionHistory ${prefix}:execution:machine:n`,
      `states:ListExecutions ${prefix}:stateMachine:machine`,
    ]);
  }, { allows: (_principal, action, resource) => asked.push(`${action} ${resource}`) > 0 });
});

Deno.test("a stop answers those who wait for an execution", async () => {
  let answer: Promise<Response> | undefined;
  await withStates(async (states) => {
    const stateMachineArn = await states.create(WAIT, "machine", "EXPRESS");
    answer = fetch(states.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AWSStepFunctions.StartSyncExecution" },
      body: JSON.stringify({ stateMachineArn }),
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  const { status, headers, body } = await answer!;
  assert.deepEqual([status, headers.get("x-amzn-errortype")], [503, "ServiceUnavailable"]);
  await body?.cancel();
});

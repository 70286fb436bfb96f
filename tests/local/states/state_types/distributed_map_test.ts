/** Distributed Map states: their events, results, failures and Map Runs. Readers and writers have tests of their own. */
import assert from "node:assert/strict";
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from "@aws-sdk/client-sfn";
import { chain, task, type TestStates, withStates } from "../testing.ts";

const processor = (state: object, ExecutionType = "STANDARD") => ({
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType },
  StartAt: "Child",
  States: { Child: { End: true, ...state } },
});
const map = (state: object, rest: object = {}, type?: string) => ({
  StartAt: "Each",
  States: { Each: { Type: "Map", ItemProcessor: processor(state, type), End: true, ...rest } },
});
const pass = { Type: "Pass" };
/** Fails for items that are negative. */
const picky = (rest: object = {}) => ({
  ...map({ Type: "Pass" }),
  States: {
    Each: {
      Type: "Map",
      End: true,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
        StartAt: "Is it good?",
        States: {
          "Is it good?": {
            Type: "Choice",
            Choices: [{ Variable: "$", NumericLessThan: 0, Next: "Bad" }],
            Default: "Good",
          },
          Good: { Type: "Pass", End: true },
          Bad: { Type: "Fail", Error: "Negative", Cause: "less than 0" },
        },
      },
      ...rest,
    },
  },
});

async function mapRunOf(states: TestStates, executionArn: string) {
  const { mapRuns } = await states.sfn.send(new ListMapRunsCommand({ executionArn }));
  assert.equal(mapRuns!.length, 1);
  const { mapRunArn } = mapRuns![0]!;
  return { ...mapRuns![0]!, ...await states.sfn.send(new DescribeMapRunCommand({ mapRunArn })) };
}

for (const type of ["STANDARD", "EXPRESS"]) {
  Deno.test(`a distributed Map with ${type} children has AWS's events and its results in order`, () =>
    withStates(async (states) => {
      const machine = map(pass, { Label: "Sums", ItemSelector: { "value.$": "$$.Map.Item.Value" } }, type);
      const { output, events, executionArn, cause } = await states.run(machine, [1, 2, 3]);
      assert.equal(output, '[{"value":1},{"value":2},{"value":3}]', cause);
      assert.deepEqual(chain(events), [
        "1<0 ExecutionStarted",
        "2<0 MapStateEntered",
        "3<2 MapStateStarted",
        "4<3 MapRunStarted",
        "5<4 MapRunSucceeded",
        "6<5 MapStateSucceeded",
        "7<5 MapStateExited",
        "8<7 ExecutionSucceeded",
      ]);
      assert.deepEqual(events[2]!.mapStateStartedEventDetails, { length: 3 });
      const run = await mapRunOf(states, executionArn!);
      assert.equal(run.mapRunArn, events[3]!.mapRunStartedEventDetails!.mapRunArn);
      assert.match(
        run.mapRunArn!,
        /^arn:aws:states:us-east-1:000000000000:mapRun:machine-[\w-]+\/Sums:[\w-]{36}$/,
      );
      assert.match(run.stateMachineArn!, /:stateMachine:machine-[\w-]+\/Sums$/);
      const counts = {
        pending: 0,
        running: 0,
        succeeded: 3,
        failed: 0,
        timedOut: 0,
        aborted: 0,
        total: 3,
        resultsWritten: 3,
        failuresNotRedrivable: 0,
        pendingRedrive: 0,
      };
      assert.deepEqual([run.status, run.itemCounts, run.executionCounts], ["SUCCEEDED", counts, counts]);
      const { executions } = await states.sfn.send(new ListExecutionsCommand({ mapRunArn: run.mapRunArn }));
      // Nothing is kept of express executions that have ended.
      assert.equal(executions!.length, type === "STANDARD" ? 3 : 0);
      for (const { executionArn, mapRunArn, itemCount, stateMachineArn } of executions!) {
        assert.deepEqual([mapRunArn, itemCount, stateMachineArn], [run.mapRunArn, 1, run.stateMachineArn]);
        const child = await states.sfn.send(new DescribeExecutionCommand({ executionArn }));
        assert.deepEqual([child.mapRunArn, child.status], [run.mapRunArn, "SUCCEEDED"]);
      }
      assert.deepEqual([run.maxConcurrency, run.toleratedFailureCount, run.toleratedFailurePercentage], [
        0,
        0,
        0,
      ]);
    }));
}

Deno.test("a failed child fails the Map Run, unless failures are tolerated", () =>
  withStates(async (states) => {
    const failed = await states.run(picky(), [1, -1, 2]);
    assert.deepEqual([failed.status, failed.error, failed.cause], [
      "FAILED",
      "States.ExceedToleratedFailureThreshold",
      "The specified tolerated failure threshold was exceeded",
    ]);
    assert.deepEqual(failed.events.slice(3).map(({ type }) => type), [
      "MapRunStarted",
      "MapRunFailed",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
    const run = await mapRunOf(states, failed.executionArn!);
    assert.deepEqual([run.status, run.itemCounts!.failed], ["FAILED", 1]);

    const tolerant = await states.run(picky({ ToleratedFailurePercentage: 40 }), [1, -1, 2]);
    const [first, second, third] = JSON.parse(tolerant.output!);
    assert.deepEqual([first, third, second.Error, second.Cause, second.Status, second.Input], [
      1,
      2,
      "Negative",
      "less than 0",
      "FAILED",
      "-1",
    ]);
    const paths = { ItemsPath: "$.items", ToleratedFailureCountPath: "$.count" };
    const counted = await states.run(picky(paths), { items: [-1, -2, 3], count: 1 });
    assert.equal(counted.error, "States.ExceedToleratedFailureThreshold");
    assert.equal((await states.run(picky(paths), { items: [-1, -2, 3], count: 2 })).status, "SUCCEEDED");
    const wrong = await states.run(picky(paths), { items: [0], count: "NoNumber" });
    assert.equal(
      wrong.cause,
      "An error occurred while executing the state 'Each' (entered at the event id #2). " +
        'The ToleratedFailureCountPath field refers to value "NoNumber" which is not a valid integer: $.count',
    );
    assert.equal(wrong.events.at(-2)!.type, "MapStateStarted");
    const negative = await states.run(picky(paths), { items: [0], count: -1 });
    assert.match(negative.cause!, /ToleratedFailureCount cannot be negative\.$/);
  }));

Deno.test("items go to children in batches, with the batch's input", () =>
  withStates(async (states) => {
    const ItemBatcher = { MaxItemsPerBatch: 2, BatchInput: { "from.$": "$.from" } };
    const machine = map(pass, { ItemsPath: "$.items", ItemBatcher }, "EXPRESS");
    const { output, executionArn } = await states.run(machine, { items: [1, 2, 3], from: "here" });
    assert.deepEqual(JSON.parse(output!), [
      { BatchInput: { from: "here" }, Items: [1, 2] },
      { BatchInput: { from: "here" }, Items: [3] },
    ]);
    const { itemCounts, executionCounts } = await mapRunOf(states, executionArn!);
    assert.deepEqual([itemCounts!.total, executionCounts!.total], [3, 2]);
    const bytes = map(pass, { ItemBatcher: { MaxInputBytesPerBatch: 40 } }, "EXPRESS");
    const batches = JSON.parse((await states.run(bytes, ["a".repeat(10), "b".repeat(10), "c"])).output!);
    assert.deepEqual(batches.map(({ Items }: { Items: string[] }) => Items.length), [2, 1]);
  }));

Deno.test("MaxConcurrency bounds the children, and can be changed while the Map Run runs", () => {
  let running = 0, most = 0;
  const release: (() => void)[] = [];
  const handler = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => release.push(resolve));
    running--;
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return withStates(async (states) => {
    const machine = map(task({}), { MaxConcurrency: 2 }, "EXPRESS");
    const execution = await states.start(await states.create(machine), [1, 2, 3, 4, 5]);
    await until(() => release.length === 2);
    const { mapRunArn, itemCounts } = await mapRunOf(states, execution);
    assert.deepEqual([itemCounts!.running, itemCounts!.pending, itemCounts!.total], [2, 3, 5]);
    await states.sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 3 }));
    await until(() => release.length === 3);
    while (release.length > 0) {
      release.shift()!();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal((await states.ended(execution)).status, "SUCCEEDED");
    assert.equal(most, 3);
  }, { handler });
});

Deno.test("stopping the execution aborts its children", () =>
  withStates(async (states) => {
    const machine = map({ Type: "Wait", Seconds: 600 });
    const execution = await states.start(await states.create(machine), [1, 2]);
    let run = await mapRunOf(states, execution).catch(() => undefined);
    while (run?.itemCounts?.running !== 2) run = await mapRunOf(states, execution).catch(() => undefined);
    await states.sfn.send(new StopExecutionCommand({ executionArn: execution }));
    while (run.status === "RUNNING") run = await mapRunOf(states, execution);
    assert.deepEqual([run.status, run.itemCounts!.aborted], ["ABORTED", 2]);
  }));

Deno.test("many items: results over the limit of a state's data fail it, and no child is left behind", () =>
  withStates(async (states) => {
    const items = Array.from({ length: 3000 }, (_, index) => index);
    const small = await states.run(map(pass, {}, "EXPRESS"), items);
    assert.deepEqual(JSON.parse(small.output!), items);
    const large = map({ Type: "Pass", Result: "x".repeat(1000) }, {}, "EXPRESS");
    const { error } = await states.run(large, items.slice(0, 400));
    assert.equal(error, "States.DataLimitExceeded");
  }));

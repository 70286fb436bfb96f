import assert from "node:assert/strict";
import { TestStateCommand, type TestStateCommandInput } from "@aws-sdk/client-sfn";
import { FUNCTION, named, ROLE, task, type TestStates, withStates } from "./testing.ts";

type Given = Omit<Partial<TestStateCommandInput>, "definition">;

const test = async (states: TestStates, definition: object, input: unknown, given: Given = {}) => {
  const { $metadata: _, ...answer } = await states.sfn.send(
    new TestStateCommand({
      definition: JSON.stringify(definition),
      input: JSON.stringify(input),
      roleArn: ROLE,
      inspectionLevel: "DEBUG",
      ...given,
    }),
  );
  return answer;
};

const hello = { Value: "HelloWorld" };
const HELLO = JSON.stringify(hello);

Deno.test("states without work, as recorded from AWS", () =>
  withStates(async (states) => {
    const info = await test(states, { Type: "Pass", End: true }, hello, { inspectionLevel: "INFO" });
    assert.deepEqual(info, { status: "SUCCEEDED", output: HELLO });
    const pass = await test(states, { Type: "Pass", End: true }, hello);
    assert.deepEqual(pass.inspectionData, {
      input: HELLO,
      afterInputPath: HELLO,
      afterParameters: HELLO,
      afterResultSelector: HELLO,
      afterResultPath: HELLO,
    });
    const result = await test(states, { Type: "Pass", Result: { r: 1 }, End: true }, hello);
    assert.deepEqual(result.inspectionData, {
      input: HELLO,
      result: '{"r":1}',
      afterResultSelector: '{"r":1}',
      afterResultPath: '{"r":1}',
    });
    const fail = await test(states, { Type: "Fail", Error: "SomeFailure", Cause: "why" }, hello);
    assert.deepEqual(fail, {
      status: "FAILED",
      error: "SomeFailure",
      cause: "why",
      inspectionData: { input: HELLO, afterInputPath: HELLO },
    });
    const choice = await test(states, {
      Type: "Choice",
      Choices: [{ Variable: "$.Value", IsString: true, Next: "Text" }],
      Default: "Other",
    }, hello);
    assert.deepEqual([choice.status, choice.nextState, choice.output], ["SUCCEEDED", "Text", HELLO]);
  }));

Deno.test("a task calls its function, and shows the data between its fields", () =>
  withStates(async (states) => {
    const state = task({
      InputPath: "$.in",
      ResultSelector: { "r.$": "$.Payload" },
      ResultPath: "$.out",
      Next: "B",
    });
    const { status, output, nextState, inspectionData } = await test(states, state, { in: { a: 1 } });
    assert.deepEqual([status, output, nextState], ["SUCCEEDED", '{"in":{"a":1},"out":{"r":{"a":1}}}', "B"]);
    assert.deepEqual([inspectionData!.afterInputPath, inspectionData!.afterResultSelector], [
      '{"a":1}',
      '{"r":{"a":1}}',
    ]);
    assert.deepEqual(JSON.parse(inspectionData!.afterParameters!), {
      FunctionName: FUNCTION,
      Payload: { a: 1 },
    });
    assert.deepEqual(JSON.parse(inspectionData!.result!).Payload, { a: 1 });
  }, { handler: (event) => event }));

Deno.test("failures are retried and caught by the state's rules", () =>
  withStates(async (states) => {
    const state = task({
      Retry: [{ ErrorEquals: ["Other"] }, {
        ErrorEquals: ["Boom"],
        IntervalSeconds: 4,
        BackoffRate: 2,
        MaxAttempts: 2,
      }],
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Caught" }],
      Next: "B",
    });
    const first = await test(states, state, {});
    assert.deepEqual([first.status, first.error], ["RETRIABLE", "Boom"]);
    assert.deepEqual(first.inspectionData!.errorDetails, { retryIndex: 1, retryBackoffIntervalSeconds: 4 });
    const mock = { errorOutput: { error: "Boom", cause: "mocked" } };
    const second = await test(states, state, {}, { mock, stateConfiguration: { retrierRetryCount: 1 } });
    assert.equal(second.inspectionData!.errorDetails!.retryBackoffIntervalSeconds, 8);
    const last = await test(states, state, {}, { mock, stateConfiguration: { retrierRetryCount: 2 } });
    assert.deepEqual(
      [last.status, last.nextState, last.output, last.error],
      ["CAUGHT_ERROR", "Caught", '{"error":{"Error":"Boom","Cause":"mocked"}}', "Boom"],
    );
    assert.deepEqual(last.inspectionData!.errorDetails, { catchIndex: 0 });
  }, {
    handler: () => {
      throw named("Boom");
    },
  }));

Deno.test("a JSONata state of a machine, with variables, context and a mock", () =>
  withStates(async (states) => {
    const machine = {
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "T" },
        T: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
          Arguments: { QueueUrl: "q", MessageBody: "{% $states.context.Execution.Name & $x %}" },
          Assign: { y: "{% $states.result.ok %}" },
          Output: "{% $states.result.ok %}",
          End: true,
        },
      },
    };
    const { status, output, inspectionData } = await test(states, machine, {}, {
      stateName: "T",
      variables: '{"x":"!"}',
      context: '{"Execution":{"Name":"run"}}',
      mock: { result: '{"ok":true}' },
      roleArn: undefined,
    });
    assert.deepEqual([status, output], ["SUCCEEDED", "true"]);
    assert.deepEqual(inspectionData, {
      input: "{}",
      afterArguments: '{"QueueUrl":"q","MessageBody":"run!"}',
      result: '{"ok":true}',
      variables: '{"x":"!","y":true}',
    });
  }));

Deno.test("Map and Parallel states need a mock of the right form", () =>
  withStates(async (states) => {
    const pass = { Type: "Pass", End: true };
    const map = {
      Type: "Map",
      ItemsPath: "$.items",
      ItemSelector: { "v.$": "$$.Map.Item.Value" },
      MaxConcurrency: 2,
      ItemProcessor: { StartAt: "I", States: { I: pass } },
      End: true,
    };
    const parallel = { Type: "Parallel", Branches: [{ StartAt: "L", States: { L: pass } }], End: true };
    const { output, inspectionData } = await test(states, map, { items: [1, 2] }, {
      mock: { result: "[3,4]" },
    });
    assert.equal(output, "[3,4]");
    assert.equal(inspectionData!.afterItemsPath, "[1,2]");
    assert.equal(inspectionData!.afterItemSelector, '[{"v":1},{"v":2}]');
    assert.equal(inspectionData!.maxConcurrency, 2);
    const tolerant = {
      ...map,
      ItemProcessor: {
        ...map.ItemProcessor,
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
      },
      ToleratedFailureCount: 1,
    };
    const failing = (mapIterationFailureCount: number) =>
      test(states, tolerant, { items: [1, 2] }, {
        mock: { result: "[3,4]" },
        stateConfiguration: { mapIterationFailureCount },
      });
    assert.equal((await failing(1)).status, "SUCCEEDED");
    const exceeded = await failing(2);
    assert.deepEqual([exceeded.error, exceeded.cause], [
      "States.ExceedToleratedFailureThreshold",
      "The specified tolerated failure threshold was exceeded",
    ]);
    assert.equal(exceeded.inspectionData!.toleratedFailureCount, 1);
    const refused: [definition: object, given: Given, name: string, message: string][] = [
      [
        map,
        {},
        "InvalidDefinition",
        "TestState API does not support Map or Parallel states. Supported state types include: " +
        "[Task, Wait, Pass, Succeed, Fail, Choice]",
      ],
      [map, { mock: { result: "{}" } }, "ValidationException", "Mocked result must be an array."],
      [
        parallel,
        { mock: { result: "[1,2]" } },
        "ValidationException",
        "Mocked result must contain the same number of items as number of Parallel branches.",
      ],
      [
        pass,
        { mock: { result: "1" } },
        "ValidationException",
        "State type 'Pass' is not supported when a mock is specified",
      ],
      [
        parallel,
        { mock: { result: "[1]", errorOutput: { error: "E" } } },
        "ValidationException",
        "A test mock should have only one of the following fields: [result, errorOutput].",
      ],
      [
        parallel,
        { mock: { result: "[1]" }, revealSecrets: true },
        "ValidationException",
        "TestState does not support RevealSecrets when a mock is specified.",
      ],
    ];
    for (const [definition, given, name, message] of refused) {
      await assert.rejects(test(states, definition, {}, given), { name, message }, message);
    }
  }));

Deno.test("revealSecrets needs states:RevealSecrets; definitions are checked", () =>
  withStates(async (states) => {
    await assert.rejects(
      test(states, { Type: "Pass", End: true }, {}, { revealSecrets: true }),
      /states:RevealSecrets/,
    );
    await assert.rejects(test(states, { Type: "Pas" }, {}), { name: "InvalidDefinition" });
    await assert.rejects(test(states, { Type: "Pass", Parameters: { "a.$": "nope" }, End: true }, {}), {
      name: "InvalidDefinition",
      message: /at \/Parameters/,
    });
  }, { allows: (_principal, action) => action !== "states:RevealSecrets" }));

/** The text of data survives where a state passes it on. */
import assert from "node:assert/strict";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { FUNCTION, task, withStates } from "../testing.ts";

const pass = { Type: "Pass", End: true };

Deno.test("numbers and white space stay as they were written", () =>
  withStates(async (states) => {
    const input = '{ "a" : 0.0, "b": [1.50, 2e3] }';
    const definition = {
      StartAt: "First",
      States: {
        First: { Type: "Pass", Next: "Both" },
        Both: {
          Type: "Parallel",
          Branches: [{ StartAt: "L", States: { L: pass } }, {
            StartAt: "R",
            States: { R: { ...pass, QueryLanguage: "JSONata" } },
          }],
          End: true,
        },
      },
    };
    const stateMachineArn = await states.create(definition);
    const { executionArn } = await states.sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
    const { output } = await states.ended(executionArn!);
    assert.equal(output, `[${input},${input}]`);
    const entered = (await states.history(executionArn!)).filter(({ type }) => type === "PassStateEntered");
    assert.deepEqual(entered.map(({ stateEnteredEventDetails: details }) => details!.input), [
      input,
      input,
      input,
    ]);
  }));

Deno.test("a payload that is JSON text is sent as it is, any other string as a JSON string, null as {}", () =>
  withStates(async (states) => {
    const events: unknown[] = [];
    for (const payload of ['{"a":1}', "plain", null, [1]]) {
      await states.run({
        StartAt: "T",
        States: { T: task({ Parameters: { FunctionName: FUNCTION, "Payload.$": "$" }, End: true }) },
      }, payload);
      events.push(new TextDecoder().decode(states.invocations.at(-1)!.Payload as Uint8Array));
    }
    assert.deepEqual(events, ['{"a":1}', '"plain"', "{}", "[1]"]);
  }, { handler: () => null }));

Deno.test("a MaxConcurrencyPath that leads to no integer fails before the Map state starts", () =>
  withStates(async (states) => {
    const map = {
      Type: "Map",
      ItemsPath: "$.items",
      MaxConcurrencyPath: "$.most",
      ItemProcessor: { StartAt: "I", States: { I: pass } },
      End: true,
    };
    const run = (most: unknown) => states.run({ StartAt: "M", States: { M: map } }, { items: [1], most });
    assert.equal((await run("1")).status, "SUCCEEDED");
    const wrong = await run("many");
    assert.match(
      wrong.cause!,
      /The MaxConcurrencyPath field refers to value "many" which is not a valid integer: \$\.most$/,
    );
    assert.deepEqual(wrong.events.map(({ type }) => type), [
      "ExecutionStarted",
      "MapStateEntered",
      "ExecutionFailed",
    ]);
    assert.match(
      (await run(-1)).cause!,
      /Expected non-negative integer for MaxConcurrency, got '-1' instead\.$/,
    );
  }));

Deno.test("ErrorPath without a value fails in AWS's words", () =>
  withStates(async (states) => {
    const { cause } = await states.run({
      StartAt: "F",
      States: { F: { Type: "Fail", ErrorPath: "$.ErrorX" } },
    }, { Error: 1 });
    assert.match(
      cause!,
      /The JSONPath '\$\.ErrorX' specified for the field 'ErrorPath' could not be found in the input '\{"Error":1\}'$/,
    );
  }));

Deno.test("escapes that intrinsic functions do not have are refused at creation", () =>
  withStates(async (states) => {
    for (
      const text of [
        `States.StringToJson('{"a":\\"b\\"}')`,
        `States.Format('He said, \\"Hello, {}!\\"', 'x')`,
      ]
    ) {
      await assert.rejects(
        states.create({ StartAt: "P", States: { P: { ...pass, Parameters: { "v.$": text } } } }),
        /The value for the field 'v\.\$' must be a valid JSONPath or a valid intrinsic function call/,
      );
    }
  }));

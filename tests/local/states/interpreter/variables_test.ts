import assert from "node:assert/strict";
import {
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { named, task, withStates } from "../testing.ts";

Deno.test("a state's new values are seen by later states only, and are in its exited event", () =>
  withStates(async (states) => {
    const { output, events } = await states.run({
      StartAt: "First",
      States: {
        First: { Type: "Pass", Assign: { a: 1, b: { c: ["x"] }, "in.$": "$.n" }, Next: "Swap" },
        Swap: { Type: "Pass", Assign: { "a.$": "$b.c[0]", "b.$": "$a" }, Next: "Read" },
        Read: {
          Type: "Pass",
          Parameters: { "a.$": "$a", "b.$": "$b", "in.$": "States.MathAdd($in, 1)", plain: "$a" },
          End: true,
        },
      },
    }, { n: 4 });
    assert.equal(output, '{"a":"x","b":1,"in":5,"plain":"$a"}');
    const exited = events.filter(({ type }) => type === "PassStateExited").map((e) =>
      e.stateExitedEventDetails!
    );
    assert.deepEqual(exited.map(({ assignedVariables }) => assignedVariables), [
      { a: "1", b: '{"c":["x"]}', in: "4" },
      { a: '"x"', b: "1" },
      undefined,
    ]);
    assert.deepEqual(exited[0]!.assignedVariablesDetails, { truncated: false });
  }));

Deno.test("branches and iterations read the outer variables, and their own end with them", () =>
  withStates(async (states) => {
    const { status, output } = await states.run({
      QueryLanguage: "JSONata",
      StartAt: "Outer",
      States: {
        Outer: { Type: "Pass", Assign: { bias: 10 }, Next: "Each" },
        Each: {
          Type: "Map",
          Items: [1, 2],
          ItemProcessor: {
            StartAt: "Keep",
            States: {
              Keep: { Type: "Pass", Assign: { own: "{% $states.input + $bias %}" }, Next: "Use" },
              Use: { Type: "Pass", Output: "{% $own %}", End: true },
            },
          },
          Assign: { sum: "{% $sum($states.result) %}" },
          Next: "After",
        },
        After: { Type: "Pass", Output: { sum: "{% $sum %}", own: "{% $exists($own) %}" }, End: true },
      },
    });
    assert.deepEqual([status, output], ["SUCCEEDED", '{"sum":23,"own":false}']);
  }));

Deno.test("a choice rule assigns when it matches, the state when it goes to its Default", () =>
  withStates(async (states) => {
    const definition = {
      StartAt: "Route",
      States: {
        Route: {
          Type: "Choice",
          Choices: [{ Variable: "$.a", NumericEquals: 1, Assign: { way: "rule" }, Next: "End" }],
          Assign: { way: "default" },
          Default: "End",
        },
        End: { Type: "Pass", Parameters: { "way.$": "$way" }, End: true },
      },
    };
    assert.equal((await states.run(definition, { a: 1 })).output, '{"way":"rule"}');
    assert.equal((await states.run(definition, { a: 2 })).output, '{"way":"default"}');
  }));

Deno.test("a catcher assigns from the error output", () =>
  withStates(async (states) => {
    const { output } = await states.run({
      StartAt: "T",
      States: {
        T: task({
          Assign: { never: 1 },
          Catch: [{
            ErrorEquals: ["States.ALL"],
            Assign: { "error.$": "$.Error" },
            ResultPath: null,
            Next: "End",
          }],
          Next: "End",
        }),
        End: { Type: "Pass", Parameters: { "error.$": "$error" }, End: true },
      },
    });
    assert.equal(output, '{"error":"Boom"}');
  }, {
    handler: () => {
      throw named("Boom");
    },
  }));

Deno.test("JSONPath's fields take variables", () =>
  withStates(async (states) => {
    const { status, output } = await states.run({
      StartAt: "Set",
      States: {
        Set: { Type: "Pass", Assign: { s: 0, list: [1, 2], most: 1, yes: true }, Next: "Pause" },
        Pause: { Type: "Wait", SecondsPath: "$s", Next: "Each" },
        Each: {
          Type: "Map",
          ItemsPath: "$list",
          MaxConcurrencyPath: "$most",
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
          Next: "Check",
        },
        Check: {
          Type: "Choice",
          Choices: [{ Variable: "$yes", BooleanEquals: true, Next: "Good" }],
          Default: "Bad",
        },
        Good: { Type: "Pass", InputPath: "$list", End: true },
        Bad: { Type: "Fail" },
      },
    });
    assert.deepEqual([status, output], ["SUCCEEDED", "[1,2]"]);
  }));

Deno.test("variables have their limits: 256 KiB each, 10 MiB together", () =>
  withStates(async (states) => {
    const growing = (Assign: object) => ({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: { A: { Type: "Pass", Assign, End: true } },
    });
    const large = await states.run(growing({ v: "{% $pad('', 300000, 'x') %}" }));
    assert.equal(large.error, "States.DataLimitExceeded");
    const many = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`v${index}`, "{% $pad('', 100000, 'x') %}"]),
    );
    assert.equal((await states.run(growing(many))).status, "SUCCEEDED");
    const loop = await states.run({
      QueryLanguage: "JSONata",
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          Items: "{% [1..60] %}",
          ItemProcessor: {
            StartAt: "Keep",
            States: {
              Keep: { Type: "Pass", Assign: { v: "{% $pad('', 250000, 'x') %}" }, Next: "Hold" },
              Hold: { Type: "Wait", Seconds: 1, End: true },
            },
          },
          End: true,
        },
      },
    });
    assert.equal(loop.error, "States.DataLimitExceeded");
  }));

Deno.test("descriptions name the variables that states read", () =>
  withStates(async (states) => {
    const definition = {
      StartAt: "Set",
      States: {
        Set: { Type: "Pass", Assign: { b: 1, a: 2 }, Next: "Each" },
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          ItemProcessor: {
            StartAt: "I",
            States: { I: { Type: "Pass", Parameters: { "x.$": "States.Array($b, $a)" }, End: true } },
          },
          Next: "Nata",
        },
        Nata: { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $sum([$a, $b]) %}", End: true },
      },
    };
    const stateMachineArn = await states.create(definition);
    const variableReferences = { I: ["a", "b"], Nata: ["a", "b"] };
    const described = await states.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.deepEqual(described.variableReferences, variableReferences);
    const executionArn = await states.start(stateMachineArn, { items: [] });
    const forExecution = await states.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    assert.deepEqual(forExecution.variableReferences, variableReferences);
  }));

Deno.test("variables that may not be there are warnings, shadowed ones errors", () =>
  withStates(async (states) => {
    const validate = async (definition: object, severity?: "WARNING") => {
      const { result, diagnostics } = await states.sfn.send(
        new ValidateStateMachineDefinitionCommand({ definition: JSON.stringify(definition), severity }),
      );
      return [
        result,
        ...diagnostics!.map(({ severity, code, location }) => `${severity} ${code} ${location}`),
      ];
    };
    const reading = { StartAt: "A", States: { A: { Type: "Pass", InputPath: "$nope", End: true } } };
    assert.deepEqual(await validate(reading), ["OK"]);
    assert.deepEqual(await validate(reading, "WARNING"), [
      "OK",
      "WARNING POSSIBLY_UNDEFINED_VARIABLE /States/A/InputPath",
    ]);
    const shadowing = {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Assign: { x: 1 }, Next: "P" },
        P: {
          Type: "Parallel",
          Branches: [{ StartAt: "B", States: { B: { Type: "Pass", Assign: { x: 2 }, End: true } } }],
          End: true,
        },
      },
    };
    assert.deepEqual(await validate(shadowing), [
      "FAIL",
      "ERROR DUPLICATE_VARIABLE_NAME /States/P/Branches[0]/States/B/Assign/x",
    ]);
  }));

Deno.test("a variable that is not assigned fails the state in AWS's words", () =>
  withStates(async (states) => {
    const { error, cause } = await states.run({
      StartAt: "A",
      States: { A: { Type: "Pass", Parameters: { "x.$": "$nope" }, End: true } },
    });
    assert.equal(error, "States.Runtime");
    assert.match(cause!, /^An error occurred while executing the state 'A' \(entered at the event id #2\)\./);
  }));

Deno.test("variables survive the end of the server", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  let now = Date.now();
  const options = { stateDir, now: () => now };
  try {
    let executionArn = "";
    await withStates(async (states) => {
      executionArn = await states.start(
        await states.create({
          QueryLanguage: "JSONata",
          StartAt: "Set",
          States: {
            Set: { Type: "Pass", Assign: { a: "{% $states.input.a %}" }, Next: "Each" },
            Each: {
              Type: "Map",
              Items: [1, 2],
              ItemProcessor: {
                StartAt: "Keep",
                States: {
                  Keep: { Type: "Pass", Assign: { own: "{% $states.input * $a %}" }, Next: "Hold" },
                  Hold: { Type: "Wait", Seconds: 60, Next: "Use" },
                  Use: { Type: "Pass", Output: "{% $own + $a %}", End: true },
                },
              },
              End: true,
            },
          },
        }),
        { a: 100 },
      );
      while (
        (await states.history(executionArn)).filter(({ type }) => type === "WaitStateEntered").length < 2
      );
    }, options);
    now += 61_000;
    await withStates(async (states) => {
      assert.equal((await states.ended(executionArn)).output, "[200,300]");
    }, options);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { chain, FUNCTION, named, withStates } from "../testing.ts";

const machine = (states: Record<string, object>, rest: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(states)[0]!,
  States: states,
  ...rest,
});
const invoke = (rest: object) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: FUNCTION, Payload: "{% $states.input %}" },
  ...rest,
});

Deno.test("every state type with JSONata", () =>
  withStates(async (states) => {
    const { status, output, cause } = await states.run(
      machine({
        Call: invoke({
          TimeoutSeconds: "{% $states.input.timeout %}",
          Output: "{% $merge([$states.input, {'answer': $states.result.Payload}]) %}",
          Next: "Pause",
        }),
        Pause: { Type: "Wait", Seconds: "{% 0 %}", Next: "Until" },
        Until: { Type: "Wait", Timestamp: "{% $states.input.past %}", Next: "Route" },
        Route: {
          Type: "Choice",
          Choices: [
            { Condition: "{% $states.input.answer < 0 %}", Next: "Wrong" },
            {
              Condition: "{% $states.input.answer = 42 %}",
              Output: { right: "{% $states.input.answer %}" },
              Next: "Both",
            },
          ],
          Default: "Wrong",
        },
        Wrong: { Type: "Fail", Error: "{% 'Wro' & 'ng' %}", Cause: "static" },
        Both: {
          Type: "Parallel",
          Arguments: { seed: "{% $states.input.right %}" },
          Branches: [
            {
              StartAt: "L",
              States: { L: { Type: "Pass", Output: "{% $states.input.seed + 1 %}", End: true } },
            },
            { StartAt: "R", States: { R: { Type: "Pass", End: true } } },
          ],
          Output: "{% $states.result %}",
          Next: "Each",
        },
        Each: {
          Type: "Map",
          Items: ["{% $states.input[0] %}", 7],
          ItemSelector: {
            item: "{% $states.context.Map.Item.Value %}",
            index: "{% $states.context.Map.Item.Index %}",
          },
          MaxConcurrency: "{% 1 %}",
          ItemProcessor: {
            StartAt: "I",
            States: {
              I: { Type: "Pass", Output: "{% $states.input.item & '-' & $states.input.index %}", End: true },
            },
          },
          Next: "Done",
        },
        Done: { Type: "Succeed", Output: { items: "{% $states.input %}" } },
      }),
      { timeout: 5, past: "2016-03-14T01:59:00Z" },
    );
    assert.deepEqual([status, output], ["SUCCEEDED", '{"items":["43-0","7-1"]}'], cause);
  }, { handler: () => 42 }));

Deno.test("a failed expression has AWS's event and cause, and can be caught", () =>
  withStates(async (states) => {
    const pass = { Type: "Pass", Output: { v: "{% $states.input.missing %}" }, End: true };
    const { status, error, cause, events } = await states.run(machine({ E: pass }));
    const expected =
      "An error occurred while executing the state 'E' (entered at the event id #2). The JSONata " +
      "expression '$states.input.missing' specified for the field 'Output/v' returned nothing (undefined).";
    assert.deepEqual([status, error, cause], ["FAILED", "States.QueryEvaluationError", expected]);
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 PassStateEntered",
      "3<2 EvaluationFailed",
      "4<3 ExecutionFailed",
    ]);
    assert.deepEqual(events[2]!.evaluationFailedEventDetails, {
      error: "States.QueryEvaluationError",
      cause: expected,
      location: "Output/v",
      state: "E",
    });

    const caught = await states.run(machine({
      T: invoke({
        Arguments: { FunctionName: "{% $states.input.missing %}" },
        Catch: [
          { ErrorEquals: ["Other"], Next: "Never" },
          {
            ErrorEquals: ["States.QueryEvaluationError"],
            Output: { input: "{% $states.input %}", error: "{% $states.errorOutput.Error %}" },
            Next: "End",
          },
        ],
        Next: "Never",
      }),
      Never: { Type: "Fail" },
      End: { Type: "Succeed" },
    }));
    assert.equal(caught.output, '{"input":{},"error":"States.QueryEvaluationError"}');
    assert.deepEqual(chain(caught.events).slice(1, 5), [
      "2<0 TaskStateEntered",
      "3<2 EvaluationFailed",
      "4<3 TaskStateExited",
      "5<4 SucceedStateEntered",
    ]);
  }));

Deno.test("a failure in a branch is noted once, where the expression is", () =>
  withStates(async (states) => {
    const { error, events } = await states.run(machine({
      P: {
        Type: "Parallel",
        Branches: [{
          StartAt: "B",
          States: { B: { Type: "Pass", Output: "{% $error('no') %}", End: true } },
        }],
        End: true,
      },
    }));
    assert.equal(error, "States.QueryEvaluationError");
    const failed = events.filter(({ type }) => type === "EvaluationFailed");
    assert.deepEqual(failed.map(({ evaluationFailedEventDetails: details }) => details?.state), ["B"]);
    assert.match(failed[0]!.evaluationFailedEventDetails!.cause!, /during evaluation\. D3137: no$/);
  }));

Deno.test("values of wrong types name the type that was expected", () =>
  withStates(async (states) => {
    const cases: [state: object, location: string, end: string][] = [
      [
        { Type: "Wait", Seconds: "{% 'x' %}", End: true },
        "Seconds",
        "Expected 'number', but was 'string' for value: \"x\"",
      ],
      [
        {
          Type: "Map",
          Items: "{% {'a': 1} %}",
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
          End: true,
        },
        "Items",
        "Expected 'array', but was 'object' for value: {\"a\":1}",
      ],
      [
        { Type: "Choice", Choices: [{ Condition: "{% 1 %}", Next: "Z" }], Default: "Z" },
        "Choices[0]/Condition",
        "Expected 'boolean', but was 'number' for value: 1",
      ],
      [{ Type: "Fail", Error: "{% 1 %}" }, "Error", "Expected 'string', but was 'number' for value: 1"],
      [
        invoke({ TimeoutSeconds: "{% null %}", End: true }),
        "TimeoutSeconds",
        "Expected 'number', but was 'null' for value: null",
      ],
    ];
    for (const [state, location, end] of cases) {
      const isChoice = location.startsWith("Choices");
      const { cause, events } = await states.run(
        machine({ A: state, ...(isChoice ? { Z: { Type: "Succeed" } } : {}) }),
      );
      assert.ok(cause?.endsWith(`returned an unexpected result type. ${end}`), cause);
      const failed = events.find(({ type }) => type === "EvaluationFailed");
      assert.equal(failed?.evaluationFailedEventDetails?.location, location);
    }
  }));

Deno.test("an errored task hands its error output to the catcher's expressions", () =>
  withStates(async (states) => {
    const { output } = await states.run(machine({
      T: invoke({
        Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput.Error %}", Next: "End" }],
        Next: "End",
      }),
      End: { Type: "Succeed" },
    }));
    assert.equal(output, '"Boom"');
  }, {
    handler: () => {
      throw named("Boom");
    },
  }));

Deno.test("JSONata and JSONPath states in one machine", () =>
  withStates(async (states) => {
    const { output } = await states.run({
      StartAt: "Path",
      States: {
        Path: { Type: "Pass", Parameters: { "b.$": "$.a" }, Assign: { "x.$": "$.b" }, Next: "Nata" },
        Nata: {
          Type: "Pass",
          QueryLanguage: "JSONata",
          Output: { sum: "{% $states.input.b + $x %}" },
          Assign: { y: "{% $x * 2 %}" },
          Next: "Again",
        },
        Again: { Type: "Pass", Parameters: { "sum.$": "$.sum", "y.$": "$y" }, End: true },
      },
    }, { a: 3 });
    assert.equal(output, '{"sum":6,"y":6}');
  }));

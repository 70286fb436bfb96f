/** States that do not need Lambda: their events, and the flow of data. */
import assert from "node:assert/strict";
import { chain, ROLE, withStates } from "../testing.ts";

Deno.test("Pass, Choice, Wait and Succeed, one after the other", () =>
  withStates(async (states) => {
    const { status, output, events } = await states.run({
      StartAt: "Load",
      States: {
        Load: { Type: "Pass", Result: { n: 1 }, ResultPath: "$.loaded", Next: "Check" },
        Check: {
          Type: "Choice",
          Choices: [{ Variable: "$.loaded.n", NumericEquals: 1, Next: "Pause" }],
          Default: "End",
        },
        Pause: { Type: "Wait", SecondsPath: "$.seconds", Next: "End" },
        End: { Type: "Succeed", OutputPath: "$.loaded" },
      },
    }, { seconds: 1 });
    assert.deepEqual([status, output], ["SUCCEEDED", '{"n":1}']);
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 PassStateEntered",
      "3<2 PassStateExited",
      "4<3 ChoiceStateEntered",
      "5<4 ChoiceStateExited",
      "6<5 WaitStateEntered",
      "7<6 WaitStateExited",
      "8<7 SucceedStateEntered",
      "9<8 SucceedStateExited",
      "10<9 ExecutionSucceeded",
    ]);
    assert.equal(events[4]!.stateExitedEventDetails!.output, '{"seconds":1,"loaded":{"n":1}}');
    const waited = events[6]!.timestamp!.getTime() - events[5]!.timestamp!.getTime();
    assert.ok(waited >= 1000 && waited < 3000, `${waited} ms`);
  }));

Deno.test("a Fail state fails the execution with its error and cause, fixed or from the input", () =>
  withStates(async (states) => {
    const fixed = await states.run({
      StartAt: "No",
      States: { No: { Type: "Fail", Error: "Broken", Cause: "so it is" } },
    });
    assert.deepEqual([fixed.status, fixed.error, fixed.cause], ["FAILED", "Broken", "so it is"]);
    assert.equal(fixed.redriveStatus, "REDRIVABLE");
    assert.deepEqual(chain(fixed.events), [
      "1<0 ExecutionStarted",
      "2<0 FailStateEntered",
      "3<2 ExecutionFailed",
    ]);
    const read = await states.run({
      StartAt: "No",
      States: {
        No: { Type: "Fail", ErrorPath: "$.name", CausePath: "States.Format('because of {}', $.why)" },
      },
    }, { name: "Read", why: "this" });
    assert.deepEqual([read.error, read.cause], ["Read", "because of this"]);
  }));

Deno.test("data goes through InputPath, Parameters, ResultPath and OutputPath", () =>
  withStates(async (states) => {
    const { output } = await states.run({
      StartAt: "A",
      States: {
        A: {
          Type: "Pass",
          InputPath: "$.in",
          Parameters: { "n.$": "$.n", "twice.$": "States.MathAdd($.n, $.n)" },
          ResultPath: "$.out",
          Next: "B",
        },
        B: { Type: "Pass", Result: null, ResultPath: "$.out.null", Next: "C" },
        C: { Type: "Pass", OutputPath: "$.out", Next: "D" },
        D: { Type: "Pass", InputPath: null, Parameters: { "empty.$": "$" }, ResultPath: "$.d", End: true },
      },
    }, { in: { n: 4 } });
    assert.equal(output, '{"n":4,"twice":8,"null":null,"d":{"empty":{}}}');
  }));

Deno.test("the context object", () =>
  withStates(async (states) => {
    const arn = await states.create({
      StartAt: "A",
      States: { A: { Type: "Pass", Parameters: { "c.$": "$$" }, OutputPath: "$.c", End: true } },
    });
    const described = await states.ended(await states.start(arn, { k: 1 }, "named"));
    const context = JSON.parse(described.output!);
    assert.match(context.State.EnteredTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(context, {
      Execution: {
        Id: described.executionArn,
        Input: { k: 1 },
        Name: "named",
        RoleArn: ROLE,
        StartTime: described.startDate!.toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: arn, Name: "machine" },
      State: { Name: "A", EnteredTime: context.State.EnteredTime },
    });
  }));

Deno.test("evaluation errors are States.Runtime, with the state's name and its event", () =>
  withStates(async (states) => {
    const at = (name: string) =>
      `An error occurred while executing the state '${name}' (entered at the event id #2). `;
    const cases: [state: object, cause: string][] = [
      [
        { Type: "Pass", Parameters: { "m.$": "$.nope" }, End: true },
        "The JSONPath '$.nope' specified for the field 'm.$' could not be found in the input '{\"x\":\"a\"}'",
      ],
      [
        { Type: "Pass", InputPath: "$.nope", End: true },
        "Invalid path '$.nope' : No results for path: $['nope']",
      ],
      [
        { Type: "Choice", Choices: [{ Variable: "$.x", StringEquals: "never", Next: "S" }] },
        "Failed to transition out of the state. The state does not point to a next state.",
      ],
      [
        { Type: "Wait", TimestampPath: "$.x", Next: "S" },
        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format " +
        "string: $.x == a",
      ],
    ];
    for (const [state, cause] of cases) {
      const next = JSON.stringify(state).includes('"S"') ? { S: { Type: "Pass", End: true } } : {};
      const run = await states.run({ StartAt: "A", States: { A: state, ...next } }, { x: "a" });
      assert.deepEqual([run.error, run.cause], ["States.Runtime", at("A") + cause]);
      assert.deepEqual(chain(run.events).slice(2), ["3<2 ExecutionFailed"]);
    }
  }));

Deno.test("an output over 256 KiB fails with States.DataLimitExceeded", () =>
  withStates(async (states) => {
    const { error, cause } = await states.run({
      StartAt: "Double",
      States: { Double: { Type: "Pass", Parameters: { "a.$": "$.t", "b.$": "$.t" }, End: true } },
    }, { t: "x".repeat(140_000) });
    assert.equal(error, "States.DataLimitExceeded");
    assert.equal(
      cause,
      "The state/task 'Double' returned a result with a size exceeding the maximum number of bytes service limit.",
    );
  }));

Deno.test("a machine that never ends is stopped by the history's 25,000 events", () =>
  withStates(async (states) => {
    const arn = await states.create({
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "B" },
        B: { Type: "Choice", Choices: [{ Variable: "$.done", IsPresent: true, Next: "C" }], Default: "A" },
        C: { Type: "Succeed" },
      },
    });
    const { error, cause, executionArn } = await states.ended(await states.start(arn));
    assert.deepEqual([error, cause], [
      "States.Runtime",
      "The execution reached the maximum number of history events (25000).",
    ]);
    const { GetExecutionHistoryCommand } = await import("@aws-sdk/client-sfn");
    const { events } = await states.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    assert.deepEqual([events![0]!.id, events![0]!.type], [25_000, "ExecutionFailed"]);
  }));

Deno.test("an execution past the machine's TimeoutSeconds is TIMED_OUT", () =>
  withStates(async (states) => {
    const { status, error, redriveStatus, events } = await states.run({
      TimeoutSeconds: 1,
      StartAt: "A",
      States: { A: { Type: "Wait", Seconds: 60, End: true } },
    });
    assert.deepEqual([status, error, redriveStatus], ["TIMED_OUT", undefined, "REDRIVABLE"]);
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 WaitStateEntered",
      "3<0 ExecutionTimedOut",
    ]);
  }));

import assert from "node:assert/strict";
import { StateFailure } from "../../../../lib/local/states/language/failures.ts";
import { matching, retryDelay } from "../../../../lib/local/states/interpreter/recovery.ts";
import { chain, named, task, withStates } from "../testing.ts";

Deno.test("a retried task is scheduled again inside its state", () => {
  let calls = 0;
  return withStates(async (states) => {
    const { status, output, events } = await states.run({
      StartAt: "Start",
      States: {
        Start: task({
          Retry: [{ ErrorEquals: ["Shaky"], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 2 }],
          ResultSelector: { "answer.$": "$.Payload", "tries.$": "$$.State.RetryCount" },
          End: true,
        }),
      },
    });
    assert.deepEqual([status, output], ["SUCCEEDED", '{"answer":"fine","tries":1}']);
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 TaskScheduled",
      "4<3 TaskStarted",
      "5<4 TaskFailed",
      "6<5 TaskScheduled",
      "7<6 TaskStarted",
      "8<7 TaskSucceeded",
      "9<8 TaskStateExited",
      "10<9 ExecutionSucceeded",
    ]);
    const delay = events[5]!.timestamp!.getTime() - events[4]!.timestamp!.getTime();
    assert.ok(delay >= 1000 && delay < 3000, `${delay} ms`);
  }, {
    handler: () => {
      if (++calls === 1) throw named("Shaky");
      return "fine";
    },
  });
});

Deno.test("each retrier counts its own attempts; when all are used up the failure stands", () => {
  let calls = 0;
  return withStates(async (states) => {
    const { error } = await states.run({
      StartAt: "Start",
      States: {
        Start: task({
          Retry: [
            { ErrorEquals: ["Odd"], IntervalSeconds: 0, MaxAttempts: 2 },
            { ErrorEquals: ["States.ALL"], IntervalSeconds: 0, MaxAttempts: 2 },
          ],
          End: true,
        }),
      },
    });
    // Odd, Even, Odd, Even, Odd: at the third Odd its retrier has no attempt left.
    assert.deepEqual([error, calls], ["Odd", 5]);
  }, {
    handler: () => {
      throw named(++calls % 2 === 1 ? "Odd" : "Even");
    },
  });
});

Deno.test("a caught failure leaves its state with the error output and goes on at the catcher's Next", () =>
  withStates(async (states) => {
    const { status, output, events } = await states.run({
      StartAt: "Start",
      States: {
        Start: task({
          OutputPath: "$.Payload",
          Catch: [
            { ErrorEquals: ["Other"], Next: "Wrong" },
            { ErrorEquals: ["States.TaskFailed"], ResultPath: "$.problem", Next: "Caught" },
          ],
          Next: "Wrong",
        }),
        Wrong: { Type: "Fail" },
        Caught: { Type: "Pass", End: true },
      },
    }, { kept: true });
    const cause = '{"errorType":"Broken","errorMessage":"it failed","trace":[]}';
    const caught = JSON.stringify({ kept: true, problem: { Error: "Broken", Cause: cause } });
    assert.deepEqual([status, output], ["SUCCEEDED", caught]);
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 TaskScheduled",
      "4<3 TaskStarted",
      "5<4 TaskFailed",
      "6<5 TaskStateExited",
      "7<6 PassStateEntered",
      "8<7 PassStateExited",
      "9<8 ExecutionSucceeded",
    ]);
    assert.equal(events[5]!.stateExitedEventDetails!.output, caught);
  }, {
    handler: () => {
      throw named("Broken");
    },
  }));

Deno.test("a timeout is States.Timeout to catchers, and not States.TaskFailed", () => {
  const timeout = new StateFailure("States.Timeout", "");
  assert.equal(matching([{ ErrorEquals: ["States.TaskFailed"], Next: "x" }], timeout), -1);
  assert.equal(matching([{ ErrorEquals: ["States.Timeout"], Next: "x" }], timeout), 0);
  assert.equal(matching([{ ErrorEquals: ["States.ALL"], Next: "x" }], timeout), 0);
});

Deno.test("States.Runtime is never retried or caught", () => {
  const failure = new StateFailure("States.Runtime", "text");
  assert.equal(matching([{ ErrorEquals: ["States.ALL"], Next: "x" }], failure), -1);
  assert.equal(matching([{ ErrorEquals: ["States.Runtime"], Next: "x" }], failure), -1);
});

Deno.test("delays grow by the back-off rate up to the maximum; full jitter stays below", () => {
  const delays = (retrier: object) =>
    [0, 1, 2, 3].map((tried) => retryDelay({ ErrorEquals: ["States.ALL"], ...retrier }, tried));
  assert.deepEqual(delays({}), [1000, 2000, 4000, undefined]);
  assert.deepEqual(delays({ MaxAttempts: 0 }), [undefined, undefined, undefined, undefined]);
  assert.deepEqual(
    delays({ IntervalSeconds: 3, BackoffRate: 3, MaxDelaySeconds: 10, MaxAttempts: 4 }),
    [3000, 9000, 10_000, 10_000],
  );
  for (
    const delay of delays({ JitterStrategy: "FULL", IntervalSeconds: 5, BackoffRate: 1, MaxAttempts: 4 })
  ) {
    assert.ok(delay! >= 0 && delay! <= 5000);
  }
});

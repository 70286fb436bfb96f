/** Parallel and Map: the order and links of events are those of recordings of AWS. */
import assert from "node:assert/strict";
import { chain, named, task, withStates } from "../testing.ts";

const pass = { Type: "Pass", End: true };
const machine = (state: object, rest: object = {}) => ({ StartAt: "S", States: { S: state, ...rest } });

Deno.test("the branches of a Parallel state run at once and are joined in their order", () =>
  withStates(async (states) => {
    const { output, events } = await states.run(
      machine({
        Type: "Parallel",
        Parameters: { "x.$": "$.x" },
        Branches: [
          { StartAt: "A", States: { A: task({ OutputPath: "$.Payload", End: true }) } },
          { StartAt: "B", States: { B: { Type: "Pass", Result: "b", End: true } } },
        ],
        ResultSelector: { "both.$": "$" },
        ResultPath: "$.r",
        Next: "T",
      }, { T: pass }),
      { x: 1 },
    );
    assert.equal(output, '{"x":1,"r":{"both":[{"x":1},"b"]}}');
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 ParallelStateEntered",
      "3<2 ParallelStateStarted",
      "4<3 TaskStateEntered",
      "5<4 TaskScheduled",
      "6<5 TaskStarted",
      "7<3 PassStateEntered",
      "8<7 PassStateExited",
      "9<6 TaskSucceeded",
      "10<9 TaskStateExited",
      "11<10 ParallelStateSucceeded",
      "12<10 ParallelStateExited",
      "13<12 PassStateEntered",
      "14<13 PassStateExited",
      "15<14 ExecutionSucceeded",
    ]);
    assert.equal(events[2]!.executionStartedEventDetails, undefined);
  }, { handler: (event) => event }));

Deno.test("a Fail in a branch fails the Parallel state, which can catch it", () =>
  withStates(async (states) => {
    const branches = [{ StartAt: "Boom", States: { Boom: { Type: "Fail", Error: "E", Cause: "c" } } }];
    const failed = await states.run(machine({ Type: "Parallel", Branches: branches, End: true }));
    assert.deepEqual([failed.error, failed.cause], ["E", "c"]);
    assert.deepEqual(chain(failed.events).slice(2), [
      "3<2 ParallelStateStarted",
      "4<3 FailStateEntered",
      "5<4 ParallelStateFailed",
      "6<5 ExecutionFailed",
    ]);
    const caught = await states.run(machine({
      Type: "Parallel",
      Branches: branches,
      Retry: [{ ErrorEquals: ["E"], IntervalSeconds: 0, MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "T" }],
      End: true,
    }, { T: pass }));
    assert.equal(caught.output, '{"Error":"E","Cause":"c"}');
    assert.deepEqual(chain(caught.events).slice(2, 8), [
      "3<2 ParallelStateStarted",
      "4<3 FailStateEntered",
      "5<4 ParallelStateStarted",
      "6<5 FailStateEntered",
      "7<6 ParallelStateFailed",
      "8<7 ParallelStateExited",
    ]);
  }));

Deno.test("a failed task in a branch is aborted, as are the states of the other branches", () =>
  withStates(async (states) => {
    const { events } = await states.run(machine({
      Type: "Parallel",
      Branches: [
        { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } },
        { StartAt: "T", States: { T: task({ End: true }) } },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "H" }],
      End: true,
    }, { H: pass }));
    assert.deepEqual(chain(events).slice(2, 11), [
      "3<2 ParallelStateStarted",
      "4<3 WaitStateEntered",
      "5<3 TaskStateEntered",
      "6<5 TaskScheduled",
      "7<6 TaskStarted",
      "8<7 TaskFailed",
      "9<8 TaskStateAborted",
      "10<8 WaitStateAborted",
      "11<8 ParallelStateFailed",
    ]);
  }, {
    handler: () => {
      throw named("Broken");
    },
  }));

Deno.test("a runtime failure in a branch ends the execution at once, named after the branch's state", () =>
  withStates(async (states) => {
    const fast = { Type: "Pass", Parameters: { "m.$": "$.nope" }, End: true };
    const { cause, events } = await states.run(
      machine({
        Type: "Parallel",
        Branches: [{ StartAt: "Fast", States: { Fast: fast } }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "H" }],
        End: true,
      }, { H: pass }),
      { x: "a" },
    );
    assert.deepEqual(chain(events).slice(2), [
      "3<2 ParallelStateStarted",
      "4<3 PassStateEntered",
      "5<4 ExecutionFailed",
    ]);
    assert.match(
      cause!,
      /^An error occurred while executing the state 'Fast' \(entered at the event id #4\)\. /,
    );
  }));

Deno.test("the Parallel state's own failure comes after its branches succeeded", () =>
  withStates(async (states) => {
    const { events, cause } = await states.run(machine({
      Type: "Parallel",
      Branches: [{ StartAt: "A", States: { A: pass } }],
      ResultSelector: { "m.$": "$.nope" },
      End: true,
    }));
    assert.deepEqual(chain(events).slice(4), [
      "5<4 PassStateExited",
      "6<5 ParallelStateSucceeded",
      "7<6 ExecutionFailed",
    ]);
    assert.match(
      cause!,
      /^An error occurred while executing the state 'S' \(entered at the event id #2\)\. /,
    );
  }));

Deno.test("the iterations of a Map state, one at a time", () =>
  withStates(async (states) => {
    const { output, events } = await states.run(
      machine({
        Type: "Map",
        ItemsPath: "$.items",
        MaxConcurrency: 1,
        ItemSelector: { "n.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index", "base.$": "$.base" },
        ItemProcessor: {
          ProcessorConfig: { Mode: "INLINE" },
          StartAt: "I",
          States: { I: { Type: "Pass", Parameters: { "v.$": "$", "i.$": "$$.Map.Item.Value" }, End: true } },
        },
        End: true,
      }),
      { base: 7, items: ["a", "b"] },
    );
    assert.equal(
      output,
      '[{"v":{"n":"a","at":0,"base":7},"i":"a"},{"v":{"n":"b","at":1,"base":7},"i":"b"}]',
    );
    assert.deepEqual(chain(events), [
      "1<0 ExecutionStarted",
      "2<0 MapStateEntered",
      "3<2 MapStateStarted",
      "4<3 MapIterationStarted",
      "5<4 PassStateEntered",
      "6<5 PassStateExited",
      "7<6 MapIterationSucceeded",
      "8<6 MapIterationStarted",
      "9<8 PassStateEntered",
      "10<9 PassStateExited",
      "11<10 MapIterationSucceeded",
      "12<11 MapStateSucceeded",
      "13<11 MapStateExited",
      "14<13 ExecutionSucceeded",
    ]);
    assert.deepEqual(events[2]!.mapStateStartedEventDetails, { length: 2 });
    assert.deepEqual(events[7]!.mapIterationStartedEventDetails, { name: "S", index: 1 });
  }));

Deno.test("a Map state over an empty array, and over something else", () =>
  withStates(async (states) => {
    const map = { Type: "Map", Iterator: { StartAt: "I", States: { I: pass } }, End: true };
    const empty = await states.run(machine(map), []);
    assert.equal(empty.output, "[]");
    assert.deepEqual(chain(empty.events).slice(1), [
      "2<0 MapStateEntered",
      "3<2 MapStateStarted",
      "4<3 MapStateSucceeded",
      "5<3 MapStateExited",
      "6<5 ExecutionSucceeded",
    ]);
    const wrong = await states.run(machine(map), { no: "array" });
    assert.match(wrong.cause!, /Reference path "\$" must point to array\.$/);
  }));

Deno.test("a failed iteration is retried with its Map state, then fails it", () =>
  withStates(async (states) => {
    const { error, events } = await states.run(
      machine({
        Type: "Map",
        ItemProcessor: { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } },
        Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 0, MaxAttempts: 1 }],
        End: true,
      }),
      [1],
    );
    assert.equal(error, "E");
    assert.deepEqual(chain(events).slice(2), [
      "3<2 MapStateStarted",
      "4<3 MapIterationStarted",
      "5<4 FailStateEntered",
      "6<5 MapIterationFailed",
      "7<5 MapStateStarted",
      "8<7 MapIterationStarted",
      "9<8 FailStateEntered",
      "10<9 MapIterationFailed",
      "11<9 MapStateFailed",
      "12<11 ExecutionFailed",
    ]);
  }));

Deno.test("the other iterations of a failed one are aborted", () =>
  withStates(async (states) => {
    const { events } = await states.run(
      machine({
        Type: "Map",
        ItemProcessor: { StartAt: "T", States: { T: task({ End: true }) } },
        End: true,
      }),
      [0, 1, 2],
    );
    assert.deepEqual(chain(events).slice(2), [
      "3<2 MapStateStarted",
      "4<3 MapIterationStarted",
      "5<3 MapIterationStarted",
      "6<3 MapIterationStarted",
      "7<4 TaskStateEntered",
      "8<7 TaskScheduled",
      "9<8 TaskStarted",
      "10<5 TaskStateEntered",
      "11<10 TaskScheduled",
      "12<11 TaskStarted",
      "13<6 TaskStateEntered",
      "14<13 TaskScheduled",
      "15<14 TaskStarted",
      "16<12 TaskFailed",
      "17<16 MapIterationFailed",
      "18<16 TaskStateAborted",
      "19<16 MapIterationAborted",
      "20<16 TaskStateAborted",
      "21<16 MapIterationAborted",
      "22<16 TaskStateAborted",
      "23<16 MapStateFailed",
      "24<23 ExecutionFailed",
    ]);
  }, {
    async handler(event) {
      if (event === 1) throw named("Broken");
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
  }));

Deno.test("MaxConcurrency bounds what runs at once; a Map within a Map gives its results in order", () => {
  let running = 0, most = 0;
  return withStates(async (states) => {
    const inner = {
      Type: "Map",
      MaxConcurrency: 2,
      ItemProcessor: { StartAt: "T", States: { T: task({ OutputPath: "$.Payload", End: true }) } },
      End: true,
    };
    const { output } = await states.run(
      machine({
        Type: "Map",
        MaxConcurrencyPath: "$$.Execution.Input[0][0]",
        ItemProcessor: { StartAt: "M", States: { M: inner } },
        End: true,
      }),
      [[1, 2, 3], [4], [], [5, 6]],
    );
    assert.equal(output, "[[1,2,3],[4],[],[5,6]]");
    assert.equal(most, 2);
  }, {
    async handler(event) {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      return event;
    },
  });
});

Deno.test("a Map over 2,000 items", () =>
  withStates(async (states) => {
    const items = Array.from({ length: 2000 }, (_, index) => index);
    const { status, output } = await states.ended(
      await states.start(
        await states.create(machine({
          Type: "Map",
          ItemProcessor: { StartAt: "I", States: { I: pass } },
          End: true,
        })),
        items,
      ),
    );
    assert.equal(status, "SUCCEEDED");
    assert.equal(output, JSON.stringify(items));
  }));

Deno.test("a Map state that fails itself aborts its iterations before it is retried", () =>
  withStates(async (states) => {
    const { error, events } = await states.run(
      machine({
        Type: "Map",
        MaxConcurrency: 2,
        ItemSelector: { "wait.$": "States.MathAdd($$.Map.Item.Value, 0)" },
        ItemProcessor: { StartAt: "T", States: { T: task({ End: true }) } },
        Retry: [{ ErrorEquals: ["States.IntrinsicFailure"], MaxAttempts: 1 }],
        End: true,
      }),
      [300, 0, "no number"],
    );
    assert.equal(error, "States.IntrinsicFailure");
    // The slow iteration's answer comes while the retry waits, and is ignored.
    assert.equal(states.invocations.length, 4);
    const succeeded = events.filter(({ type }) => type === "MapIterationSucceeded");
    assert.deepEqual(
      succeeded.map(({ mapIterationSucceededEventDetails }) => mapIterationSucceededEventDetails!.index),
      [1, 1],
    );
    assert.equal(events.filter(({ type }) => type === "MapStateStarted").length, 2);
  }, {
    handler: (event) => new Promise((resolve) => setTimeout(resolve, (event as { wait: number }).wait)),
  }));

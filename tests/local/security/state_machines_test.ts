/** State machines that would keep the server busy for seconds, minutes or for ever. */
import assert from "node:assert/strict";
import {
  DescribeStateMachineCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { type TestStates, withStates } from "../states/testing.ts";
import { assertShortHold, longestHold } from "../testing/event_loop.ts";

const pass = { Type: "Pass", End: true };
const machine = (state: object, rest: object = {}) => ({ StartAt: "A", States: { A: state, ...rest } });
const matching = (StringMatches: string) =>
  machine({ Type: "Choice", Choices: [{ Variable: "$.v", StringMatches, Next: "B" }], Default: "C" }, {
    B: pass,
    C: { Type: "Fail", Error: "NoMatch" },
  });
const evaluating = (value: string) => machine({ ...pass, Parameters: { "x.$": value } });
const nested = (depth: number) => JSON.parse("[".repeat(depth) + "1" + "]".repeat(depth));
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));
const members = (count: number, value: unknown) =>
  Object.fromEntries(times(count, (index) => [`m${index}${typeof value === "string" ? ".$" : ""}`, value]));

const LARGE = { v: "a".repeat(250_000) };
const NUMBERS = { v: times(40_000, (index) => index) };

/** What ends the execution: "" stands for success. */
const RUN: [what: string, definition: object, input: unknown, error: string][] = [
  ["a pattern of many wildcards", matching(`${"*a".repeat(1000)}*b`), { v: "a".repeat(2000) }, "NoMatch"],
  ["a long pattern on a long text", matching(`*${"a".repeat(100_000)}b*`), LARGE, "States.Runtime"],
  ["a pattern of a megabyte", matching("*a".repeat(400_000)), LARGE, "NoMatch"],
  ["a path of descents", evaluating("$..*..*..*..*..*..*"), nested(900), "States.Runtime"],
  ["a path of descents on few values", evaluating("$..*..*..*"), nested(20), ""],
  [
    "a filter of filters",
    evaluating("$..[?(@.a || @.b)]..[?(@.a)]..*..*"),
    JSON.parse(`${'{"a":'.repeat(900)}1${"}".repeat(900)}`),
    "States.Runtime",
  ],
  ["many paths", machine({ ...pass, Parameters: members(30_000, "$..*") }), NUMBERS, "States.Runtime"],
  [
    "the input many times",
    machine({ ...pass, Parameters: members(50_000, "$.v") }),
    NUMBERS,
    "States.DataLimitExceeded",
  ],
  [
    "many texts of the input",
    machine({ ...pass, Parameters: members(20_000, "States.JsonToString($)") }),
    NUMBERS,
    "States.Runtime",
  ],
  [
    "a format of the input many times",
    evaluating(`States.Format('${"{}".repeat(1000)}'${", $.v".repeat(1000)})`),
    LARGE,
    "States.Runtime",
  ],
  ["distinct items", evaluating("States.ArrayLength(States.ArrayUnique($.v))"), NUMBERS, ""],
  ["a large range", evaluating("States.ArrayRange(1, 1000000000000, 1)"), {}, "States.IntrinsicFailure"],
  ["a random number of a large range", evaluating("States.MathRandom(0, 999999999999999)"), {}, ""],
  ["a random number of no range", evaluating("States.MathRandom(0, 1e300)"), {}, "States.IntrinsicFailure"],
  [
    "a text of nested JSON",
    evaluating("States.StringToJson($)"),
    "[".repeat(100_000) + "]".repeat(100_000),
    "States.IntrinsicFailure",
  ],
  [
    "a branch for each kilobyte",
    machine({
      Type: "Parallel",
      End: true,
      Branches: times(8000, (n) => ({ StartAt: `B${n}`, States: { [`B${n}`]: pass } })),
    }),
    LARGE,
    "States.Runtime",
  ],
  [
    "outputs of gigabytes",
    machine({
      Type: "Map",
      End: true,
      ItemsPath: "$.items",
      ItemSelector: { "all.$": "$" },
      ItemProcessor: { StartAt: "I", States: { I: pass } },
    }),
    { items: times(40_000, () => 1), more: "a".repeat(120_000) },
    "States.DataLimitExceeded",
  ],
];

for (const [what, definition, input, error] of RUN) {
  Deno.test(`${what} does not hold the server`, () =>
    withStates(async (states) => {
      const stateMachineArn = await states.create(definition, "m", "EXPRESS");
      const command = new StartSyncExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
      const ended = await assertShortHold(() => states.sfn.send(command));
      assert.equal(ended.error ?? "", error, ended.cause);
      if (error === "States.Runtime") assert.match(ended.cause!, /more work than the local AWS allows/);
    }));
}

const nestedBranches = (depth: number): object =>
  depth === 0 ? { StartAt: "L", States: { L: pass } } : {
    StartAt: `L${depth}`,
    States: { [`L${depth}`]: { Type: "Parallel", Branches: [nestedBranches(depth - 1)], End: true } },
  };
const nestedRule = (depth: number): object =>
  depth === 0 ? { Variable: "$.a", IsNull: true } : { And: [nestedRule(depth - 1)] };

const DEFINITIONS: [what: string, definition: string, finding: RegExp | undefined][] = [
  ["nested branches", JSON.stringify(nestedBranches(9)), undefined],
  ["too deeply nested branches", JSON.stringify(nestedBranches(200)), /nested in more than 10 levels/],
  [
    "nested rules",
    JSON.stringify(
      machine({ Type: "Choice", Choices: [{ ...nestedRule(200), Next: "B" }] }, { B: pass }),
    ),
    undefined,
  ],
  [
    "ten thousand states",
    JSON.stringify({
      StartAt: "S0",
      States: Object.fromEntries(
        times(10_000, (n) => [`S${n}`, n === 9999 ? pass : { Type: "Pass", Next: `S${n + 1}` }]),
      ),
    }),
    undefined,
  ],
  ["JSON nested a million times", "[".repeat(1_000_000), /nesting depth \(1001\)/],
  [
    "a path of 3,000 brackets",
    JSON.stringify(evaluating(`$${"[0]".repeat(3000)}`)),
    /must be a valid JSONPath/,
  ],
  ["3,000 opened brackets", JSON.stringify(evaluating(`$${"[".repeat(3000)}`)), /must be a valid JSONPath/],
  [
    "a filter of parentheses",
    JSON.stringify(evaluating(`$[?${"(".repeat(300_000)}`)),
    /must be a valid JSONPath/,
  ],
  ["a path of spaces", JSON.stringify(evaluating(`$[${" ".repeat(500_000)}`)), /must be a valid JSONPath/],
  [
    "a hundred thousand errors under a long name",
    JSON.stringify({
      StartAt: "A",
      States: { A: pass, ["x".repeat(300_000)]: { Type: "Pass", ...members(50_000, 1) } },
    }),
    /80 characters at most/,
  ],
];

for (const [what, definition, finding] of DEFINITIONS) {
  Deno.test(`checking ${what} does not hold the server`, () =>
    withStates(async ({ sfn }) => {
      const command = new ValidateStateMachineDefinitionCommand({ definition });
      const { diagnostics } = await assertShortHold(() => sfn.send(command));
      if (finding) assert.match(diagnostics![0]!.message!, finding);
      else assert.deepEqual(diagnostics, []);
    }));
}

Deno.test("input nested a million times is refused as AWS refuses it", () =>
  withStates(async (states) => {
    const stateMachineArn = await states.create(machine(pass));
    const command = new StartExecutionCommand({ stateMachineArn, input: "[".repeat(200_000) });
    await assert.rejects(assertShortHold(() => states.sfn.send(command)), {
      name: "InvalidExecutionInput",
      message: /nesting depth \(1001\) exceeds the maximum allowed \(1000\)/,
    });
  }));

Deno.test("executions that never wait leave their turns to requests", () =>
  withStates(async (states) => {
    const loop = machine({ Type: "Pass", Next: "B" }, {
      B: { Type: "Choice", Choices: [{ Variable: "$.go", IsPresent: true, Next: "A" }], Default: "C" },
      C: { Type: "Succeed" },
    });
    const stateMachineArn = await states.create(loop, "loop", "EXPRESS");
    for (let count = 0; count < 40; count++) await states.start(stateMachineArn, { go: "a".repeat(1000) });
    const describe = new DescribeStateMachineCommand({ stateMachineArn });
    const { milliseconds } = await longestHold(async () => {
      for (let count = 0; count < 20; count++) await states.sfn.send(describe);
    });
    assert.ok(milliseconds < 100, `${milliseconds} ms`);
  }));

Deno.test("a state's data cannot become too deep for the server", () =>
  withStates(async (states: TestStates) => {
    const deep = await states.run(machine({ ...pass, Result: 1, ResultPath: `$${".a".repeat(1000)}` }), {});
    assert.equal(deep.status, "SUCCEEDED");
    const deeper = await states.run(
      machine({ Type: "Pass", Result: 1, ResultPath: `$${".a".repeat(1000)}`, Next: "B" }, {
        B: { ...pass, Parameters: { "x.$": "$" } },
      }),
      {},
    );
    assert.deepEqual([deeper.status, deeper.error], ["FAILED", "States.Runtime"]);
    assert.match(deeper.cause!, /nesting depth/);
  }));

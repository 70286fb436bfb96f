/**
 * Random state machines from a grammar of both query languages: each is refused at creation with a diagnostic, or runs to
 * an end. None is answered with a fault, hangs, or stays RUNNING.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AwsError } from "../../../lib/local/errors.ts";
import { FUNCTION, type TestStates, withStates } from "../states/testing.ts";
import { check, RUNS } from "./testing/check.ts";

type Language = "JSONPath" | "JSONata";

const NAMES = ["A", "B", "C", "D"];
const VARIABLES = ["x", "y", "items"];

const scalar = fc.constantFrom<unknown>(
  null,
  true,
  0,
  1,
  -1,
  1.5,
  "",
  "text",
  "2016-03-14T01:59:00Z",
  [1, 2],
  { a: 1 },
);
const path = fc.constantFrom(
  ...[
    "$",
    "$.a",
    "$.a.b",
    "$.list",
    "$.list[0]",
    "$.list[*]",
    "$..a",
    "$$.Execution.Name",
    "$$.State.RetryCount",
  ],
  ...VARIABLES.map((name) => `$${name}`),
  "$x.a",
);
const call = fc.constantFrom(
  "States.Array($.a, 1)",
  "States.Format('{}', $.a)",
  "States.MathAdd(1, $x)",
  "States.ArrayLength($.list)",
  "States.StringToJson($.text)",
  "States.Hash('a', 'MD5')",
  "States.Nope(1)",
);
const expression = fc.constantFrom(
  ...[
    "$states.input",
    "$states.input.a",
    "$states.input.list",
    "$states.result",
    "$states.errorOutput.Error",
    "1",
    "'a'",
  ],
  ...[
    "$states.context.Execution.Name",
    "$x",
    "$y.a",
    "$x + 1",
    "$sum($states.input.list)",
    "$nope",
    "phone",
    "$$",
  ],
  ...[
    "[1..3]",
    "{'a': $states.input}",
    "$error('no')",
    "function($v){$v}",
    "1 +",
    "$states.input.a > 0",
    "$uuid()",
  ],
  ...[
    "$map($states.input.list, function($v) { $v * 2 })",
    "$parse('[1]')",
    "$range(0, 4, 2)",
    "1/0",
    "$now()",
  ],
).map((text) => `{% ${text} %}`);

/** A value of a template: in JSONPath the members are named `x.$`. */
function template(language: Language): fc.Arbitrary<unknown> {
  if (language === "JSONata") {
    return fc.oneof(
      expression,
      fc.dictionary(fc.constantFrom("a", "list", "text"), fc.oneof(expression, scalar), { maxKeys: 3 }),
    );
  }
  const member = fc.oneof(
    fc.tuple(fc.constantFrom("a.$", "list.$", "text.$"), fc.oneof(path, call)),
    fc.tuple(fc.constantFrom("a", "list", "text"), scalar),
  );
  return fc.array(member, { maxLength: 3 }).map((members) => Object.fromEntries(members));
}

function assignment(language: Language): fc.Arbitrary<object> {
  const value = language === "JSONata" ? fc.oneof(expression, scalar) : fc.oneof(path, call);
  return fc.dictionary(fc.constantFrom(...VARIABLES), value, { maxKeys: 2 }).map((values) =>
    language === "JSONata"
      ? values
      : Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}.$`, value]))
  );
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

function state(language: Language, next: string | undefined, depth: number): fc.Arbitrary<object> {
  const isPath = language === "JSONPath";
  const move = next === undefined ? { End: true } : { Next: next };
  const number = isPath ? fc.constantFrom(0, 1) : fc.oneof(expression, fc.constantFrom(0, 1));
  const flow = isPath
    ? fc.record({
      InputPath: optional(path),
      OutputPath: optional(path),
      Assign: optional(assignment(language)),
    })
    : fc.record({ Output: optional(template(language)), Assign: optional(assignment(language)) });
  const results = isPath
    ? fc.record({
      Parameters: optional(template(language)),
      ResultPath: optional(fc.constantFrom("$.r", "$", null)),
    })
    : fc.record({ Arguments: optional(template(language)) });
  const recovery = fc.record({
    Retry: optional(fc.constant([{ ErrorEquals: ["States.ALL"], IntervalSeconds: 0, MaxAttempts: 1 }])),
    Catch: optional(
      fc.record({ Assign: optional(assignment(language)) }).map((rest) => [
        { ErrorEquals: ["States.ALL"], Next: NAMES.at(-1), ...rest },
      ]),
    ),
  });
  const build = (Type: string, ...parts: fc.Arbitrary<object>[]) =>
    fc.tuple(flow, ...parts).map((given) => Object.assign({ Type, ...move }, ...given));
  const task = build(
    "Task",
    recovery,
    fc.record({
      Resource: fc.constantFrom(FUNCTION, "arn:aws:states:::lambda:invoke"),
      TimeoutSeconds: optional(number),
    }),
    isPath ? fc.constant({ Parameters: { FunctionName: FUNCTION, "Payload.$": "$" } }) : fc.record({
      Arguments: fc.record({ FunctionName: fc.constant(FUNCTION), Payload: template(language) }),
    }),
  );
  const wait = build(
    "Wait",
    fc.oneof(
      number.map((Seconds) => ({ Seconds })),
      fc.constant(isPath ? { SecondsPath: "$.a" } : { Timestamp: "{% $now() %}" }),
    ),
  );
  const choice = fc.tuple(
    flow,
    isPath
      ? fc.record({ Variable: path, NumericGreaterThan: fc.constant(0), Next: fc.constant(NAMES.at(-1)) })
      : fc.record({ Condition: fc.oneof(expression, fc.boolean()), Next: fc.constant(NAMES.at(-1)) }),
  ).map(([given, rule]) => ({ Type: "Choice", ...given, Choices: [rule], Default: next ?? NAMES.at(-1) }));
  const simple = [build("Pass", isPath ? results : fc.constant({})), task, wait, choice];
  if (depth === 0) return fc.oneof(...simple);
  const inner = fc.nat(1000).chain((seed) => machine(language, depth - 1, `${depth}${seed}`));
  const parallel = build(
    "Parallel",
    results,
    recovery,
    fc.record({ Branches: fc.array(inner, { minLength: 1, maxLength: 2 }) }),
  );
  const map = build(
    "Map",
    recovery,
    fc.record({
      ItemProcessor: inner,
      MaxConcurrency: optional(number),
      ItemSelector: optional(template(language)),
    }),
    isPath
      ? fc.record({ ItemsPath: optional(path) })
      : fc.record({ Items: optional(fc.oneof(expression, fc.constant([1, "{% $x %}"]))) }),
  );
  return fc.oneof(...simple, parallel, map);
}

/** A machine whose states follow each other; the names have a suffix, as they must differ in the whole definition. */
function machine(language: Language, depth: number, suffix = ""): fc.Arbitrary<object> {
  const states = NAMES.map((_, index) => state(language, NAMES[index + 1], depth));
  return fc.tuple(...states).map((given) => {
    const text = JSON.stringify({
      StartAt: NAMES[0],
      States: Object.fromEntries(given.map((one, index) => [NAMES[index]!, one])),
    });
    if (suffix === "") return JSON.parse(text);
    const rename = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(rename);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => {
          const isTarget = ["StartAt", "Next", "Default"].includes(name) && NAMES.includes(member as string);
          const renamed = isTarget ? `${member}${suffix}` : rename(member);
          return [NAMES.includes(name) ? `${name}${suffix}` : name, renamed];
        }),
      );
    };
    return rename(JSON.parse(text)) as object;
  });
}

const whole = fc.constantFrom<Language>("JSONPath", "JSONata").chain((language) =>
  machine(language, 1).map((definition) => ({ QueryLanguage: language, ...definition }))
);
const input = fc.constantFrom<unknown>(
  {},
  { a: 1, list: [1, 2], text: "[1]" },
  { a: { b: [] }, list: "no" },
  [],
  5,
  null,
);

async function runs(states: TestStates, definition: object, given: unknown): Promise<string> {
  try {
    const { status } = await states.run(definition, given);
    return status!;
  } catch (error) {
    const { name, message } = error as Error;
    assert.equal(name, "InvalidDefinition", message);
    assert.match(message, /^(Invalid State Machine Definition: '[A-Z_]+: |The local AWS does not support )/);
    return "refused";
  }
}

Deno.test("random machines are refused with a diagnostic or run to an end", () =>
  withStates(async (states) => {
    const ends = new Map<string, number>();
    await check(fc.tuple(whole, input), async ([definition, given]) => {
      const end = await runs(states, definition, given);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }, RUNS * 10);
    for (const end of ["refused", "SUCCEEDED", "FAILED"]) assert.ok(ends.has(end), `none ended as ${end}`);
    assert.ok(!ends.has("RUNNING"));
  }, {
    handler(event) {
      if (JSON.stringify(event).length % 5 === 0) throw new AwsError("ServiceException", "it failed", 500);
      return event;
    },
  }));

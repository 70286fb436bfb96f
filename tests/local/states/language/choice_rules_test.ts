import assert from "node:assert/strict";
import type { ChoiceRule, Json } from "../../../../lib/local/states/language/asl.ts";
import { choose } from "../../../../lib/local/states/language/choice_rules.ts";

function matches(rule: ChoiceRule, input: Json): boolean {
  const state = { Type: "Choice" as const, Choices: [{ ...rule, Next: "yes" }], Default: "no" };
  return choose(state, { input, context: { limit: 3 } }).next === "yes";
}

Deno.test("comparisons", () => {
  const cases: [operator: string, operand: Json, value: Json, matches: boolean][] = [
    ["StringEquals", "a", "a", true],
    ["StringEquals", "1", 1, false],
    ["StringLessThan", "b", "a", true],
    ["StringGreaterThanEquals", "b", "b", true],
    ["StringMatches", "log-*.txt", "log-7.txt", true],
    ["StringMatches", "log-\\*.txt", "log-7.txt", false],
    ["StringMatches", "log-\\*.txt", "log-*.txt", true],
    ["StringMatches", "a.c", "abc", false],
    ["NumericEquals", 3, 3, true],
    ["NumericEquals", 3, "3", false],
    ["NumericGreaterThan", 3, 3.5, true],
    ["NumericLessThanEquals", 3, 4, false],
    ["NumericGreaterThanEqualsPath", "$$.limit", 3, true],
    ["BooleanEquals", true, true, true],
    ["BooleanEquals", false, 0, false],
    ["TimestampEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true],
    ["TimestampLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z", true],
    ["TimestampLessThan", "2026-01-01T00:00:00Z", "2025-12-31", false],
    ["IsNull", true, null, true],
    ["IsNull", false, 1, true],
    ["IsNumeric", true, 1, true],
    ["IsString", true, 1, false],
    ["IsBoolean", true, false, true],
    ["IsTimestamp", true, "2026-01-01T00:00:00Z", true],
    ["IsTimestamp", true, "yesterday", false],
    ["IsPresent", true, null, true],
  ];
  for (const [operator, operand, value, expected] of cases) {
    const what = `${JSON.stringify(value)} ${operator} ${JSON.stringify(operand)}`;
    assert.equal(matches({ Variable: "$.v", [operator]: operand }, { v: value }), expected, what);
  }
  assert.equal(matches({ Variable: "$.nope", IsPresent: false }, {}), true);
});

Deno.test("And, Or and Not nest", () => {
  const large = { Variable: "$.v", NumericGreaterThan: 10 };
  const small = { Variable: "$.v", NumericLessThan: 5 };
  assert.equal(matches({ Or: [large, small] }, { v: 1 }), true);
  assert.equal(matches({ And: [large, small] }, { v: 1 }), false);
  assert.equal(matches({ Not: { Or: [large, small] } }, { v: 7 }), true);
});

Deno.test("a missing variable and a choice without a match fail in AWS's wording", () => {
  assert.throws(() => matches({ Variable: "$.nope", StringEquals: "x" }, {}), {
    error: "States.Runtime",
    cause: "Invalid path '$.nope': The choice state's condition path references an invalid value.",
  });
  const state = {
    Type: "Choice" as const,
    Choices: [{ Variable: "$.v", StringEquals: "never", Next: "x" }],
  };
  assert.throws(() => choose(state, { input: { v: 1 }, context: {} }), {
    cause: "Failed to transition out of the state. The state does not point to a next state.",
  });
});

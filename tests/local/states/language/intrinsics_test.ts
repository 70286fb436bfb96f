import assert from "node:assert/strict";
import { type Data } from "../../../../lib/local/states/language/asl.ts";
import { EvaluationFailure } from "../../../../lib/local/states/language/failures.ts";
import { parseIntrinsic } from "../../../../lib/local/states/language/intrinsic_parser.ts";
import { ARITIES, callIntrinsic } from "../../../../lib/local/states/language/intrinsics.ts";

const data: Data = {
  input: {
    name: "Ann",
    items: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    names: ["b", "a", "b"],
    mixed: [{ a: 1 }, { a: 1 }, 1, "1"],
    a: { x: 1, y: 1 },
    b: { y: 2 },
    text: '{"n": [1, 2]}',
    nothing: null,
    "odd ) name": 7,
  },
  context: { Execution: { Name: "run" } },
};

const table: [expression: string, value: unknown][] = [
  ["States.Format('Hello, {}!', $.name)", "Hello, Ann!"],
  ["States.Format('{} {} {}', 1, true, null)", "1 true null"],
  // As Java prints them.
  ["States.Format('{}', $.names)", "[b, a, b]"],
  ["States.Format('{}', $.mixed)", "[{a=1}, {a=1}, 1, 1]"],
  ["States.Format('\\{\\} is {} and \\'quoted\\' \\\\', $.nothing)", "{} is null and 'quoted' \\"],
  ["States.Format('{}', $$.Execution.Name)", "run"],
  ["States.StringToJson($.text)", { n: [1, 2] }],
  ["States.StringToJson('')", null],
  ["States.StringToJson(' ')", null],
  ["States.JsonToString($.b)", '{"y":2}'],
  ["States.Array()", []],
  ["States.Array('x', 1, $.name, States.Array(2))", ["x", 1, "Ann", [2]]],
  ["States.ArrayPartition($.items, 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
  ["States.ArrayContains($.items, 5)", true],
  ["States.ArrayContains($.mixed, $.b)", false],
  ["States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]],
  ["States.ArrayRange(3, -3, -3)", [3, 0, -3]],
  ["States.ArrayRange(3, 1, 1)", []],
  ["States.ArrayGetItem($.items, 5)", 6],
  ["States.ArrayLength($.items)", 9],
  ["States.ArrayUnique($.names)", ["b", "a"]],
  ["States.ArrayUnique($.mixed)", [{ a: 1 }, 1, "1"]],
  ["States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="],
  ["States.Base64Decode('RGVjb2RlZCBkYXRh')", "Decoded data"],
  ["States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"],
  ["States.Hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
  [
    "States.Hash('abc', 'SHA-256')",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  ],
  ["States.JsonMerge($.a, $.b, false)", { x: 1, y: 2 }],
  ["States.MathAdd(111, -1)", 110],
  ["States.StringSplit('1,2,3', ',')", ["1", "2", "3"]],
  ["States.StringSplit('This.is+a,test=string', '.+,=')", ["This", "is", "a", "test", "string"]],
  ["States.ArrayLength(States.StringSplit('a b', ' '))", 2],
  ["States.MathAdd($['odd ) name'], 1)", 8],
];

for (const [expression, value] of table) {
  Deno.test(expression, () => assert.deepEqual(callIntrinsic(expression, data), value));
}

Deno.test("States.MathRandom stays in its range and repeats with a seed", () => {
  for (let times = 0; times < 100; times++) {
    const value = callIntrinsic("States.MathRandom(1, 4)", data) as number;
    assert.ok(Number.isInteger(value) && value >= 1 && value < 4, String(value));
  }
  const seeded = callIntrinsic("States.MathRandom(1, 999, 42)", data);
  assert.equal(callIntrinsic("States.MathRandom(1, 999, 42)", data), seeded);
});

Deno.test("States.MathRandom takes whole numbers of any size that is exact", () => {
  for (const range of ["0, 999999999999999", "-9007199254740991, 9007199254740991"]) {
    for (const seed of ["", ", 7"]) {
      const value = callIntrinsic(`States.MathRandom(${range}${seed})`, data) as number;
      const [from, to] = range.split(", ").map(Number) as [number, number];
      assert.ok(Number.isSafeInteger(value) && value >= from && value < to, `${range}: ${value}`);
    }
  }
});

Deno.test("States.UUID makes a version 4 UUID", () => {
  assert.match(callIntrinsic("States.UUID()", data) as string, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab]/);
});

Deno.test("all 18 functions are there", () => assert.equal(Object.keys(ARITIES).length, 18));

Deno.test("a missing argument fails in AWS's wording, with the whole expression", () => {
  const expression = "States.Format('{}', States.Format('{}', $.nope))";
  assert.throws(
    () => callIntrinsic(expression, { input: { other: 1 }, context: {} }),
    (error: EvaluationFailure) =>
      error.error === "States.Runtime" &&
      error.cause === `The function '${expression}' had the following error: The JsonPath argument for the ` +
          `field '$.nope' could not be found in the input '{"other":1}'`,
  );
});

Deno.test("invalid arguments fail with States.IntrinsicFailure", () => {
  const bad = [
    "States.Format('{} {}', 1)",
    "States.Format('{}', 1, 2)",
    "States.StringToJson('{')",
    "States.ArrayPartition($.items, 0)",
    "States.ArrayLength('x')",
    "States.ArrayRange(1, 2, 0)",
    "States.ArrayRange(1, 2000, 1)",
    "States.ArrayGetItem($.items, 9)",
    "States.Base64Decode('?')",
    "States.Hash('x', 'CRC')",
    "States.JsonMerge($.a, $.b, true)",
    "States.MathRandom(4, 4)",
    "States.MathAdd('1', 2)",
    "States.MathRandom(0, 1e300)",
    "States.MathAdd(9007199254740993, 1)",
    `States.Base64Encode('${"x".repeat(10_001)}')`,
  ];
  for (const expression of bad) {
    assert.throws(
      () => callIntrinsic(expression, data),
      (error: EvaluationFailure) => error.error === "States.IntrinsicFailure",
      expression,
    );
  }
});

Deno.test("invalid calls are refused with the position", () => {
  for (
    const text of [
      "Format('x')",
      "States.Format('x'",
      "States.Format('x') y",
      "States.Format('x' 1)",
      "States.A($.)",
    ]
  ) {
    assert.throws(() => parseIntrinsic(text), SyntaxError, text);
  }
  const deep = "States.Array(".repeat(11) + ")".repeat(11);
  assert.throws(() => parseIntrinsic(deep), /nest deeper than 10/);
});

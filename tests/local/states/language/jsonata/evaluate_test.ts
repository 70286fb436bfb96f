import assert from "node:assert/strict";
import jsonata from "jsonata";
import type { Data, Json } from "../../../../../lib/local/states/language/asl.ts";
import { evaluate, evaluateAs } from "../../../../../lib/local/states/language/jsonata/evaluate.ts";
import { inspect } from "../../../../../lib/local/states/language/jsonata/evaluator.ts";
import { Work } from "../../../../../lib/local/states/language/work.ts";

const input = {
  title: "Doctor",
  orders: [{ id: "a", price: 2.5, tags: ["x", "y"] }, { id: "b", price: 4, tags: [] }, {
    id: "c",
    price: 4,
    tags: ["y"],
  }],
  nested: { "odd name": { deep: [1, [2, [3]]] } },
  nothing: null,
  flag: false,
};
const data: Data = {
  input,
  context: { Execution: { Name: "e1" } },
  variables: { customerName: '"María"', amount: "3" },
};
const value = (expression: string, given = data) => evaluate(`{% ${expression} %}`, "Output", given);

/** The same expressions through the npm library, without the sandbox. */
const EXPRESSIONS = [
  "$states.input.title",
  "$states.input.orders.id",
  "$states.input.orders[price > 3].id",
  "$states.input.orders[id = 'a'].price",
  "$states.input.orders^(>price, id).id",
  "$states.input.orders{id: price}",
  "$sum($states.input.orders.price)",
  "$states.input.orders.(price * 2)",
  "$states.input.nested.`odd name`.deep",
  "$states.input.nested.**[$type($) = 'number']",
  "$map($states.input.orders, function($o, $i) { $i & ':' & $o.id })",
  "$filter($states.input.orders, function($o) { $count($o.tags) > 0 }).id",
  "$reduce([1..5], function($a, $b) { $a * $b })",
  "($f := function($n) { $n < 2 ? $n : $f($n - 1) + $f($n - 2) }; $f(7))",
  "$states.input.orders ~> $map(function($o) { $o.id }) ~> $join('-')",
  "$states.input ~> |orders|{'total': price}, 'tags'|",
  "$states.context.Execution.Name & '/' & $customerName & $amount",
  "$uppercase($states.input.title) & $pad('x', -5, '#')",
  "$match('a1b22', /[0-9]+/).match",
  "$replace('John Smith', /(\\w+)\\s(\\w+)/, '$2, $1')",
  "$split('a, b,c', /, ?/)",
  "$formatNumber(12345.6, '#,###.00')",
  "$fromMillis(0, '[Y0001]-[M01]-[D01]')",
  "$toMillis('2017-11-07T15:07:54.972Z')",
  "$string($states.input)",
  "$merge([{'a': 1}, {'b': 2}])",
  "$zip([1, 2], ['a', 'b'])",
  "$each($states.input.nested, function($v, $k) { $k })",
  "$sift($states.input, function($v) { $type($v) = 'string' })",
  "$keys($states.input)",
  "$lookup($states.input, 'title')",
  "$distinct([1, 1, 2])",
  "$sort(['b', 'a'])",
  "$base64encode('hi') & $base64decode('aGk=')",
  "$encodeUrlComponent('a b')",
  "$exists($states.input.missing)",
  "$states.input.nothing",
  "$boolean([]) or $not($states.input.flag)",
  "$number('12') + $round(2.5) + $power(2, 3) + $sqrt(16) + $floor(1.7) + $abs(-2)",
  "$states.input.orders[-1].id in ['c', 'd']",
  "[1..3, 7]",
  "{'a': [$states.input.orders.id], 'b': {'c': null}}",
  "$spread($states.input.nested)",
  "$formatBase(255, 16) & $formatInteger(12, 'w')",
  "$parseInteger('twelve', 'w')",
  "$map(['a', 'b'], $uppercase)",
  "$states.input.orders.tags[0]",
  "$states.input.orders@$o.{'id': $o.id}",
  "$states.input.orders#$i.($i & id)",
];

Deno.test("expressions have the values of the npm library", async () => {
  for (const expression of EXPRESSIONS) {
    const states = { input, context: data.context };
    const expected = await jsonata(expression).evaluate(undefined, {
      states,
      customerName: "María",
      amount: 3,
    });
    assert.equal(JSON.stringify(value(expression)), JSON.stringify(expected), expression);
  }
});

Deno.test("AWS's documented examples", () => {
  const given = { ...data, input: { title: "Doctor", chunkSize: 2, hello: "world" } };
  const template = {
    static: "Hello",
    title: "{% $states.input.title %}",
    name: "{% $customerName %}",
    "not-evaluated": "$customerName",
  };
  assert.deepEqual(evaluate(template, "Arguments", given), {
    static: "Hello",
    title: "Doctor",
    name: "María",
    "not-evaluated": "$customerName",
  });
  assert.deepEqual(value("$partition([1,2,3,4], $states.input.chunkSize)", given), [[1, 2], [3, 4]]);
  assert.deepEqual(value("$range(0, 10, 2)"), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(value('$parse(\'{"foo":"bar"}\').foo'), "bar");
  assert.match(
    value("$uuid()") as string,
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.equal(value("$hash('a', 'MD5')"), "0cc175b9c0f1b6a831c399e269772661");
  assert.equal(
    value("$hash('a', 'SHA-256')"),
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
  );
  // Only a whole text is an expression, and white space does not belong to it.
  assert.equal(evaluate("a {% 1 %}", "Output", data), "a {% 1 %}");
  assert.equal(evaluate(" {% 1 %}", "Output", data), " {% 1 %}");
});

Deno.test("$random with a seed is Java's generator", () => {
  assert.equal(value("$random(42)"), 0.7275636800328681);
  assert.equal(value("$random(42.9)"), 0.7275636800328681);
  const random = value("$random()") as number;
  assert.ok(random >= 0 && random < 1);
});

Deno.test("AWS's functions round and refuse as on AWS", () => {
  const values: [expression: string, value: Json][] = [
    ["$partition([1, 2, 3], 2.9)", [[1, 2], [3]]],
    ["$partition([1, 2])", [[1, 2]]],
    ["$range(5, 0, -2)", [5, 3, 1]],
    ["$range(3, 3, 1)", 3],
    ["1/0", "Infinity"],
    ["[-1/0]", ["-Infinity"]],
  ];
  for (const [expression, expected] of values) assert.deepEqual(value(expression), expected, expression);
  const failures: [expression: string, end: string][] = [
    ["$partition([], 1)", " returned nothing (undefined)."],
    ["$partition([1], 0)", " returned nothing (undefined)."],
    [
      "$partition([1], -1)",
      " threw an error during evaluation. D3137: Second argument must be zero or greater",
    ],
    ["$range(0, 3, -1)", " returned nothing (undefined)."],
    [
      "$range('a', 3, 1)",
      ' threw an error during evaluation. T0410: Argument 1 of function "range" does not match function signature',
    ],
    [
      "$partition(1, 1)",
      ' threw an error during evaluation. T0412: Argument 1 of function "partition" must be an array of undefined',
    ],
    ["$parse('')", " threw an error during evaluation. D3137: Invalid JSON"],
    [
      "$hash('a', 'SHA')",
      " threw an error during evaluation. D3137: Hash algorithm 'SHA' must be one of SHA-1, SHA-384, SHA-256, " +
      "SHA-512, MD5",
    ],
    [
      "$uuid(1)",
      ' threw an error during evaluation. T0410: Argument 1 of function "uuid" does not match function signature',
    ],
    ["$eval('1')", " threw an error during evaluation. T1006: Attempted to invoke a non-function"],
    [
      "1 + 'a'",
      ' threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number',
    ],
    [
      "$sum(['a'])",
      ' threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
    ],
    [
      "[1..900000]",
      " threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive " +
      "memory usage",
    ],
  ];
  for (const [expression, end] of failures) {
    assert.throws(() => value(expression), {
      error: "States.QueryEvaluationError",
      cause: `The JSONata expression '${expression}' specified for the field 'Output'${end}`,
      location: "Output",
    }, expression);
  }
});

Deno.test("a failure names the place of the expression", () => {
  const template = { a: { b: [1, "{% 1 %}", { c: "{% $states.input.missing %}" }] } };
  assert.throws(() => evaluate(template, "Arguments", data), { location: "Arguments/a/b[2]/c" });
});

Deno.test("a value of the wrong type is refused with its type and value", () => {
  assert.throws(() => evaluateAs("array", "{% {'a': 1} %}", "Items", data), {
    cause:
      "The JSONata expression '{'a': 1}' specified for the field 'Items' returned an unexpected result type. " +
      "Expected 'array', but was 'object' for value: {\"a\":1}",
  });
});

Deno.test("expressions nest 100 deep, whatever stands beside them", () => {
  const sum = (terms: number) => Array.from({ length: terms }, () => "1").join("+");
  assert.equal(value(sum(100)), 100);
  assert.throws(() => value(sum(101)), { error: "States.QueryEvaluationError", cause: /Stack overflow/ });
  const wide = `[${Array.from({ length: 60 }, (_, index) => `{'m${index}': ${sum(50)}}`)}]`;
  assert.equal((value(wide) as Json[]).length, 60);
});

Deno.test("an evaluation spends the state's work", () => {
  const work = new Work();
  value("$sum([1..1000])", { ...data, work });
  assert.ok(work.spent > 1000, `${work.spent}`);
  assert.throws(() => value("$map([1..100000], function($n) { $n * 2 })"), {
    error: "States.QueryEvaluationError",
    cause: /takes more work than the local AWS allows/,
  });
});

Deno.test("an expression says what it reads", () => {
  const cases: [expression: string, read: object][] = [
    ["$a + $b.c[$d = 1]", { variables: ["a", "b", "d"] }],
    ["($x := 1; $x + $y)", { variables: ["y"] }],
    ["$map($l, function($v) { $v & $w })", { variables: ["l", "w"] }],
    ["$states.input.a ~> $uppercase", { variables: ["states"], states: ["input"] }],
    ["$states.result.b", { variables: ["states"], states: ["result"] }],
    ["phone", { outside: ["phone"] }],
    ["$states.input.items[value > 3]", { variables: ["states"], states: ["input"] }],
    ["$map($a, function($x) { b })", { variables: ["a"], outside: ["b"] }],
    ["$$.a", { outside: ["$$"] }],
    ["$ + 1", { outside: ["$"] }],
    ["1 +", { error: "Unexpected end of expression" }],
    ["a[1,2)", { error: 'Expected "]", got ","' }],
    ['"unterminated', { error: "String literal must be terminated by a matching quote" }],
  ];
  const found = inspect(cases.map(([expression]) => expression))!;
  cases.forEach(([expression, read], index) => {
    const expected = "error" in read ? read : { variables: [], states: [], outside: [], ...read };
    assert.deepEqual(found[index], expected, expression);
  });
});

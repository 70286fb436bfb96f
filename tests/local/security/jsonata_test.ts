/** JSONata expressions that would run for ever, fill the memory, or reach the process. */
import assert from "node:assert/strict";
import { ValidateStateMachineDefinitionCommand } from "@aws-sdk/client-sfn";
import { withStates } from "../states/testing.ts";
import { assertShortHold } from "../testing/event_loop.ts";

const evaluating = (...expressions: string[]) => ({
  QueryLanguage: "JSONata",
  StartAt: "A",
  States: {
    A: { Type: "Pass", Output: expressions.map((expression) => `{% ${expression} %}`), End: true },
  },
});

const ENDLESS = [
  "($f := function($n) { $f($n + 1) }; $f(1))",
  "($f := function($n) { 1 + $f($n + 1) }; $f(1))",
  "/^(a+)+$/('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')",
  "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^(a|a)*$/)",
  "$pad('x', 500000000)",
  "($f := function($s) { $f($s & $s) }; $f('aaaaaaaa'))",
  "$map([1..800000], function($n) { $n })",
  "($a := [1..200000]; $string($map([1..100], function($n) { $a })))",
  "$join($map([1..1000], function($n) { $pad('', 4000000, 'x') }))",
  "$sort([1..800000], function($a, $b) { $a < $b })",
  "$range(0, 1000000000, 1)",
  "$replace($pad('', 100000, 'a'), 'a', $pad('', 100000, 'b'))",
  "$states.input.**.**.**.**.**.**.**",
];

Deno.test("an expression that never ends is cut off, and holds nobody up", () =>
  withStates(async (states) => {
    const input = { a: Array.from({ length: 200 }, (_, index) => ({ b: [index, { c: index }] })) };
    for (const expression of ENDLESS) {
      const { error } = await assertShortHold(
        () => states.run(evaluating(expression), input),
        () => expression,
      );
      assert.equal(error, "States.QueryEvaluationError", expression);
    }
    // The next expression is not disturbed.
    assert.equal((await states.run(evaluating("$sum([1..4])"))).output, "[10]");
  }));

Deno.test("an expression reaches data and functions of the language, and nothing else", () =>
  withStates(async (states) => {
    const nothing = [
      "$states.input.constructor",
      "$states.input.__proto__",
      "$states.input.toString",
      "$states.input.list.constructor",
      "$lookup($states.input, 'constructor')",
      "$states.input.text.constructor",
      "$uppercase.constructor",
      "$Deno",
      "$process",
      "$globalThis",
      "$window",
    ];
    for (const expression of nothing) {
      const { error, cause } = await states.run(evaluating(expression), { list: [1], text: "x" });
      assert.equal(error, "States.QueryEvaluationError", expression);
      assert.match(cause!, /returned (nothing \(undefined\)|an unsupported result type)\.$/, expression);
    }
    const failing = [
      "$states.input.constructor.constructor('return 1')()",
      "($f := $states.input.hasOwnProperty; $f('a'))",
      "$eval('1')",
      "$states.input ~> |$|{'__proto__': {'polluted': true}}|",
    ];
    for (const expression of failing) {
      await states.run(evaluating(expression), {});
      assert.equal((await states.run(evaluating("$exists($states.input.polluted)"), {})).output, "[false]");
    }
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.equal((await states.run(evaluating("$keys({'__proto__': 1, 'a': 2})"))).status, "SUCCEEDED");
  }));

Deno.test("definitions full of expressions are answered in time", () =>
  withStates(async (states) => {
    const long = "1" + "+1".repeat(300_000);
    const many = Array.from({ length: 60_000 }, (_, index) => `$a${index}`);
    for (const definition of [evaluating(long), evaluating(...many), evaluating("(".repeat(100_000))]) {
      const text = JSON.stringify(definition);
      const { result } = await assertShortHold(
        () => states.sfn.send(new ValidateStateMachineDefinitionCommand({ definition: text })),
        () => text,
      );
      assert.ok(result === "OK" || result === "FAIL");
    }
  }));

/** Was run as a program of the host: the transform made the function `$map` an object with readable members. */
const ESCAPE = `(
  $a := {"a": 1} ~> |$map|{"_jsonata_function": false}|;
  $mi := $map.implementation;
  $b := {"a": 1} ~> |$map|{"_jsonata_function": true}|;
  $raw := $append(function($g, $r) { $g }, $states.input.none);
  $g := $mi([1], {"arity": 1, "apply": $raw});
  $O := $g.globals.request.constructor;
  $F := $O.($mi(["constructor"], {"arity": 1, "apply": $g.Reflect.get}));
  $code := $F("return Deno.pid");
  $code()
)`;

Deno.test("functions cannot be changed, made from data, or taken apart", () =>
  withStates(async (states) => {
    const refused = [
      ESCAPE,
      '{"a": 1} ~> |$uppercase|{"implementation": function($x) { "changed" }}|',
      '{"a": 1} ~> |$sum|{"implementation": "x"}|',
      '($f := function($x) { $x }; {"a": 1} ~> |$f|{"body": {"type": "string", "value": "x"}}|)',
      "$states.input.f(1)",
      '($f := {"_jsonata_lambda": true, "arguments": [], "body": {"type": "string", "value": "x"}}; $f(1))',
      '($f := {"_jsonata_function": true, "implementation": $sum}; $f(1))',
      "$map.implementation([1], $string)",
      "$map.*",
      "$map.**.implementation",
      "$keys($map)",
      "$each($map, function($v, $k) { $k })",
      "$each(function($x) { $x }, function($v, $k) { $v })",
      "$spread($map)[0]",
      '$lookup($map, "implementation")',
      "(function($x) { $x }).environment.lookup('sum')",
      "(function($x) { $x }).*",
      "$merge([$map]).implementation",
    ];
    const input = { f: { _jsonata_lambda: true, arguments: [], body: { type: "string", value: "x" } } };
    for (const expression of refused) {
      const { status, output } = await states.run(evaluating(expression), input);
      if (status === "SUCCEEDED") assert.fail(`${expression} is ${output}`);
    }
    const fine = '[$uppercase("abc"), $string($sum([1, 2])), {"a": 1} ~> |$|{"b": 2}|]';
    assert.deepEqual(JSON.parse((await states.run(evaluating(fine))).output!), [["ABC", "3", {
      a: 1,
      b: 2,
    }]]);
  }));

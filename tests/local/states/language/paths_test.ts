import assert from "node:assert/strict";
import { type Json } from "../../../../lib/local/states/language/asl.ts";
import { EvaluationFailure } from "../../../../lib/local/states/language/failures.ts";
import {
  isPath,
  place,
  referencePath,
  select,
  selectExisting,
} from "../../../../lib/local/states/language/paths.ts";
import { fill } from "../../../../lib/local/states/language/templates.ts";

const input: Json = {
  a: { b: [1, 2, 3], "x.y": "dotted" },
  items: [{ n: 1, t: "a" }, { n: 2, t: "b" }],
  nul: null,
};
const data = { input, context: { Execution: { Name: "run" } } };

Deno.test("paths select", () => {
  const cases: [path: string, value: unknown][] = [
    ["$", input],
    ["$.a.b[1]", 2],
    ["$.a.b[-1]", 3],
    ["$['a']['x.y']", "dotted"],
    ["$.a.x\\.y", "dotted"],
    ["$.nul", null],
    ["$.nope", undefined],
    ["$.a.b[9]", undefined],
    ["$.items[*].n", [1, 2]],
    ["$..t", ["a", "b"]],
    ["$.a.b[0:2]", [1, 2]],
    ["$.a.b[0,2]", [1, 3]],
    ["$.items[?(@.t=='b')].n", [2]],
    ["$.nope[*]", []],
    ["$$.Execution.Name", "run"],
  ];
  for (const [path, value] of cases) assert.deepEqual(select(path, data), value, path);
});

Deno.test("filters compare, combine and negate", () => {
  const items: Json[] = [
    { n: 1, t: "a", ok: true },
    { n: 2, t: "b", ok: false, sub: { x: [5] } },
    { n: "3", t: null },
    "text",
    7,
  ];
  const cases: [filter: string, indices: number[]][] = [
    ["@.n > 1", [1, 2]],
    ["@.n >= 1 && @.n < 2", [0]],
    ["@.n == 3 || @.t == 'a'", [0, 2]],
    ["!(@.n)", [3, 4]],
    ["!@.ok && @.n", [2]],
    ["@.ok", [0, 1]],
    ["@.ok == false", [1]],
    ["@.t == null", [2]],
    ["@.t != 'a'", [1, 2, 3, 4]],
    ["@.sub.x[0] == 5", [1]],
    ["@['t'] == \"b\"", [1]],
    ["@ == 'text'", [3]],
    ["@ > 6.5", [4]],
    ["@.n < 'b'", [2]],
    ["@.n == $[1].n", [1]],
    ["@.nope == 1", []],
  ];
  for (const [filter, indices] of cases) {
    const expected = indices.map((index) => items[index]);
    assert.deepEqual(select(`$[?(${filter})]`, { input: items, context: {} }), expected, filter);
  }
  for (
    const bad of [
      "",
      "@.a ==",
      "1",
      "@.a = 1",
      "@.a == 1 &&",
      "(@.a",
      "@.f()",
      "@.a =~ /x/",
      "@..a",
      "@.a in [1]",
    ]
  ) {
    assert.equal(isPath(`$[?(${bad})]`), false, bad);
  }
});

Deno.test("slices, unions and descents", () => {
  const data = { input: { a: [0, 1, 2, 3], b: { a: 9, c: [1] } }, context: {} };
  const cases: [path: string, value: unknown][] = [
    ["$.a[1:]", [1, 2, 3]],
    ["$.a[-2:]", [2, 3]],
    ["$.a[:-1]", [0, 1, 2]],
    ["$.a[::2]", [0, 2]],
    ["$.a[ 0 , -1 ]", [0, 3]],
    ["$.b['a','c']", [9, [1]]],
    ["$..a", [[0, 1, 2, 3], 9]],
    ["$..a[0]", [0]],
    ["$..[0]", [0, 1]],
    ["$.b.*", [9, [1]]],
    ["$.b.a[*]", []],
  ];
  for (const [path, value] of cases) assert.deepEqual(select(path, data), value, path);
  for (const bad of ["$.a[::0]", "$.a[]", "$.a[1", "$.a[1,]", "$.a['b]", "$...a", "$.a[(@.length-1)]"]) {
    assert.equal(isPath(bad), false, bad);
  }
});

Deno.test("a path that looks at too many values ends with a failure", () => {
  const deep = JSON.parse("[".repeat(500) + "]".repeat(500));
  assert.throws(() => select("$..*..*..*", { input: deep, context: {} }), {
    error: "States.Runtime",
    cause: /takes more work than the local AWS allows \(1,500,000 values looked at\)/,
  });
});

Deno.test("a path reaches own members only", () => {
  for (const path of ["$.constructor", "$.__proto__", "$.a.b.length", "$['hasOwnProperty']"]) {
    assert.equal(select(path, data), undefined, path);
  }
  assert.throws(() => select("$.items[?(@.constructor.constructor('return 1')())]", data), EvaluationFailure);
});

Deno.test("a missing path fails in AWS's wording", () => {
  assert.throws(
    () => selectExisting("$.a.c[0]", data),
    { error: "States.Runtime", cause: "Invalid path '$.a.c[0]' : No results for path: $['a']['c'][0]" },
  );
});

Deno.test("extensions of JSONPath libraries are not valid paths", () => {
  for (const path of ["$.a.length()", "$.a^", "$.a~", "$.a@string()", "a.b", "$.", ""]) {
    assert.equal(isPath(path), false, path);
  }
  for (
    const path of ["$", "$$", "$name", "$name.a[0]", "$$.Map.Item.Value", "$.a[?(@.x=='length()')]", "$..x"]
  ) {
    assert.equal(isPath(path), true, path);
  }
  assert.equal(referencePath("$.a[*]"), undefined);
});

Deno.test("a result is placed at a Reference Path, and the input stays as it was", () => {
  assert.deepEqual(place("$", { a: 1 }, 2), 2);
  assert.deepEqual(place("$.x.y", { a: 1 }, 2), { a: 1, x: { y: 2 } });
  assert.deepEqual(place("$.a[1]", { a: [1, 2] }, "new"), { a: [1, "new"] });
  const placed = place("$.__proto__", {}, { polluted: true });
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.ok(Object.hasOwn(placed as object, "__proto__"));
  for (const path of ["$.a.b", "$.a[0]"]) {
    assert.throws(() => place(path, { a: 1 }, 2), { error: "States.ResultPathMatchFailure" }, path);
  }
});

Deno.test("templates take their `.$` members from paths and functions", () => {
  assert.deepEqual(
    fill({
      "n.$": "$.a.b[0]",
      deep: [{ "run.$": "$$.Execution.Name" }],
      "f.$": "States.MathAdd(1, 2)",
      s: "$",
    }, data),
    { n: 1, deep: [{ run: "run" }], f: 3, s: "$" },
  );
  assert.deepEqual(fill({ "v.$": "$.a.b[9]" }, data), { v: null });
  assert.throws(() => fill({ "m.$": "$.nope" }, { input: { x: "a" }, context: {} }), {
    error: "States.Runtime",
    cause:
      "The JSONPath '$.nope' specified for the field 'm.$' could not be found in the input '{\"x\":\"a\"}'",
  });
});

import assert from "node:assert/strict";
import { objectAt, type Path } from "../../../../lib/console/pages/workflow/document/asl.ts";
import { copy, duplicate, paste } from "../../../../lib/console/pages/workflow/document/clipboard.ts";
import { unwrap, wrap } from "../../../../lib/console/pages/workflow/document/wrap.ts";
import { chain, MIXED, order } from "./testing.ts";

const at = (name: string): Path => ["States", name];

Deno.test("what is copied is a state machine, and pasting it gives its states free names", () => {
  const text = copy(chain("A", "B", "C"), [at("C"), at("B")]);
  assert.deepEqual(JSON.parse(text), {
    StartAt: "B",
    States: { B: { Type: "Pass", Next: "C" }, C: { Type: "Pass", End: true } },
  });
  const pasted = paste(chain("A", "B", "C"), [...at("A"), "Next"], text);
  assert.deepEqual(order(pasted.machine), ["A", "B 2", "C 2", "B", "C"]);
  assert.deepEqual(pasted.path, at("B 2"));
});

Deno.test("names inside a pasted state are free too", () => {
  const { machine, path } = duplicate(MIXED, [at("Split")]);
  assert.deepEqual(path, at("Split 2"));
  assert.deepEqual(order(objectAt(machine, [...path, "Branches", 0])), ["L1 2", "L2 2"]);
  assert.equal(objectAt(machine, at("Split")).Next, "Split 2");
  assert.equal(objectAt(machine, path).Next, "Each");
});

Deno.test("a single state and an object of states can be pasted; other texts are refused in words", () => {
  assert.deepEqual(order(paste(chain("A"), [...at("A"), "Next"], '{"Type":"Pass"}').machine), ["A", "Pass"]);
  assert.deepEqual(order(paste({ States: {} }, ["StartAt"], '{"X":{"Type":"Pass"}}').machine), ["X"]);
  assert.throws(() => paste(chain("A"), ["StartAt"], "hello"), /holds no JSON/);
  assert.throws(() => paste(chain("A"), ["StartAt"], '{"a":1}'), /no state/);
});

Deno.test("a copy of a state that nothing can follow stands beside it", () => {
  const { machine } = duplicate(MIXED, [at("Broken")]);
  assert.deepEqual(objectAt(machine, at("Broken 2")), objectAt(MIXED, at("Broken")));
});

Deno.test("states are wrapped in their place, and unwrapped again", () => {
  const machine = chain("A", "B", "C", "D");
  for (const type of ["Parallel", "Map"] as const) {
    const wrapped = wrap(machine, [at("B"), at("C")], type);
    assert.deepEqual(order(wrapped.machine), ["A", type, "D"]);
    const inner = type === "Parallel" ? ["Branches", 0] : ["ItemProcessor"];
    assert.deepEqual(order(objectAt(wrapped.machine, [...wrapped.path, ...inner])), ["B", "C"]);
    assert.deepEqual(order(unwrap(wrapped.machine, wrapped.path)), ["A", "B", "C", "D"]);
  }
});

Deno.test("what is no piece of the chain is not wrapped, and the reason is said", () => {
  assert.throws(() => wrap(MIXED, [at("Sort")], "Map"), /by a rule/);
  assert.throws(() => wrap(chain("A", "B", "C"), [at("A"), at("C")], "Map"), /entered at A and at C/);
});

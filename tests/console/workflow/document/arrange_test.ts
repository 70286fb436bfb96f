import assert from "node:assert/strict";
import fc from "fast-check";
import { insert, move, remove, shift } from "../../../../lib/console/pages/workflow/document/arrange.ts";
import {
  allStates,
  type Machine,
  machinesOf,
  objectAt,
  type Path,
} from "../../../../lib/console/pages/workflow/document/asl.ts";
import { rename } from "../../../../lib/console/pages/workflow/document/names.ts";
import { connect, transitionsOf } from "../../../../lib/console/pages/workflow/document/transitions.ts";
import { chain, MIXED, order } from "./testing.ts";

const at = (name: string): Path => ["States", name];
const after = (name: string): Path => ["States", name, "Next"];

/** Transitions to states that are not there. */
function dangling(machine: Machine): string[] {
  return machinesOf(machine).flatMap(({ path, machine }) =>
    transitionsOf(machine, path).filter(({ to }) =>
      to !== undefined && !Object.hasOwn(objectAt(machine, ["States"]), to)
    )
      .map(({ path, to }) => `${path.join("/")} → ${to}`)
  );
}

Deno.test("three states put onto an empty canvas make a chain", () => {
  let machine: Machine = { States: {} };
  machine = insert(machine, ["StartAt"], "A", { Type: "Pass" }).machine;
  machine = insert(machine, after("A"), "B", { Type: "Pass" }).machine;
  machine = insert(machine, after("B"), "C", { Type: "Pass" }).machine;
  assert.deepEqual(machine, chain("A", "B", "C"));
  assert.deepEqual(Object.keys(machine), ["StartAt", "States"]);
});

Deno.test("a state is put between two, after it in the text, under a free name", () => {
  const { machine, path } = insert(chain("Pass", "B"), after("Pass"), "Pass", { Type: "Pass", End: true });
  assert.deepEqual(order(machine), ["Pass", "Pass 2", "B"]);
  assert.deepEqual(Object.keys(objectAt(machine, ["States"])), ["Pass", "Pass 2", "B"]);
  assert.deepEqual(path, at("Pass 2"));
});

Deno.test("a Choice put onto a transition goes on by its Default, and a Fail ends the chain", () => {
  const choice = insert(chain("A", "B"), after("A"), "Choice", { Type: "Choice", Choices: [] }).machine;
  assert.deepEqual(objectAt(choice, at("Choice")), { Type: "Choice", Choices: [], Default: "B" });
  const fail = insert(chain("A", "B"), after("A"), "Fail", { Type: "Fail" }).machine;
  assert.deepEqual(objectAt(fail, at("Fail")), { Type: "Fail" });
});

Deno.test("removing a state heals the chain, at its start, in its middle and at its end", () => {
  assert.deepEqual(remove(chain("A", "B", "C"), at("A")), chain("B", "C"));
  assert.deepEqual(remove(chain("A", "B", "C"), at("B")), chain("A", "C"));
  assert.deepEqual(remove(chain("A", "B", "C"), at("C")), chain("A", "B"));
  assert.deepEqual(remove(chain("A"), at("A")), { States: {} });
});

Deno.test("removing a state leads its rules and catchers on, or removes them when nothing follows", () => {
  const machine = remove(MIXED, at("Broken"));
  assert.deepEqual(objectAt(machine, at("Ask")).Catch, [{ ErrorEquals: ["Busy"], Next: "Rest" }]);
  assert.equal(Object.hasOwn(objectAt(machine, at("Split")), "Catch"), false);
  assert.deepEqual(dangling(machine), []);
});

Deno.test("moving a state takes it out of one place and puts it into another, nested machines included", () => {
  assert.deepEqual(order(move(chain("A", "B", "C"), at("A"), after("B")).machine), ["B", "A", "C"]);
  assert.deepEqual(order(move(chain("A", "B", "C"), at("C"), ["StartAt"]).machine), ["C", "A", "B"]);
  const { machine, path } = move(MIXED, at("Rest"), [
    "States",
    "Split",
    "Branches",
    0,
    "States",
    "L1",
    "Next",
  ]);
  assert.deepEqual(path, ["States", "Split", "Branches", 0, "States", "Rest"]);
  assert.deepEqual(order(objectAt(machine, ["States", "Split", "Branches", 0])), ["L1", "Rest", "L2"]);
  assert.deepEqual(dangling(machine), []);
  assert.throws(() => move(MIXED, at("Split"), ["States", "Split", "Branches", 0, "StartAt"]), /into itself/);
});

Deno.test("moving to where it is changes nothing, and shifting goes along the chain", () => {
  const machine = chain("A", "B", "C");
  assert.equal(move(machine, at("B"), after("A")).machine, machine);
  assert.equal(move(machine, at("B"), after("B")).machine, machine);
  assert.deepEqual(order(shift(machine, at("A"), 1).machine), ["B", "A", "C"]);
  assert.deepEqual(order(shift(machine, at("C"), -1).machine), ["A", "C", "B"]);
  assert.equal(shift(machine, at("A"), -1).machine, machine);
});

Deno.test("everything that leads to a state follows its new name", () => {
  const { machine } = rename(MIXED, at("Broken"), "Lost");
  assert.deepEqual(dangling(machine), []);
  assert.deepEqual(Object.keys(objectAt(machine, ["States"])).indexOf("Lost"), 3);
  assert.equal(rename(MIXED, at("Sort"), "Begin").machine.StartAt, "Begin");
  assert.throws(() => rename(MIXED, at("Sort"), "L1"), /another state called L1/);
  assert.throws(() => rename(MIXED, at("Sort"), "x".repeat(81)), /80 characters/);
});

Deno.test("a transition is drawn by a state's type, and never out of its machine", () => {
  assert.deepEqual(connect(chain("A", "B"), at("B"), at("A")).States, {
    A: { Type: "Pass", Next: "B" },
    B: { Type: "Pass", Next: "A" },
  });
  assert.equal((objectAt(connect(MIXED, at("Sort"), at("Rest")), at("Sort")).Choices as unknown[]).length, 3);
  assert.throws(
    () => connect(MIXED, at("Ask"), ["States", "Split", "Branches", 0, "States", "L1"]),
    /never leaves/,
  );
  assert.throws(() => connect(MIXED, at("Broken"), at("Ask")), /ends the execution/);
});

Deno.test("whatever is done in whatever order, no transition leads nowhere and no unknown field is lost", () => {
  const numbers = fc.array(fc.tuple(fc.nat(3), fc.nat(99), fc.nat(99)), { maxLength: 12 });
  fc.assert(
    fc.property(numbers, (steps) => {
      let machine = MIXED;
      for (const [step, [kind, which, where]] of steps.entries()) {
        const states = allStates(machine);
        const transitions = machinesOf(machine).flatMap(({ path, machine }) => transitionsOf(machine, path));
        const { path } = states[which % states.length] ?? { path: [] };
        const transition = transitions[where % transitions.length]!.path;
        const isInside = path.every((key, index) => transition[index] === key);
        if (kind === 0 || states.length === 0) {
          machine = insert(machine, transition, "New", { Type: "Pass" }).machine;
        } else if (kind === 1) machine = remove(machine, path);
        else if (kind === 2) machine = rename(machine, path, `Renamed ${step}`).machine;
        else if (!isInside) machine = move(machine, path, transition).machine;
        assert.deepEqual(dangling(machine), [], JSON.stringify(machine));
      }
      const { Comment, QueryLanguage, TimeoutSeconds } = machine;
      assert.deepEqual([Comment, QueryLanguage, TimeoutSeconds], ["Everything", "JSONPath", 300]);
    }),
    { numRuns: 300 },
  );
});

/** An execution in memory, and the changes of a step. */
import assert from "node:assert/strict";
import type { Execution, Journal, Thread } from "../../../../lib/local/states/interpreter/journal.ts";
import { Run } from "../../../../lib/local/states/interpreter/run.ts";

const definition = {
  StartAt: "P",
  States: {
    P: {
      Type: "Parallel",
      Branches: ["A", "B"].map((name) => ({ StartAt: name, States: { [name]: { Type: "Succeed" } } })),
      End: true,
    },
  },
};

function run(): { run: Run; root: Thread } {
  const execution = { type: "STANDARD", input: "{}" } as Execution;
  const revision = { definition: JSON.stringify(definition) } as ConstructorParameters<typeof Run>[1];
  const made = new Run(execution, revision, 0, () => 0);
  made.spawn({ state: "P", data: '{"a":1}', last: 0 });
  return { run: made, root: made.nextReady()! };
}

Deno.test("a state's input is parsed once for each state", () => {
  const { run: one, root } = run();
  const input = one.input(root);
  assert.deepEqual(input, { a: 1 });
  assert.equal(one.input(root), input);
  one.goTo(root, "P", '{"a":2}', 1);
  assert.deepEqual(one.input(root), { a: 2 });
});

Deno.test("threads enter states in turn; removing a thread removes its children", () => {
  const { run: one, root } = run();
  assert.equal(one.nextReady(), undefined);
  for (const [index, state] of ["A", "B"].entries()) {
    one.spawn({ parent: root.id, index, state, data: "null", last: 1 });
  }
  const first = one.nextReady()!;
  assert.deepEqual([first.state, one.state(first).Type, one.parent(first)], ["A", "Succeed", root]);
  one.removeChildren(root);
  assert.equal(one.nextReady(), undefined);
  one.goTo(root, "P", "null", 2);
  assert.equal(one.nextReady(), root);
});

Deno.test("a step's changes are written once", () => {
  const { run: one, root } = run();
  const written: string[] = [];
  const journal: Partial<Journal> = {
    append: (_execution, events) => written.push(...events.map(({ id, type }) => `${id} ${type}`)),
    saveThread: (_execution, { id, phase }) => written.push(`thread ${id} ${phase}`),
    removeThread: (_execution, id) => written.push(`no thread ${id}`),
  };
  one.spawn({ parent: root.id, state: "A", data: "null", last: 1 });
  one.flush(journal as Journal);
  written.length = 0;
  one.note("PassStateEntered", 0);
  one.update(root, { phase: "wait" });
  one.removeChildren(root);
  const { changed, removed } = one.flush(journal as Journal);
  assert.deepEqual(written, ["1 PassStateEntered", "no thread 1", "thread 0 wait"]);
  assert.deepEqual([[...changed], [...removed].map(({ state }) => state)], [[root], ["A"]]);
  written.length = 0;
  one.flush(journal as Journal);
  assert.deepEqual(written, []);
});

import assert from "node:assert/strict";
import { insert, move, remove, shift } from "../../../lib/console/pages/workflow/document/arrange.ts";
import { allStates, type Machine, machinesOf } from "../../../lib/console/pages/workflow/document/asl.ts";
import { canvasParts } from "../../../lib/console/pages/workflow/document/canvas_parts.ts";
import { begin, change, undo } from "../../../lib/console/pages/workflow/document/history.ts";
import { placeMachine } from "../../../lib/console/pages/workflow/document/layout.ts";
import { readText, writeText } from "../../../lib/console/pages/workflow/document/text.ts";
import { transitionsOf } from "../../../lib/console/pages/workflow/document/transitions.ts";
import { MACHINES } from "./machines/machines.ts";

function read(text: string): Machine {
  const result = readText(text);
  assert.ok("machine" in result);
  return result.machine;
}

Deno.test("there are fifty machines", () => {
  assert.equal(Object.keys(MACHINES).length, 50);
});

for (const [name, machine] of Object.entries(MACHINES)) {
  Deno.test(`${name} opens, is drawn, edited everywhere and undone, and is the same text`, () => {
    const text = `${JSON.stringify(machine, null, 2)}\n`;
    const opened = read(text);
    const { cards } = canvasParts(placeMachine(opened, { direction: "TB", collapsed: new Set() }));
    assert.equal(cards.length, allStates(machine).length);
    const transitions = machinesOf(opened).flatMap(({ path, machine }) => transitionsOf(machine, path));
    for (const { path: transition, from, to } of transitions) {
      const inserted = insert(opened, transition, "New", { Type: "Pass" });
      const removed = writeText(remove(inserted.machine, inserted.path));
      // A loop through one other state ends when that state is removed.
      if (from !== to) assert.deepEqual(JSON.parse(removed), machine);
      for (const { path } of allStates(opened)) {
        if (path.every((key, index) => transition[index] === key)) continue;
        const moved = move(opened, path, transition).machine;
        assert.deepEqual(read(writeText(moved)), moved);
      }
    }
    for (const { path } of allStates(opened)) {
      let history = begin(opened);
      history = change(history, shift(opened, path, 1).machine);
      history = change(history, remove(history.present, path));
      while (history.past.length > 0) history = undo(history);
      assert.equal(writeText(history.present), text);
    }
  });
}

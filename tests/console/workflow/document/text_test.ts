import assert from "node:assert/strict";
import { insert, remove } from "../../../../lib/console/pages/workflow/document/arrange.ts";
import { type Machine, objectAt } from "../../../../lib/console/pages/workflow/document/asl.ts";
import { begin, change, redo, undo } from "../../../../lib/console/pages/workflow/document/history.ts";
import { pathOfLocation, rangeOf, stateAt } from "../../../../lib/console/pages/workflow/document/places.ts";
import { readText, writeText } from "../../../../lib/console/pages/workflow/document/text.ts";
import { readDefinition } from "../../../../lib/workflow/state_machine.ts";
import { MIXED } from "./testing.ts";

function read(text: string): Machine {
  const result = readText(text);
  assert.ok("machine" in result);
  return result.machine;
}

Deno.test("a file that is opened and saved is the same text, placeholders and all", async () => {
  const text = await readDefinition();
  assert.equal(writeText(read(text)), text);
});

Deno.test("an edit changes the lines that it is about and no others", async () => {
  const text = await readDefinition();
  const { machine } = insert(read(text), ["States", "ClassifyImage", "Next"], "Rest", {
    Type: "Wait",
    Seconds: 1,
  });
  const before = new Set(text.split("\n"));
  assert.deepEqual(writeText(machine).split("\n").filter((line) => !before.has(line)), [
    '      "Next": "Rest"',
    '    "Rest": {',
    '      "Type": "Wait",',
    '      "Seconds": 1,',
  ]);
  const undone = remove(machine, ["States", "Rest"]);
  assert.deepEqual(JSON.parse(writeText(undone)), JSON.parse(text));
});

Deno.test("numbers and layout of what is left alone stay as they were written", () => {
  const text =
    `{"StartAt": "A", "States": {\n\t"A": {"Type": "Pass", "Result": [1.0,  12345678901234567890], "End": true}}}\n`;
  const { machine } = insert(read(text), ["States", "A", "Next"], "B", { Type: "Pass" });
  assert.ok(writeText(machine).includes("[1.0,  12345678901234567890]"));
});

Deno.test("text that is not JSON has a problem with its place", () => {
  const result = readText('{"StartAt": }');
  assert.ok("problem" in result);
  assert.equal(result.problem.offset, 12);
  assert.match(result.problem.message, /^This is not JSON yet: value expected\.$/);
});

Deno.test("places in the text and states find each other", () => {
  const text = writeText(MIXED);
  const path = ["States", "Split", "Branches", 0, "States", "L2"];
  const { from, to } = rangeOf(text, path);
  assert.match(text.slice(from, to), /^"L2": \{[^}]*\}$/s);
  assert.deepEqual(stateAt(MIXED, text, from + 1), path);
  assert.equal(stateAt(MIXED, text, 3), undefined);
  const range = rangeOf(text, ["States", "Alone", "Next"]); // the state around a field that is missing
  assert.match(text.slice(range.from, range.to), /^"Alone"/);
});

Deno.test("a diagnostic's location is read along the definition, whatever the states are called", () => {
  const odd: Machine = { States: { "a/b": { Next: "x" }, a: {}, "c[0]": {} } };
  assert.deepEqual(pathOfLocation(odd, "/States/a/b/Next"), ["States", "a/b", "Next"]);
  assert.deepEqual(pathOfLocation(odd, "/States/c[0]"), ["States", "c[0]"]);
  assert.deepEqual(pathOfLocation(MIXED, "/States/Split/Branches[1]/States/R1"), [
    "States",
    "Split",
    "Branches",
    1,
    "States",
    "R1",
  ]);
  assert.deepEqual(pathOfLocation(MIXED, "/"), []);
  assert.deepEqual(
    objectAt(MIXED, pathOfLocation(MIXED, "/States/Rest")),
    objectAt(MIXED, ["States", "Rest"]),
  );
});

Deno.test("undo and redo go all the way, and typing in one field is one step", () => {
  let history = begin("");
  for (const text of ["a", "ab", "abc"]) history = change(history, text, "typing");
  for (let step = 0; step < 5000; step++) history = change(history, `step ${step}`);
  assert.equal(history.past.length, 5001);
  while (history.past.length > 0) history = undo(history);
  assert.equal(history.present, "");
  history = redo(history);
  assert.equal(history.present, "abc");
  history = change(history, "other");
  assert.deepEqual(history.future, []);
});

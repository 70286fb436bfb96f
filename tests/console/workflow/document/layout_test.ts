import assert from "node:assert/strict";
import { insert } from "../../../../lib/console/pages/workflow/document/arrange.ts";
import {
  allStates,
  idOf,
  type Machine,
  objectAt,
} from "../../../../lib/console/pages/workflow/document/asl.ts";
import {
  canvasParts,
  dropTarget,
  neighbour,
} from "../../../../lib/console/pages/workflow/document/canvas_parts.ts";
import { type LayoutOptions, placeMachine } from "../../../../lib/console/pages/workflow/document/layout.ts";
import { summary } from "../../../../lib/console/pages/workflow/document/words.ts";
import { chain, MIXED } from "./testing.ts";

const DOWN: LayoutOptions = { direction: "TB", collapsed: new Set() };
const parts = (machine: Machine, options = DOWN) => canvasParts(placeMachine(machine, options));

Deno.test("every state has a card inside its container, whatever leads to it, and no two overlap", () => {
  for (const direction of ["TB", "LR"] as const) {
    const { cards } = parts(MIXED, { ...DOWN, direction });
    assert.deepEqual(cards.map(({ id }) => id).sort(), allStates(MIXED).map(({ path }) => idOf(path)).sort());
    for (const a of cards) {
      for (const b of cards) {
        if (a === b) continue;
        const isInside = a.path.every((key, index) => b.path[index] === key);
        const overlap = a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
          b.y < a.y + a.height;
        if (isInside) {
          assert.ok(
            b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height,
          );
        } else if (!b.path.every((key, index) => a.path[index] === key)) {
          assert.equal(overlap, false, `${a.name}, ${b.name}`);
        }
      }
    }
  }
});

Deno.test("rules are labelled in words, catchers by their errors", () => {
  const { lines } = parts(MIXED);
  assert.deepEqual(lines.filter(({ label }) => label).map(({ label }) => label!.full).sort(), [
    "$.a is present and $.b matches x*",
    "$.size > 10",
    "Busy",
    "any error",
    "any error",
    "otherwise",
  ]);
});

Deno.test("a collapsed container is a card", () => {
  const { cards } = parts(MIXED, { ...DOWN, collapsed: new Set([idOf(["States", "Split"])]) });
  assert.equal(cards.some(({ name }) => name === "L1"), false);
  assert.equal(cards.find(({ name }) => name === "Split")!.isContainer, false);
});

Deno.test("what is dropped near a line goes onto it, in the innermost machine", () => {
  const canvas = parts(MIXED);
  for (const line of canvas.lines) {
    const middle = Math.floor(line.points.length / 2);
    const [a, b] = [line.points[middle - 1]!, line.points[middle]!];
    const target = dropTarget(canvas, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    assert.ok(target !== undefined);
    if (line.depth > 0) assert.equal(target[1], line.path[1], line.id);
  }
  assert.equal(dropTarget(canvas, { x: -500, y: -500 }), undefined);
  assert.deepEqual(dropTarget(parts({ States: {} }), { x: 100, y: 80 }), ["StartAt"]);
});

Deno.test("arrow keys go to the next card in their direction", () => {
  const canvas = parts(chain("A", "B", "C"));
  const id = (name: string) => idOf(["States", name]);
  assert.equal(neighbour(canvas, id("A"), "ArrowDown")!.name, "B");
  assert.equal(neighbour(canvas, id("C"), "ArrowUp")!.name, "B");
  assert.equal(neighbour(canvas, id("A"), "ArrowUp"), undefined);
});

Deno.test("machines that an edit left alone are not laid out again", () => {
  const before = placeMachine(MIXED, DOWN);
  const { machine } = insert(MIXED, ["States", "Rest", "Next"], "New", { Type: "Pass" });
  const inside = (placed: typeof before) =>
    placed.states.find(({ name }) => name === "Split")!.content[0]!.machine;
  assert.equal(inside(placeMachine(machine, DOWN)), inside(before));
});

Deno.test("a machine of 1,000 states and hostile drafts can be laid out", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `State ${index}`);
  assert.equal(parts(chain(...names)).cards.length, 1000);
  for (
    const draft of [{}, { States: [] }, {
      StartAt: 3,
      States: { A: null, B: { Type: "Choice", Choices: [3], Next: {} } },
    }, { States: { __proto__: {}, A: { Type: "Map", ItemProcessor: 5, Next: "gone" } } }]
  ) {
    parts(draft as Machine);
  }
});

Deno.test("a card says what its state does and with what", () => {
  assert.equal(summary(objectAt(MIXED, ["States", "Ask"])), "Lambda · Ask");
  assert.equal(
    summary({ Type: "Task", Resource: "arn:aws:states:::aws-sdk:dynamodb:putItem" }),
    "dynamodb:putItem",
  );
  assert.equal(summary({ Type: "Wait", Seconds: 5 }), "Wait 5 s");
  assert.equal(summary({ Type: "Choice", Choices: [{}] }), "Choice · 1 rule");
});

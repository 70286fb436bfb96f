import assert from "node:assert/strict";
import sharp from "sharp";
import { XMLValidator } from "fast-xml-parser";
import { textWidth } from "../../lib/display/text_width.ts";
import { drawStateMachine } from "../../lib/graph/draw.ts";
import { placeGraph } from "../../lib/graph/layout.ts";
import { type Definition, ruleText, stateCaption, stateGraph } from "../../lib/graph/model.ts";
import { looks } from "../../lib/graph/style.ts";
import { HistoryWriter, sconesHistory } from "./testing.ts";

const scones = JSON.parse(
  await Deno.readTextFile(new URL("../../statemachine/scones.asl.json", import.meta.url)),
);
const lambda = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke" };

/** Has every type of state, a loop, and two transitions between the same two states. */
const everything = {
  StartAt: "Look",
  States: {
    Look: {
      ...lambda,
      Comment: "Asks <somebody> & waits",
      Next: "Enough?",
      Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Pause" }, {
        ErrorEquals: ["States.ALL"],
        Next: "Give up",
      }],
    },
    Pause: { Type: "Wait", Seconds: 30, Next: "Look" },
    "Enough?": {
      Type: "Choice",
      Choices: [
        { Variable: "$.n", NumericGreaterThanEquals: 3, Next: "Each" },
        { Variable: "$.all", BooleanEquals: true, Next: "Each" },
      ],
      Default: "Nothing",
    },
    Nothing: { Type: "Succeed" },
    Each: {
      Type: "Map",
      ItemProcessor: {
        StartAt: "One",
        States: { One: { ...lambda, Next: "Two" }, Two: { Type: "Pass", End: true } },
      },
      Next: "Both",
    },
    Both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Left", States: { Left: { Type: "Pass", End: true } } },
        { StartAt: "Right", States: { Right: { Type: "Pass", End: true } } },
      ],
      End: true,
    },
    "Give up": { Type: "Fail", Error: "GaveUp" },
  },
};

/** The names of the states that look so, by their rectangles. */
function drawnAs(svg: string, look: keyof typeof looks): string[] {
  const cards = svg.matchAll(
    /<title>([^<(]+) \([^<]*<\/title><rect [^>]*stroke="([^"]+)" stroke-width="([^"]+)"/g,
  );
  const { stroke, strokeWidth } = looks[look];
  return [...cards].filter((card) => card[2] === stroke && card[3] === String(strokeWidth)).map((card) =>
    card[1]!
  );
}

async function assertDrawable(svg: string): Promise<void> {
  assert.equal(XMLValidator.validate(svg), true);
  assert(!/NaN|undefined|Infinity/.test(svg));
  const { width, height } = await sharp(new TextEncoder().encode(svg)).png().metadata();
  assert(width! > 50 && height! > 50);
}

Deno.test("graph: the workflow's machine without an execution", async () => {
  const { svg, title } = drawStateMachine(scones);
  await assertDrawable(svg);
  assert.equal(title, "State machine of 3 states.");
  assert.deepEqual(drawnAs(svg, "plain"), ["SerializeImageData", "ClassifyImage", "FilterLowConfidence"]);
  assert.match(svg, />Task · lambda:invoke</);
  assert(!svg.includes("succeeded"), "no legend");
});

Deno.test("graph: an execution that succeeded", async () => {
  const { svg, title } = drawStateMachine(scones, { history: sconesHistory() });
  await assertDrawable(svg);
  assert.match(title, /^State machine of 3 states; the execution succeeded after 1\.9 s\.$/);
  assert.equal(drawnAs(svg, "succeeded").length, 3);
  assert.match(svg, />succeeded in 700 ms</);
  assert.match(svg, /2 attempts, retried after Lambda\.TooManyRequestsException/);
  assert.match(svg, /entered 14:03:00\.200 UTC/);
});

Deno.test("graph: an execution that failed at the threshold", async () => {
  const { svg, title } = drawStateMachine(scones, { history: sconesHistory("THRESHOLD_CONFIDENCE_NOT_MET") });
  await assertDrawable(svg);
  assert.match(title, /failed after 1\.8 s in FilterLowConfidence: THRESHOLD_CONFIDENCE_NOT_MET\.$/);
  assert.deepEqual(drawnAs(svg, "failed"), ["FilterLowConfidence"]);
  assert.deepEqual(drawnAs(svg, "succeeded"), ["SerializeImageData", "ClassifyImage"]);
  assert.match(svg, />failed: THRESHOLD_CONFIDENCE_NOT_MET</);
  assert.match(svg, /Cause: \{&quot;errorType&quot;/);
});

Deno.test("graph: all types of states", async () => {
  const { svg } = drawStateMachine(everything);
  await assertDrawable(svg);
  for (
    const name of [
      "Look",
      "Pause",
      "Enough?",
      "Nothing",
      "Each",
      "One",
      "Two",
      "Both",
      "Left",
      "Right",
      "Give up",
    ]
  ) {
    assert(svg.includes(`>${name}</text>`), name);
  }
  assert.match(svg, />\$\.n ≥ 3</);
  assert.match(svg, />\$\.all = true</);
  assert.match(svg, />otherwise</);
  assert.match(svg, /<title>on error States\.Timeout<\/title>/);
  assert.match(svg, />on error</, "legend");
  assert.match(svg, /Asks &lt;somebody&gt; &amp; waits/);
});

Deno.test("graph: what was caught, is running and was not reached", async () => {
  const history = new HistoryWriter();
  history.task("Look", 0, ["States.Timeout"], "fail");
  history.exit("Task", "Look");
  history.enter("Wait", "Pause");
  const { svg, title } = drawStateMachine(everything, { history: history.events });
  await assertDrawable(svg);
  assert.match(title, /7 states; the execution is still running/);
  assert.deepEqual(drawnAs(svg, "caught"), ["Look"]);
  assert.deepEqual(drawnAs(svg, "running"), ["Pause"]);
  assert.equal(drawnAs(svg, "notReached").length, 9);
  for (const word of ["error caught", "in progress", "not reached"]) {
    assert(svg.includes(`>${word}</text>`), word);
  }
});

Deno.test("graph: nodes lie beside one another and inside of their boxes", () => {
  const card = ({ id }: { id: string }) => ({ name: id, caption: "caption", outcome: "" });
  const check = (graph: ReturnType<typeof placeGraph>) => {
    for (const [i, a] of graph.nodes.entries()) {
      assert(
        a.x >= 0 && a.y >= 0 && a.x + a.width <= graph.width + 1 && a.y + a.height <= graph.height + 1,
      );
      assert(a.node.kind !== "state" || a.width >= textWidth(a.card.name, 14, true), "the name has room");
      for (const b of graph.nodes.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        assert(apart, `${a.node.id} and ${b.node.id} overlap`);
      }
      for (const { x, y, graph: inner } of a.content) {
        assert(x >= 0 && y > 0 && x + inner.width <= a.width && y + inner.height <= a.height, a.node.id);
        check(inner);
      }
    }
  };
  check(placeGraph(stateGraph(everything), card));
});

Deno.test("graph: a transition to nowhere is refused", () => {
  const broken = { StartAt: "A", States: { A: { Type: "Pass", Next: "B" } } };
  assert.throws(() => drawStateMachine(broken), /State "A" leads to "B", but there is no state/);
  assert.throws(() => drawStateMachine({ ...broken, StartAt: "C" }), /StartAt leads to "C"/);
});

Deno.test("graph: rules of choices and captions in short", () => {
  assert.equal(ruleText({ Variable: "$.kind", StringEquals: "bicycle" }), "$.kind = bicycle");
  assert.equal(ruleText({ Variable: "$.a", NumericLessThanPath: "$.b" }), "$.a < $.b");
  assert.equal(ruleText({ Variable: "$.a", IsPresent: false }), "$.a is not present");
  assert.equal(
    ruleText({ And: [{ Variable: "$.a", IsNull: true }, { Not: { Variable: "$.b", StringMatches: "x*" } }] }),
    "$.a is null and not ($.b matches x*)",
  );
  assert.equal(ruleText({ Condition: "{% $states.input.n > 3 %}" }), "$states.input.n > 3");
  assert.equal(
    stateCaption({ Type: "Task", Resource: "arn:aws:lambda:us-east-1:1:function:look" }),
    "Task · look",
  );
  assert.equal(
    stateCaption({ Type: "Map", ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" } } }), //
    "Map · distributed",
  );
});

Deno.test("cards have the page's text colour and hardly cover the page", () => {
  const { svg } = drawStateMachine({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
  const [, fill] = svg.match(/<rect [^>]*fill="([^"]+)"/)!;
  assert.match(fill!, /^#[0-9A-F]{6}24$/);
  assert.match(svg, /<text [^>]*fill="currentColor"/);
});

Deno.test("states may be called as what every object has", () => {
  const States = {
    constructor: { Type: "Pass", Next: "toString" },
    toString: { Type: "Pass", End: true },
  };
  const { svg } = drawStateMachine({ StartAt: "constructor", States } as unknown as Definition);
  assert.ok(svg.includes("constructor") && svg.includes("toString"));
  const lost = { StartAt: "A", States: { A: { Type: "Pass", Next: "valueOf" } } };
  assert.throws(() => drawStateMachine(lost), /no state of that name/);
});

import assert from "node:assert/strict";
import { evaluationFrame, judged, predictions } from "../../lib/evaluation/frame.ts";
import { inferenceIdOf } from "../../lib/inference_id.ts";
import { capture, classes } from "./testing.ts";

const labels = [
  { index: 0, label: 0, path: "a.png" },
  { index: 1, label: 1, path: "b.png" },
];
const options = { classes, threshold: 0.8 };

Deno.test("frame: captures are joined with their labels by the picture's key", () => {
  const frame = evaluationFrame(
    [
      capture("b.png", [0.6, 0.4], 2),
      capture("a.png", [0.8, 0.2], 1),
      capture("unlabelled.png", [0.1, 0.9], 3),
      capture(undefined, [0.5, 0.5], 4),
    ],
    labels,
    options,
  );
  assert.deepEqual(frame.columns, [
    ...["time", "key", "picture", "truth", "predicted", "confidence", "accepted", "correct"],
    ...["p_bicycle", "p_motorcycle"],
  ]);
  const rows = predictions(frame, classes);
  assert.deepEqual(
    rows.map(({ picture, truth, predicted, confidence, accepted, correct }) => //
    [picture, truth, predicted, confidence, accepted, correct]),
    [
      ["a.png", "bicycle", "bicycle", 0.8, true, true],
      ["b.png", "motorcycle", "bicycle", 0.6, false, false],
      ["unlabelled.png", null, "motorcycle", 0.9, true, null],
      [null, null, "bicycle", 0.5, false, null],
    ],
  );
  assert.deepEqual(rows[1]!.probabilities, [0.6, 0.4]);
  assert.equal(rows[0]!.time.getTime(), Date.UTC(2026, 0, 5, 14, 3, 1));
  assert.equal(rows[0]!.key, "test/a.png");
  assert.equal(judged(rows).length, 2);
});

Deno.test("frame: long keys that end alike keep their own truth and picture", () => {
  const name = (n: number) => `${n}`.padEnd(91, "x") + ".png";
  const keys = [name(1), name(2)].map((path) => `test/${path}`);
  assert.deepEqual(keys.map((key) => key.length), [100, 100]);
  const long = [
    { index: 0, label: 0, path: name(1) },
    { index: 1, label: 1, path: name(2) },
  ];
  const captures = keys.map((key, second) => ({
    ...capture("a.png", [0.9, 0.1], second),
    inferenceId: inferenceIdOf(key),
  }));
  const rows = predictions(evaluationFrame(captures, long, options), classes);
  assert.deepEqual(rows.map(({ key, picture, truth, correct }) => [key, picture, truth, correct]), [
    [keys[0], name(1), "bicycle", true],
    [keys[1], name(2), "motorcycle", false],
  ]);
  const [unlabelled] = predictions(evaluationFrame(captures.slice(0, 1), labels, options), classes);
  assert.deepEqual([unlabelled!.key, unlabelled!.picture, unlabelled!.truth], [null, null, null]);
});

Deno.test("frame: of several answers for a picture the latest counts; those without an id all count", () => {
  const rows = predictions(
    evaluationFrame(
      [
        capture("a.png", [0.9, 0.1], 5),
        capture("a.png", [0.3, 0.7], 9),
        capture("a.png", [0.8, 0.2], 7),
        capture(undefined, [0.6, 0.4], 1),
        capture(undefined, [0.6, 0.4], 2),
      ],
      labels,
      options,
    ),
    classes,
  );
  assert.deepEqual(rows.map(({ confidence }) => confidence), [0.6, 0.6, 0.7]);
});

Deno.test("frame: answers of the same second stay in the order of their arrival", () => {
  const captures = Array.from({ length: 60 }, (_, i) => capture(`${i}.png`, [0.6, 0.4], i < 30 ? 2 : 1));
  const pictures = predictions(evaluationFrame(captures, labels, options), classes).map((row) => row.picture);
  const numbers = [...Array(60).keys()];
  assert.deepEqual(pictures, [...numbers.slice(30), ...numbers.slice(0, 30)].map((i) => `${i}.png`));
});

Deno.test("frame: no captures make an empty table", () => {
  const frame = evaluationFrame([], labels, options);
  assert.equal(frame.height, 0);
  assert.equal(frame.columns.length, 10);
  assert.deepEqual(predictions(frame, classes), []);
});

Deno.test("frame: a label without a class is refused", () => {
  assert.throws(
    () => evaluationFrame([], [{ index: 0, label: 2, path: "c.png" }], options),
    /c\.png has label 2, but there are 2 classes/,
  );
});

import assert from "node:assert/strict";
import { CaptureError, parseCaptures, probabilitiesOf } from "../../lib/evaluation/captures.ts";
import { capture, classes } from "./testing.ts";

const key = "data_capture/e/AllTraffic/2026/01/05/14/03-12-996-x.jsonl";

function record(changes: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return {
    captureData: {
      endpointInput: {
        observedContentType: "image/png",
        mode: "INPUT",
        data: "iVBORw==",
        encoding: "BASE64",
      },
      endpointOutput: {
        observedContentType: "application/json",
        mode: "OUTPUT",
        data: "[0.93,0.07]",
        encoding: "JSON",
      },
      ...changes,
    },
    eventMetadata: {
      eventId: "e1",
      inferenceId: "test/a.png",
      inferenceTime: "2026-01-05T14:03:12Z",
      ...metadata,
    },
    eventVersion: "0",
  };
}

const lines = (...records: unknown[]) => records.map((one) => `${JSON.stringify(one)}\n`).join("");

Deno.test("captures: records of a file, with their bodies decoded", () => {
  const base64 = {
    observedContentType: "application/json",
    mode: "OUTPUT",
    data: btoa("[0.2,0.8]"),
    encoding: "BASE64",
  };
  const [first, second, ...others] = parseCaptures(
    lines(record(), record({ endpointInput: undefined, endpointOutput: base64 }, { inferenceId: undefined })),
    key,
  );
  assert.equal(others.length, 0);
  assert.equal(first!.inferenceId, "test/a.png");
  assert.equal(first!.inferenceTime.getTime(), Date.UTC(2026, 0, 5, 14, 3, 12));
  assert.deepEqual([...first!.input!.body], [0x89, 0x50, 0x4e, 0x47]);
  assert.deepEqual(probabilitiesOf(first!, classes), [0.93, 0.07]);
  assert.deepEqual([second!.key, second!.line, second!.input, second!.inferenceId], [
    key,
    2,
    undefined,
    undefined,
  ]);
  assert.deepEqual(probabilitiesOf(second!, classes), [0.2, 0.8], "an answer stored as BASE64");
});

Deno.test("captures: an empty file holds none", () => {
  assert.deepEqual(parseCaptures("\n", key), []);
});

const damaged: [string, string, RegExp][] = [
  [
    "a cut line",
    lines(record()) + '{"captureData"',
    /03-12-996-x\.jsonl line 2 is not JSON: \{"captureData"/,
  ],
  ["no capture data", lines({ eventMetadata: {} }), /line 1 has no captureData/],
  ["no metadata", lines({ captureData: {} }), /line 1 has no eventMetadata/],
  [
    "no time",
    lines(record({}, { inferenceTime: "soon" })),
    /eventMetadata\.inferenceTime is "soon", not a time/,
  ],
  ["a number as id", lines(record({}, { eventId: 3 })), /eventMetadata\.eventId is 3, not text/],
  [
    "an unknown encoding",
    lines(record({ endpointOutput: { data: "x", encoding: "GZIP" } })),
    /captureData\.endpointOutput\.encoding is "GZIP"; it must be BASE64, JSON or CSV/,
  ],
];
for (const [what, text, message] of damaged) {
  Deno.test(`captures: ${what} is refused with key, line and field`, () => {
    assert.throws(() => parseCaptures(text, key), (error) => {
      assert(error instanceof CaptureError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("captures: an answer that is not one probability for each class is refused", () => {
  const refused = (answer: unknown, message: RegExp) =>
    assert.throws(() => probabilitiesOf(capture("a.png", answer), classes), message);
  refused([0.2, 0.3, 0.5], /has 3 probabilities, but there are 2 classes \(bicycle, motorcycle\)/);
  refused({ error: "no" }, /not a list of probabilities/);
  refused([0.2, "0.8"], /not a list of probabilities/);
  refused([-1, 2], /not a list of probabilities/);
  const { output: _, ...silent } = capture("a.png", []);
  assert.throws(() => probabilitiesOf(silent, classes), /line 1 has no answer.*CaptureMode Output/);
});

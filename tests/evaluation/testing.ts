/** Captures and rows made by hand. */
import type { Capture } from "../../lib/evaluation/captures.ts";
import type { Judged } from "../../lib/evaluation/frame.ts";

export const classes = ["bicycle", "motorcycle"];

/** A capture of a picture under `test/`, so many seconds after a fixed time. */
export function capture(name: string | undefined, probabilities: unknown, second = 0): Capture {
  return {
    eventId: `event-${second}`,
    ...(name !== undefined && { inferenceId: `test/${name}` }),
    inferenceTime: new Date(Date.UTC(2026, 0, 5, 14, 3, second)),
    output: {
      contentType: "application/json",
      body: new TextEncoder().encode(JSON.stringify(probabilities)),
    },
    key: "data_capture/e/AllTraffic/2026/01/05/14/03-00-000-x.jsonl",
    line: 1,
  };
}

/** A row whose answer has this confidence and is the given class. */
export function row(
  truth: string,
  predicted: string,
  confidence: number,
  names: readonly string[] = classes,
): Judged {
  const rest = (1 - confidence) / (names.length - 1);
  return {
    time: new Date(Date.UTC(2026, 0, 5, 14, 3)),
    key: "test/a.png",
    picture: "a.png",
    truth,
    predicted,
    confidence,
    accepted: confidence >= 0.8,
    correct: truth === predicted,
    probabilities: names.map((name) => name === predicted ? confidence : rest),
  };
}

/** Ten rows: 7 of 8 accepted ones are right, 1 of 2 others. */
export function tenRows(): Judged[] {
  return [
    row("bicycle", "bicycle", 0.99),
    row("bicycle", "bicycle", 0.98),
    row("bicycle", "bicycle", 0.95),
    row("bicycle", "motorcycle", 0.92),
    row("bicycle", "bicycle", 0.7),
    row("motorcycle", "motorcycle", 0.97),
    row("motorcycle", "motorcycle", 0.96),
    row("motorcycle", "motorcycle", 0.9),
    row("motorcycle", "motorcycle", 0.8),
    row("motorcycle", "bicycle", 0.6),
  ];
}

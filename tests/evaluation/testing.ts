/** Captures and rows made by hand, and charts drawn as a front end draws them. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Capture } from "../../lib/evaluation/captures.ts";
import type { Judged } from "../../lib/evaluation/frame.ts";
import { chart, vegaLiteMime } from "../../lib/display/chart.ts";

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
    inferenceId: "test/a.png",
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

export interface Drawn {
  svg: string;
  /** Its lines as one. */
  title: string;
  warnings: string[];
}

/** Compiles the chart in the project's theme and draws it, collecting what Vega-Lite and Vega warn of. */
export async function draw(specification: TopLevelSpec): Promise<Drawn> {
  const bundle = await chart(specification).bundle();
  const warnings: string[] = [];
  const note = (...texts: readonly unknown[]) => (warnings.push(texts.join(" ")), logger);
  const logger: vega.LoggerInterface = {
    level: ((level?: number) => level === undefined ? vega.Warn : logger) as vega.LoggerInterface["level"],
    error: note,
    warn: note,
    info: () => logger,
    debug: () => logger,
  };
  const compiled = compile(bundle[vegaLiteMime] as TopLevelSpec, { logger });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger });
  try {
    const svg = await view.toSVG();
    const title = specification.title as { text: string[] };
    return { svg, title: title.text.join(" "), warnings };
  } finally {
    view.finalize();
  }
}

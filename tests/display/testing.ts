/** Charts drawn as a front end draws them. */
import assert from "node:assert/strict";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { chart, vegaLiteMime } from "../../lib/display/chart.ts";

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

/** The chart is drawn without a warning, under a title, and no number in it is missing. */
export async function assertDrawn(specification: TopLevelSpec): Promise<void> {
  const { svg, title, warnings } = await draw(specification);
  assert.deepEqual(warnings, []);
  assert.match(svg, /^<svg /);
  assert(!/NaN|undefined|Infinity/.test(svg), "no number is missing");
  assert(title.length > 10 && !/NaN|undefined|Infinity/.test(title), title);
}

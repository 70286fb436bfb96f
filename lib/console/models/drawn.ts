/** Charts for the browser, drawn here: Vega would be more than all the rest of the console's scripts. */
import type { TopLevelSpec } from "vega-lite";
import { chart } from "../../display/chart.ts";
import { titleTexts } from "../../display/chart_parts.ts";

export interface Drawn {
  /** Without the title. */
  svg: string;
  /** What it shows. */
  finding: string;
  /** How to read it. */
  reading: string;
}

export async function drawn({ title, ...specification }: TopLevelSpec): Promise<Drawn> {
  const bundle = await chart(specification as TopLevelSpec).bundle();
  const [finding, reading] = titleTexts(title);
  return { svg: String(bundle["image/svg+xml"]), finding, reading };
}

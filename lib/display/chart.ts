/** Charts: Vega-Lite for front ends that draw it live, with an SVG twin for all others. */
import * as vega from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import { Displayable } from "./show.ts";
import { textWidth } from "./text_width.ts";
import { inkColor, pageInk, vegaLiteTheme } from "./theme.ts";

interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: string | number }, text: unknown): number;
}

// Without a canvas Vega takes every character for 0.8 em wide, which pushes titles and legends far off.
const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
  textWidth(String(text ?? ""), fontSize, fontWeight === "bold" || Number(fontWeight) >= 600);

export const vegaLiteMime = "application/vnd.vegalite.v5+json";

/**
 * A chart of a Vega-Lite specification in the project's theme. It must be valid in Vega-Lite 5, which is what
 * JupyterLab has, and carry its data. Its title should say what one sees in it. Drawn live, its text has the colour of
 * the page's; the SVG, which may stand on any page, has one that is readable on light and dark.
 */
export function chart(specification: TopLevelSpec): Displayable {
  const themed = (ink: string): TopLevelSpec => ({
    ...specification,
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    config: vega.mergeConfig(vegaLiteTheme(ink), specification.config ?? {}) as Config,
    // JupyterLab would draw on a canvas, which takes no colour from the page.
    usermeta: { embedOptions: { renderer: "svg" } },
  });
  return new Displayable(async () => ({
    [vegaLiteMime]: themed(pageInk),
    "image/svg+xml": await renderSvg(themed(inkColor)),
    "text/plain": `[chart: ${titleOf(specification)}]`,
  }));
}

/** The drawing of a specification, as it is. */
export async function renderSvg(specification: TopLevelSpec): Promise<string> {
  const view = new vega.View(vega.parse(compile(specification).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function titleOf({ title, description }: TopLevelSpec): string {
  const text = typeof title === "object" && title !== null && "text" in title ? title.text : title;
  return [text ?? description ?? "untitled"].flat().join(" ");
}

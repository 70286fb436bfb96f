/** Charts: Vega-Lite for front ends that draw it live, and SVG for all others. */
import * as vega from "vega";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import { Displayable } from "./show.ts";
import { textWidth } from "./text_width.ts";
import { inkColor, pageInk, vegaLiteTheme } from "./theme.ts";

interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: string | number }, text: unknown): number;
}

// Without a canvas Vega assumes that every character is 0.8 em wide, which misplaces titles and legends.
const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
  textWidth(String(text ?? ""), fontSize, fontWeight === "bold" || Number(fontWeight) >= 600);

export const vegaLiteMime = "application/vnd.vegalite.v5+json";

/**
 * A chart of a Vega-Lite specification in the project's theme. The specification must be valid in Vega-Lite 5, which
 * JupyterLab uses, and contain its data. Its title should state the finding. Drawn live, its text has the page's text
 * colour; the SVG, which can be on any page, has one that is readable on light and dark.
 */
export function chart(specification: TopLevelSpec): Displayable {
  const themed = (ink: string): TopLevelSpec => ({
    ...specification,
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    config: vega.mergeConfig(vegaLiteTheme(ink), specification.config ?? {}) as Config,
    // JupyterLab's default is a canvas, where currentColor does not work.
    usermeta: { embedOptions: { renderer: "svg" } },
  });
  return new Displayable(async () => ({
    [vegaLiteMime]: themed(pageInk),
    "image/svg+xml": await renderSvg(themed(inkColor)),
    "text/plain": `[chart: ${titleOf(specification)}]`,
  }));
}

/** Draws a specification as SVG, without applying the theme. */
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

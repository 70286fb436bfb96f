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

/** The schemes of links that a chart may have, and a scheme for links without one. */
const LINKS = ["https:", "http:", "mailto:"];

/**
 * In place of Vega's loader, which reads any file and any address that a specification names: charts contain their data.
 * A link of another scheme goes nowhere; Vega's own check would reject it, and Vega does not expect that.
 */
const loader: vega.Loader = {
  load: () => Promise.reject(new Error("A chart contains its data, and loads none.")),
  sanitize(uri, { context }: { context?: string }) {
    const { protocol } = URL.parse(uri, "https://relative") ?? {};
    const allowed = context === "href" ? LINKS : ["data:"];
    return Promise.resolve({ href: allowed.includes(protocol ?? "") ? uri : "" });
  },
  http: () => Promise.reject(),
  file: () => Promise.reject(),
};

/** Draws a specification as SVG, without applying the theme; data that it does not contain is not loaded. */
export async function renderSvg(specification: TopLevelSpec): Promise<string> {
  const view = new vega.View(vega.parse(compile(specification).spec), { renderer: "none", loader });
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

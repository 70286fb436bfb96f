/** What the charts have in common. All are valid in Vega-Lite 5 and carry their data. */
import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "./text_width.ts";

/** Of the plot, in pixels. */
export const chartWidth = 480;

/** As the theme has them; text wraps at the width of the plot. */
const titleFontSize = 15;
const subtitleFontSize = 12;

/** A title that states the finding, and below it how to read the picture. */
export function titled(finding: string, reading: string) {
  return { text: wrapTitle(finding), subtitle: wrap(reading, subtitleFontSize), subtitlePadding: 4 };
}

function wrapTitle(finding: string): string[] {
  return wrap(finding, titleFontSize, true);
}

/** Breaks text into lines that are no wider than the plot where words allow. */
function wrap(text: string, fontSize: number, bold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && textWidth(longer, fontSize, bold) <= chartWidth) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}

/** A chart that has nothing to show but says why: its finding. */
export function emptyChart(finding: string): TopLevelSpec {
  return {
    title: { text: wrapTitle(finding) },
    data: { values: [{}] },
    width: chartWidth,
    height: 10,
    mark: { type: "point", opacity: 0 },
  };
}

/** Common parts of the charts. All charts are valid in Vega-Lite 5 and contain their data. */
import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "./text_width.ts";

/** The width of the plot in pixels. */
export const chartWidth = 480;

/** The same as in the theme; text wraps at the width of the plot. */
const titleFontSize = 15;
const subtitleFontSize = 12;

/** A title that states the finding, with a subtitle on how to read the chart, in lines no wider than `width`. */
export function titled(finding: string, reading: string, width = chartWidth) {
  return {
    text: wrapTitle(finding, width),
    subtitle: wrap(reading, { width, fontSize: subtitleFontSize }),
    subtitlePadding: 4,
  };
}

function wrapTitle(finding: string, width = chartWidth): string[] {
  return wrap(finding, { width, fontSize: titleFontSize, bold: true });
}

/** Breaks text between words into lines that are no wider than `width`. */
function wrap(
  text: string,
  { width, fontSize, bold = false }: { width: number; fontSize: number; bold?: boolean },
): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && textWidth(longer, fontSize, bold) <= width) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}

/** A chart without data, whose title says why. */
export function emptyChart(finding: string): TopLevelSpec {
  return {
    title: { text: wrapTitle(finding) },
    data: { values: [{}] },
    width: chartWidth,
    height: 10,
    mark: { type: "point", opacity: 0 },
  };
}

/** A title and its subtitle, which Vega-Lite takes as text or as lines. */
export function titleTexts(title: TopLevelSpec["title"]): [title: string, subtitle: string] {
  const { text, subtitle = "" } = typeof title === "object" && "text" in title
    ? title
    : { text: title ?? "" };
  return [[text].flat().join(" "), [subtitle].flat().join(" ")];
}

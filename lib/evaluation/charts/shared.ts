/** What the charts have in common. All are valid in Vega-Lite 5 and carry their data. */
import type { TopLevelSpec } from "vega-lite";

/** Of the plot, in pixels. */
export const chartWidth = 480;

/** Line lengths at which titles and their second lines are about as wide as the plot. */
const titleColumns = 56;
const subtitleColumns = 72;

/** A title that states the finding, and below it how to read the picture. */
export function titled(finding: string, reading: string) {
  return { text: wrap(finding, titleColumns), subtitle: wrap(reading, subtitleColumns), subtitlePadding: 4 };
}

/** Breaks text into lines of at most `columns` characters where words allow. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A chart that has nothing to show but says why: its finding. */
export function emptyChart(finding: string): TopLevelSpec {
  return {
    title: { text: wrap(finding, titleColumns) },
    data: { values: [{}] },
    width: chartWidth,
    height: 10,
    mark: { type: "point", opacity: 0 },
  };
}

/** The lowest confidence that the best of so many classes can have, in tenths, where a confidence axis begins. */
export function lowestConfidence(classCount: number): number {
  return Math.floor(10 / classCount) / 10;
}

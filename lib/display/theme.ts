/** The theme of all charts: colours, fonts and grid. */
import type { Config } from "vega-lite";

/**
 * The palette of Okabe and Ito, which people with colour-blindness can tell apart
 * (https://jfly.uni-koeln.de/color/), without black, in another order.
 */
export const palette = {
  blue: "#0072B2",
  vermillion: "#D55E00",
  green: "#009E73",
  purple: "#CC79A7",
  orange: "#E69F00",
  sky: "#56B4E9",
  yellow: "#F0E442",
} as const;

/** The first class is blue and the second vermillion, everywhere: bicycle and motorcycle by default. */
export const classColors: readonly string[] = Object.values(palette);

/** The outcomes of an execution or a state. */
export const outcomeColors = {
  succeeded: palette.green,
  belowThreshold: palette.orange,
  failed: palette.purple,
  notReached: "#9A9A9A",
} as const;

/**
 * Text and lines: this grey has a contrast of about 4.4 to 1 both on white and on a nearly black page, so one
 * picture serves light and dark.
 */
export const inkColor = "#787878";
export const gridColor = "#78787840";

/** The unfilled part of a bar, on any page. */
export const trackColor = "#78787840";

/** The scale of a colour channel that shows classes: `color: { field: "class", scale: classScale(names) }`. */
export function classScale(classNames: string[]): { domain: string[]; range: string[] } {
  const range = classNames.map((_, index) => classColors[index % classColors.length] ?? inkColor);
  return { domain: classNames, range };
}

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** The colour of the surrounding text, for charts that are drawn live into a page. */
export const pageInk = "currentColor";

/** The theme with text in the colour `ink`; valid in Vega-Lite 5, which JupyterLab has, and 6, which draws the SVG here. */
export const vegaLiteTheme = (ink: string): Config => ({
  background: "transparent",
  font,
  padding: 8,
  title: {
    anchor: "start",
    frame: "group",
    color: ink,
    fontSize: 15,
    fontWeight: 600,
    subtitleColor: ink,
    subtitleFontSize: 12,
    offset: 12,
  },
  axis: {
    labelColor: ink,
    titleColor: ink,
    titleFontWeight: 500,
    labelFontSize: 11,
    labelSeparation: 8,
    titleFontSize: 12,
    gridColor,
    domainColor: inkColor,
    tickColor: inkColor,
  },
  legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontWeight: 500 },
  header: { labelColor: ink, titleColor: ink },
  text: { color: ink, font },
  rule: { color: inkColor, aria: false }, // what a line means is in a label or in the title
  mark: { color: palette.blue },
  point: { opacity: 0.9 },
  circle: { opacity: 0.9 },
  view: { stroke: null },
  range: { category: [...classColors], ramp: { scheme: "blues" } },
});

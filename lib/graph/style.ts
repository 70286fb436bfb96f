/** The look of states: cards in a breath of their colour with the page's text, for light and dark pages. */
import { inkColor, outcomeColors, palette } from "../display/theme.ts";
import type { StateStatus } from "./history.ts";

/** `plain` is for a machine without an execution. */
export type Look = StateStatus | "notReached" | "plain";

export interface CardStyle {
  fill: string;
  stroke: string;
  strokeWidth: number;
  /** SVG dash pattern; empty for a solid line. */
  dash: string;
  text: string;
  /** An SVG path in a square of 12 × 12; not a character, as not every font has these signs. */
  icon: string;
  /** Its name in the legend. */
  word: string;
}

const pageText = "currentColor";
/** Opacity of a card's colour, as the last two digits of a colour. */
const breath = "24";
const square = "M2 2h8v8h-8z";

export const looks: Record<Look, CardStyle> = {
  plain: {
    fill: palette.blue + breath,
    stroke: palette.blue,
    strokeWidth: 1.5,
    dash: "",
    text: pageText,
    icon: "",
    word: "",
  },
  succeeded: {
    fill: outcomeColors.succeeded + breath,
    stroke: outcomeColors.succeeded,
    strokeWidth: 1.75,
    dash: "",
    text: pageText,
    icon: "M1.5 6.5l3 3.5l6-8",
    word: "succeeded",
  },
  caught: {
    fill: outcomeColors.belowThreshold + breath,
    stroke: outcomeColors.belowThreshold,
    strokeWidth: 2,
    dash: "7 3",
    text: pageText,
    icon: "M6 1l5.2 10h-10.4zM6 4.5v3M6 9v.6",
    word: "error caught",
  },
  failed: {
    fill: outcomeColors.failed + breath,
    stroke: outcomeColors.failed,
    strokeWidth: 3.5,
    dash: "",
    text: pageText,
    icon: "M2 2l8 8M10 2l-8 8",
    word: "failed",
  },
  running: {
    fill: palette.sky + breath,
    stroke: palette.sky,
    strokeWidth: 2,
    dash: "2 3",
    text: pageText,
    icon: "M1.5 6h.6M5.7 6h.6M9.9 6h.6",
    word: "in progress",
  },
  stopped: {
    fill: inkColor + breath,
    stroke: inkColor,
    strokeWidth: 1.5,
    dash: "",
    text: pageText,
    icon: square,
    word: "stopped",
  },
  notReached: {
    fill: "transparent",
    stroke: outcomeColors.notReached,
    strokeWidth: 1,
    dash: "",
    text: inkColor,
    icon: "M3 6h6",
    word: "not reached",
  },
};

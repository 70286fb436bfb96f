/** The look of states: pale cards with dark text, which are readable on light and dark pages. */
import { outcomeColors, palette } from "../display/theme.ts";
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

const darkText = "#1C1C1C";
const square = "M2 2h8v8h-8z";

export const looks: Record<Look, CardStyle> = {
  plain: {
    fill: "#E9F2F8",
    stroke: palette.blue,
    strokeWidth: 1.5,
    dash: "",
    text: darkText,
    icon: "",
    word: "",
  },
  succeeded: {
    fill: "#DCF1EA",
    stroke: outcomeColors.succeeded,
    strokeWidth: 1.75,
    dash: "",
    text: darkText,
    icon: "M1.5 6.5l3 3.5l6-8",
    word: "succeeded",
  },
  caught: {
    fill: "#FCF0D6",
    stroke: outcomeColors.belowThreshold,
    strokeWidth: 2,
    dash: "7 3",
    text: darkText,
    icon: "M6 1l5.2 10h-10.4zM6 4.5v3M6 9v.6",
    word: "error caught",
  },
  failed: {
    fill: "#F8E5EF",
    stroke: outcomeColors.failed,
    strokeWidth: 3.5,
    dash: "",
    text: darkText,
    icon: "M2 2l8 8M10 2l-8 8",
    word: "failed",
  },
  running: {
    fill: "#E0F1FC",
    stroke: palette.sky,
    strokeWidth: 2,
    dash: "2 3",
    text: darkText,
    icon: "M1.5 6h.6M5.7 6h.6M9.9 6h.6",
    word: "in progress",
  },
  stopped: {
    fill: "#E8E8E8",
    stroke: "#6E6E6E",
    strokeWidth: 1.5,
    dash: "",
    text: darkText,
    icon: square,
    word: "stopped",
  },
  notReached: {
    fill: "#F4F4F4",
    stroke: outcomeColors.notReached,
    strokeWidth: 1,
    dash: "",
    text: "#6A6A6A",
    icon: "M3 6h6",
    word: "not reached",
  },
};

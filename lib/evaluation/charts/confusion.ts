/** Which class was mistaken for which. */
import type { TopLevelSpec } from "vega-lite";
import { emptyChart, titled } from "../../display/chart_parts.ts";
import { labelText, percent } from "../../display/format.ts";
import { palette } from "../../display/theme.ts";
import { judged, type Prediction } from "../frame.ts";
import { confusionMatrix } from "../metrics.ts";
import { confusionWords } from "../words.ts";

/** The confusion matrix as a heat map; each row, the pictures of one class, adds up to 100%. */
export function confusionChart(rows: readonly Prediction[], classes: readonly string[]): TopLevelSpec {
  const matrix = confusionMatrix(judged(rows), classes);
  const finding = confusionWords(matrix, classes);
  if (matrix.flat().every((count) => count === 0)) return emptyChart(finding);
  const values = matrix.flatMap((counts, truth) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count, predicted) => ({
      truth: labelText(classes[truth]!),
      predicted: labelText(classes[predicted]!),
      count,
      share: total === 0 ? 0 : count / total,
      shareText: total === 0 ? "no pictures" : percent(count / total),
    }));
  });
  const step = Math.max(44, Math.min(110, Math.round(400 / classes.length)));
  const title = titled(
    finding,
    "Rows are what the pictures show, columns what was answered; shares are of the row.",
  );
  return {
    title,
    // The title is wider than the plot, and wider still in some fonts.
    padding: { left: 8, top: 8, right: 64, bottom: 8 },
    data: { values },
    width: { step },
    height: { step: Math.min(step, 80) },
    encoding: {
      x: {
        field: "predicted",
        type: "nominal",
        sort: classes.map(labelText),
        title: "answer",
        axis: { orient: "top", domain: false, ticks: false, labelAngle: classes.length > 4 ? -40 : 0 },
        scale: { paddingInner: 0.04 },
      },
      y: {
        field: "truth",
        type: "nominal",
        sort: classes.map(labelText),
        title: "truth",
        axis: { domain: false, ticks: false },
        scale: { paddingInner: 0.04 },
      },
      tooltip: [
        { field: "truth", type: "nominal" },
        { field: "predicted", type: "nominal", title: "answer" },
        { field: "count", type: "quantitative", title: "pictures" },
        { field: "shareText", type: "nominal", title: "of the class" },
      ],
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 3, color: palette.blue },
        encoding: {
          // Few are pale on a light page and dark on a dark one.
          opacity: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: [0.12, 1] },
            legend: null,
          },
        },
      },
      {
        mark: { type: "text", fontSize: 18, fontWeight: 600, dy: -8 },
        encoding: { text: { field: "count", type: "quantitative" }, color: textColor },
      },
      {
        mark: { type: "text", fontSize: 11, dy: 11 },
        encoding: { text: { field: "shareText", type: "nominal" }, color: textColor },
      },
    ],
  };
}

/** White on strong cells; else the theme's colour of text. */
const textColor = { condition: { test: "datum.share > 0.6", value: "#FFFFFF" } };

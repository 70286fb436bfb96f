/** Calibration as a chart. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../../display/chart_parts.ts";
import { inkColor, palette } from "../../display/theme.ts";
import type { ReliabilityBin } from "../calibration.ts";
import { wilsonInterval } from "../metrics.ts";
import { reliabilityWords } from "../words.ts";

/** The reliability diagram: the share of right answers among those of similar confidence. */
export function reliabilityChart(bins: readonly ReliabilityBin[]): TopLevelSpec {
  const finding = reliabilityWords(bins);
  if (bins.length === 0) return emptyChart(finding);
  const values = bins.map((bin) => {
    const [low, high] = wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count);
    return { ...bin, low, high, bin: `${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}` };
  });
  const start = Math.min(...bins.map(({ from }) => from));
  const sizes = [
    ...new Set([Math.min(...bins.map(({ count }) => count)), Math.max(...bins.map(({ count }) => count))]),
  ];
  const tooltip = [
    { field: "bin", type: "nominal" as const, title: "confidences" },
    { field: "count", type: "quantitative" as const, title: "answers" },
    { field: "confidence", type: "quantitative" as const, title: "mean confidence", format: ".3f" },
    { field: "accuracy", type: "quantitative" as const, title: "right", format: ".1%" },
    { field: "low", type: "quantitative" as const, title: "95% interval from", format: ".1%" },
    { field: "high", type: "quantitative" as const, title: "to", format: ".1%" },
  ];
  return {
    title: titled(
      finding,
      "On the dashed line confidence equals accuracy. Above it the network is underconfident, below it " +
        "overconfident. Bars: 95% interval.",
    ),
    width: chartWidth,
    height: 260,
    layer: [
      {
        data: { values: [{ at: start }, { at: 1 }] },
        mark: { type: "line", color: inkColor, strokeDash: [6, 4], strokeWidth: 1.5 },
        encoding: { x: { field: "at", type: "quantitative" }, y: { field: "at", type: "quantitative" } },
      },
      {
        data: { values },
        mark: { type: "rule", color: palette.green, strokeWidth: 3, opacity: 0.45 },
        encoding: {
          x: { field: "confidence", type: "quantitative" },
          y: { field: "low", type: "quantitative" },
          y2: { field: "high" },
          tooltip,
        },
      },
      {
        data: { values },
        mark: { type: "point", filled: true, color: palette.green, opacity: 1 },
        encoding: {
          x: {
            field: "confidence",
            type: "quantitative",
            title: "mean confidence",
            scale: { domain: [start, 1] },
          },
          y: {
            field: "accuracy",
            type: "quantitative",
            title: "share of right answers",
            scale: { domain: [0, 1] },
            axis: { format: ".0%" },
          },
          size: {
            field: "count",
            type: "quantitative",
            title: "answers",
            scale: { rangeMin: 40, rangeMax: 400, zero: true },
            legend: { orient: "right", format: "d", values: sizes },
          },
          tooltip,
        },
      },
    ],
  };
}

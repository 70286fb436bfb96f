/** The effect of the threshold as a chart. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../../display/chart_parts.ts";
import { percent } from "../../display/format.ts";
import { inkColor, palette } from "../../display/theme.ts";
import { alikeThresholds, type ThresholdPoint } from "../threshold.ts";
import { alikeWords, recommendationWords } from "../words.ts";
import { labelLine, middle, thresholdAxis, thresholdScale } from "./threshold_axis.ts";

export interface ThresholdChartOptions {
  /** The threshold in use. */
  threshold: number;
  recommended: ThresholdPoint | undefined;
  /** The target precision. */
  precision: number;
}

/**
 * The accuracy of the accepted answers, and the share of accepted answers, by threshold. Thresholds that the answers cannot
 * tell from the recommended one are shaded.
 */
export function thresholdChart(
  curve: readonly ThresholdPoint[],
  { threshold, recommended, precision }: ThresholdChartOptions,
): TopLevelSpec {
  const finding = recommendationWords(curve, recommended, precision);
  if (curve.length === 0) return emptyChart(finding);
  const series = ["right among the accepted", "accepted"];
  const values = curve.flatMap((point) => [
    ...(point.accuracy === undefined ? [] : [{ ...point, series: series[0], share: point.accuracy }]),
    { ...point, series: series[1], share: point.coverage },
  ]);
  const marks = [
    { at: threshold, text: `in use: ${threshold}`, color: inkColor, dash: [6, 4] },
    ...(recommended
      ? [{
        at: recommended.threshold,
        text: `recommended: ${recommended.threshold}`,
        color: palette.green,
        dash: [],
      }]
      : []),
  ];
  const alike = recommended && alikeThresholds(curve, recommended);
  // The axis shows what matters, at the top; the tail where hardly any answer is accepted is cut off.
  const needed = [
    0.5,
    precision,
    ...curve.flatMap(({ accuracy }) => accuracy ?? []),
    ...curve.filter((point) => [threshold, recommended?.threshold].includes(point.threshold)).map((p) =>
      p.coverage
    ),
  ];
  const lowest = Math.floor(10 * Math.min(...needed)) / 10;
  return {
    title: titled(
      finding,
      alikeWords(curve, recommended) ||
        "With a higher threshold fewer answers are accepted, and more of those should be right.",
    ),
    width: chartWidth,
    height: 240,
    layer: [
      ...(alike && alike.from < alike.to
        ? [{
          data: { values: [alike] },
          mark: { type: "rect" as const, color: palette.green, opacity: 0.12 },
          encoding: {
            x: { field: "from", type: "quantitative" as const, scale: thresholdScale(curve) },
            x2: { field: "to" },
          },
        }]
        : []),
      {
        data: { values },
        mark: { type: "line", interpolate: "step-before", strokeWidth: 2.5, clip: true },
        encoding: {
          x: thresholdAxis(curve),
          y: {
            field: "share",
            type: "quantitative",
            title: "share of answers",
            scale: { domain: [lowest, 1] },
            axis: { format: ".0%" },
          },
          color: {
            field: "series",
            type: "nominal",
            title: null,
            scale: { domain: series, range: [palette.purple, palette.sky] },
            legend: {
              orient: "bottom",
              symbolType: "stroke",
              symbolSize: 400,
              symbolStrokeWidth: 2.5,
              labelLimit: 0,
            },
          },
          strokeDash: {
            field: "series",
            type: "nominal",
            scale: { domain: series, range: [[1, 0], [8, 3]] },
          },
        },
      },
      {
        data: { values: [{ precision }] },
        mark: { type: "rule", strokeDash: [2, 3] },
        encoding: { y: { datum: precision } },
      },
      ...marks.flatMap(({ at, text, color, dash }, index) => [
        {
          data: { values: [{ at }] },
          mark: { type: "rule" as const, color, strokeWidth: 1.5, strokeDash: dash },
          encoding: { x: { datum: at } },
        },
        {
          data: { values: [{ at }] },
          mark: {
            type: "text" as const,
            text,
            ...(color === inkColor ? {} : { color }),
            align: at > middle(curve) ? "right" as const : "left" as const,
            fontWeight: 600 as const,
          },
          encoding: { x: { datum: at }, y: labelLine(index) },
        },
      ]),
      {
        data: { values: curve.map(withText) },
        mark: { type: "rule", opacity: 0, strokeWidth: chartWidth / curve.length },
        encoding: {
          x: { field: "threshold", type: "quantitative" },
          tooltip: [
            { field: "threshold", type: "quantitative", format: ".2f" },
            { field: "accepted", type: "quantitative", title: "accepted answers" },
            { field: "coverage", type: "quantitative", title: "accepted", format: ".1%" },
            { field: "rightText", type: "nominal", title: "right among these" },
          ],
        },
      },
    ],
  };
}

function withText(point: ThresholdPoint) {
  return { ...point, rightText: point.accuracy === undefined ? "none accepted" : percent(point.accuracy) };
}

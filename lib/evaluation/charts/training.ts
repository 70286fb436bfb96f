/** How training went. */
import type { TopLevelSpec } from "vega-lite";
import { palette } from "../../notebook/theme.ts";
import { type EpochFigures, trainingWords } from "../run_words.ts";
import { chartWidth, emptyChart, titled } from "./shared.ts";

const series = ["training", "validation"];

/**
 * Accuracy per epoch on the training and validation pictures, and the loss below it when it is known.
 * @param options.epochs how many there will be, so that a chart that grows keeps its scale
 */
export function trainingChart(
  epochs: readonly EpochFigures[],
  options: { epochs?: number } = {},
): TopLevelSpec {
  const finding = trainingWords(epochs);
  if (epochs.length === 0) return emptyChart(finding);
  const last = Math.max((options.epochs ?? 1) - 1, 1, ...epochs.map(({ epoch }) => epoch));
  const values = epochs.flatMap(({ epoch, seconds, ...figures }) => {
    const time = seconds === undefined ? "unknown" : `${seconds.toFixed(1)} s`;
    return [
      { epoch, time, series: series[0], accuracy: figures.train, loss: figures.trainLoss },
      { epoch, time, series: series[1], accuracy: figures.validation, loss: figures.validationLoss },
    ];
  });
  const title = titled(finding, "Accuracy per epoch; the validation pictures were not trained with.");
  const accuracy = curve(values.filter((one) => one.accuracy !== undefined), last, "accuracy", ".0%");
  const losses = values.filter(({ loss }) => loss !== undefined);
  if (losses.length === 0) return { title, ...accuracy };
  return { title, vconcat: [accuracy, curve(losses, last, "loss", ".3~g")] };
}

function curve(values: object[], last: number, field: "accuracy" | "loss", format: string) {
  return {
    data: { values },
    width: chartWidth,
    height: field === "accuracy" ? 220 : 140,
    mark: { type: "line" as const, strokeWidth: 2.5, point: { filled: true, size: 28 } },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative" as const,
        title: "epoch",
        scale: { domain: [0, last], nice: false },
        axis: { tickMinStep: 1, format: "d", grid: false },
      },
      y: {
        field,
        type: "quantitative" as const,
        title: field,
        scale: { zero: false, nice: true, ...(field === "accuracy" && { domainMax: 1 }) },
        axis: { format },
      },
      color: {
        field: "series",
        type: "nominal" as const,
        title: null,
        scale: { domain: series, range: [palette.sky, palette.green] },
        legend: { orient: "bottom" as const, symbolType: "stroke", symbolSize: 400, symbolStrokeWidth: 2.5 },
      },
      strokeDash: {
        field: "series",
        type: "nominal" as const,
        scale: { domain: series, range: [[5, 3], [1, 0]] },
      },
      tooltip: [
        { field: "epoch", type: "quantitative" as const },
        { field: "series", type: "nominal" as const, title: "pictures" },
        { field, type: "quantitative" as const, format: field === "accuracy" ? ".1%" : ".4f" },
        { field: "time", type: "nominal" as const, title: "took" },
      ],
    },
  };
}

/** How training went. */
import type { TopLevelSpec } from "vega-lite";
import { palette } from "../display/theme.ts";
import { type EpochFigures, trainingWords } from "../evaluation/run_words.ts";
import { chartWidth, emptyChart, titled } from "../display/chart_parts.ts";

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
  const last = Math.max(options.epochs ?? 1, 2, ...epochs.map(({ epoch }) => epoch + 1));
  const values = epochs.flatMap(({ epoch, seconds, ...figures }) => {
    const trained = epoch + 1;
    const time = seconds === undefined ? "unknown" : `${seconds.toFixed(1)} s`;
    return [
      { trained, time, series: series[0], accuracy: figures.train, loss: figures.trainLoss },
      { trained, time, series: series[1], accuracy: figures.validation, loss: figures.validationLoss },
    ];
  });
  const title = titled(
    finding,
    "An epoch goes once through all training pictures; the network never learns from those of validation.",
  );
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
        field: "trained",
        type: "quantitative" as const,
        title: "epochs trained",
        scale: { domain: [1, last], nice: false },
        axis: { values: epochTicks(last), format: "d", grid: false },
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
        { field: "trained", type: "quantitative" as const, title: "epochs" },
        { field: "series", type: "nominal" as const, title: "pictures" },
        { field, type: "quantitative" as const, format: field === "accuracy" ? ".1%" : ".4f" },
        { field: "time", type: "nominal" as const, title: "took" },
      ],
    },
  };
}

/** 1, and the multiples of a round number up to the last epoch, about ten. */
function epochTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((step) => last / step <= 10) ?? 200;
  const multiples = Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
  return [...new Set([1, ...multiples])];
}

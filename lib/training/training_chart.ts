/** The progress of training, as a chart and in words. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../display/chart_parts.ts";
import { countOf, percent } from "../display/format.ts";
import { palette } from "../display/theme.ts";
import type { Epoch } from "./training_log.ts";

const series = ["training", "validation"];

/**
 * Accuracy per epoch on the training and validation pictures.
 * @param options.epochs the final number of epochs, so that a growing chart keeps its scale
 */
export function trainingChart(
  epochs: readonly Epoch[],
  options: { epochs?: number } = {},
): TopLevelSpec {
  const finding = trainingWords(epochs);
  if (epochs.length === 0) return emptyChart(finding);
  const last = Math.max(options.epochs ?? 1, 2, ...epochs.map(({ epoch }) => epoch + 1));
  const values = epochs.flatMap(({ epoch, train, validation, seconds }) => {
    const trained = epoch + 1;
    const time = seconds === undefined ? "unknown" : `${seconds.toFixed(1)} s`;
    return [
      { trained, time, series: series[0], accuracy: train },
      { trained, time, series: series[1], accuracy: validation },
    ].filter(({ accuracy }) => accuracy !== undefined);
  });
  return {
    title: titled(
      finding,
      "In each epoch the network sees all training pictures once. It never learns from the validation pictures.",
    ),
    data: { values },
    width: chartWidth,
    height: 220,
    mark: { type: "line", strokeWidth: 2.5, point: { filled: true, size: 28 } },
    encoding: {
      x: {
        field: "trained",
        type: "quantitative",
        title: "epochs trained",
        scale: { domain: [1, last], nice: false },
        axis: { values: epochTicks(last), format: "d", grid: false },
      },
      y: {
        field: "accuracy",
        type: "quantitative",
        title: "accuracy",
        scale: { zero: false, nice: true, domainMax: 1 },
        axis: { format: ".0%" },
      },
      color: {
        field: "series",
        type: "nominal",
        title: null,
        scale: { domain: series, range: [palette.sky, palette.green] },
        legend: { orient: "bottom", symbolType: "stroke", symbolSize: 400, symbolStrokeWidth: 2.5 },
      },
      strokeDash: {
        field: "series",
        type: "nominal",
        scale: { domain: series, range: [[5, 3], [1, 0]] },
      },
      tooltip: [
        { field: "trained", type: "quantitative", title: "epochs" },
        { field: "series", type: "nominal", title: "pictures" },
        { field: "accuracy", type: "quantitative", format: ".1%" },
        { field: "time", type: "nominal", title: "took" },
      ],
    },
  };
}

/** About ten ticks: 1, and the multiples of a round number up to the last epoch. */
function epochTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((step) => last / step <= 10) ?? 200;
  const multiples = Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
  return [...new Set([1, ...multiples])];
}

/** The accuracy that the network reached. */
export function trainingWords(epochs: readonly Epoch[]): string {
  const validated = epochs.filter((one) => one.validation !== undefined);
  const last = validated.at(-1);
  if (!last) {
    return epochs.length === 0
      ? "No epoch is complete yet."
      : `${countOf(epochs.length, "epoch")}, not validated.`;
  }
  const best = validated.reduce((a, b) => b.validation! > a.validation! ? b : a);
  const end = `Validation accuracy ${percent(last.validation!)} after ${countOf(last.epoch + 1, "epoch")}`;
  return best.validation! > last.validation!
    ? `${end}; the best was ${percent(best.validation!)}, after ${best.epoch + 1}.`
    : `${end}.`;
}

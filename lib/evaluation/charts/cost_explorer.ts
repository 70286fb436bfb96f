/** The cost of each threshold with inputs and pictures in one chart, for front ends that draw Vega-Lite live. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth } from "../../display/chart_parts.ts";
import { COST_PARAMS } from "../cost_params.ts";
import type { CostPoint } from "../costs.ts";
import { costChart, type CostChartOptions, costLine } from "./costs.ts";

/** An answer with its picture. */
export interface PicturedAnswer {
  confidence: number;
  correct: boolean;
  truth: string;
  predicted: string;
  /** A data URL; absent where there would be too many. */
  picture?: string;
}

type Params = NonNullable<TopLevelSpec["params"]>;

const PICTURED = "pictured";
const PER_ROW = 10;
const SIDE = 44;

/** `costChart` with inputs for its parameters, above the pictures that go to the wrong courier and to a person. */
export function costExplorer(
  curve: readonly CostPoint[],
  answers: readonly PicturedAnswer[],
  options: CostChartOptions,
): TopLevelSpec {
  const { params = [], title, ...chart } = costChart(curve, options);
  const [first] = curve;
  if (!first) return { title, ...chart } as TopLevelSpec;
  const bindings: Record<string, object> = {
    [COST_PARAMS.wrong]: { input: "number", min: 0, step: 0.5, name: "A wrong courier costs " },
    [COST_PARAMS.look]: { input: "number", min: 0, step: 0.5, name: "A look by a person costs " },
    [COST_PARAMS.threshold]: {
      input: "range",
      min: first.threshold,
      max: 0.99,
      step: 0.01,
      name: "Threshold ",
    },
  };
  const { threshold } = COST_PARAMS;
  return {
    title,
    datasets: { [PICTURED]: answers.filter(({ picture }) => picture !== undefined) },
    params: params.map((param) => ({
      ...param,
      ...bindings[param.name] && { bind: bindings[param.name] },
    })) as Params,
    vconcat: [
      chart,
      costLine(chart),
      pictureRow(
        "The wrong courier sets out: wrong answers at or above the threshold, the surest first",
        `datum.confidence >= ${threshold} && !datum.correct`,
      ),
      pictureRow(
        "A person looks: answers below the threshold, those nearest to it first",
        `datum.confidence < ${threshold}`,
      ),
    ],
  } as TopLevelSpec;
}

/** The first ten pictures for which the expression holds, the most confident answer first. */
function pictureRow(title: string, filter: string) {
  return {
    title: { text: title, fontSize: 12, fontWeight: 500 },
    width: chartWidth,
    height: SIDE,
    data: { name: PICTURED },
    transform: [
      { filter },
      { window: [{ op: "row_number", as: "rank" }], sort: [{ field: "confidence", order: "descending" }] },
      { filter: `datum.rank <= ${PER_ROW}` },
      { calculate: `(datum.rank - 0.5) * ${chartWidth / PER_ROW}`, as: "across" },
    ],
    mark: { type: "image", width: SIDE, height: SIDE },
    encoding: {
      x: { field: "across", type: "quantitative", scale: { domain: [0, chartWidth] }, axis: null },
      y: { value: SIDE / 2 },
      url: { field: "picture", type: "nominal" },
      tooltip: [
        { field: "truth", type: "nominal" },
        { field: "predicted", type: "nominal", title: "answer" },
        { field: "confidence", type: "quantitative", format: ".3f" },
      ],
    },
  };
}

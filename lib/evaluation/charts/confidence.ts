/** Charts of the confidences. */
import type { TopLevelSpec } from "vega-lite";
import { classScale, inkColor, outcomeColors } from "../../notebook/theme.ts";
import { countOf } from "../format.ts";
import { judged, type Prediction } from "../frame.ts";
import { distributionWords, thresholdWords } from "../words.ts";
import { chartWidth, emptyChart, lowestConfidence, titled } from "./shared.ts";

const states = [
  "accepted, right",
  "accepted, wrong",
  "accepted, truth unknown",
  "below the threshold",
] as const;

const stateColors = [
  outcomeColors.succeeded,
  outcomeColors.failed,
  outcomeColors.notReached,
  outcomeColors.belowThreshold,
];

function stateOf({ accepted, correct }: Prediction): typeof states[number] {
  if (!accepted) return "below the threshold";
  if (correct === null) return "accepted, truth unknown";
  return correct ? "accepted, right" : "accepted, wrong";
}

export interface ConfidenceOptions {
  classes: readonly string[];
  threshold: number;
}

/** Each answer's confidence at its time, with the threshold; shape and colour tell what became of it. */
export function confidenceOverTime(
  rows: readonly Prediction[],
  { classes, threshold }: ConfidenceOptions,
): TopLevelSpec {
  if (rows.length === 0) return emptyChart(thresholdWords(rows, threshold));
  const values = rows.map((row) => ({
    time: row.time.getTime(),
    clock: row.time.toISOString().slice(0, 19).replace("T", " "),
    confidence: row.confidence,
    state: stateOf(row),
    picture: row.picture ?? "unknown",
    truth: row.truth ?? "unknown",
    predicted: row.predicted,
  }));
  return {
    title: titled(
      thresholdWords(rows, threshold),
      "Each mark is a captured answer; executions of those under the dashed line fail.",
    ),
    width: chartWidth,
    height: 240,
    layer: [
      {
        data: { values },
        mark: { type: "point", filled: true, size: 70, opacity: 0.85 },
        encoding: {
          x: {
            field: "time",
            type: "temporal",
            scale: { type: "utc" },
            ...timeAxis(rows),
          },
          y: {
            field: "confidence",
            type: "quantitative",
            title: "confidence",
            scale: { domain: [lowestConfidence(classes.length), 1] },
          },
          color: {
            field: "state",
            type: "nominal",
            title: null,
            scale: { domain: [...states], range: stateColors },
            legend: { orient: "bottom", columns: 2, labelLimit: 0, values: presentStates(rows) },
          },
          shape: {
            field: "state",
            type: "nominal",
            scale: { domain: [...states], range: ["circle", "cross", "diamond", "triangle-down"] },
          },
          tooltip: [
            { field: "picture", type: "nominal" },
            { field: "truth", type: "nominal" },
            { field: "predicted", type: "nominal" },
            { field: "confidence", type: "quantitative", format: ".4f" },
            { field: "clock", type: "nominal", title: "time (UTC)" },
            { field: "state", type: "nominal", title: "outcome" },
          ],
        },
      },
      {
        data: { values: [{ threshold }] },
        mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5 },
        encoding: { y: { datum: threshold } },
      },
    ],
  };
}

/** Times of one day without the date, which is then in the title. */
function timeAxis(rows: readonly Prediction[]) {
  const days = new Set(rows.map(({ time }) => time.toISOString().slice(0, 10)));
  const [day] = days;
  return days.size === 1
    ? {
      title: `time of the answer on ${day} (UTC)`,
      axis: { format: "%H:%M:%S", labelOverlap: true, grid: false, tickCount: 6 },
    }
    : {
      title: "time of the answer (UTC)",
      axis: { format: "%Y-%m-%d %H:%M", labelOverlap: true, grid: false, tickCount: 4 },
    };
}

function presentStates(rows: readonly Prediction[]): string[] {
  const present = new Set(rows.map(stateOf));
  return states.filter((state) => present.has(state));
}

const binWidth = 0.05;

/** How the confidences are distributed for the pictures of each class; the colour tells what was answered. */
export function confidenceDistribution(
  rows: readonly Prediction[],
  { classes, threshold }: ConfidenceOptions,
): TopLevelSpec {
  const known = judged(rows);
  if (known.length === 0) return emptyChart(distributionWords(rows, classes));
  const binOf = (confidence: number) =>
    Math.min(Math.floor(confidence / binWidth + 1e-9), Math.round(1 / binWidth) - 1);
  const groups = Map.groupBy(
    known,
    ({ truth, predicted, confidence }) => JSON.stringify([truth, predicted, binOf(confidence)]),
  );
  const values = [...groups].map(([key, members]) => {
    const [truth, predicted, bin] = JSON.parse(key) as [string, string, number];
    const [from, to] = [bin * binWidth, (bin + 1) * binWidth];
    return {
      truth,
      predicted,
      from,
      to,
      bin: `${from.toFixed(2)} to ${to.toFixed(2)}`,
      count: members.length,
    };
  });
  const sizes = new Map(classes.map((name) => [name, known.filter(({ truth }) => truth === name).length]));
  const present = classes.filter((name) => sizes.get(name) !== 0);
  const header = Object.fromEntries(
    present.map((name) => [name, `${name}: ${countOf(sizes.get(name)!, "picture")}`]),
  );
  return {
    title: titled(
      distributionWords(rows, classes),
      "One row for each true class; the colour is the answer. The dashed line is the threshold.",
    ),
    data: { values },
    facet: {
      row: {
        field: "truth",
        type: "nominal",
        sort: present,
        title: null,
        header: {
          labelAngle: 0,
          labelAnchor: "start",
          labelOrient: "top",
          labelFontSize: 12,
          labelExpr: `${JSON.stringify(header)}[datum.label]`,
        },
      },
    },
    spacing: 12,
    spec: {
      width: chartWidth,
      height: Math.max(50, 180 / present.length),
      layer: [
        {
          mark: { type: "bar", binSpacing: 1 },
          encoding: {
            x: {
              field: "from",
              type: "quantitative",
              bin: { binned: true, step: binWidth },
              title: "confidence",
              scale: { domain: [lowestConfidence(classes.length), 1] },
            },
            x2: { field: "to" },
            y: {
              field: "count",
              type: "quantitative",
              title: "pictures",
              stack: "zero",
              axis: { tickMinStep: 1, tickCount: 4, format: "d" },
            },
            color: {
              field: "predicted",
              type: "nominal",
              title: "answer",
              scale: classScale([...classes]),
              legend: { orient: "bottom", columns: 4, labelLimit: 0 },
            },
            order: { field: "answer", type: "quantitative" },
            tooltip: [
              { field: "truth", type: "nominal" },
              { field: "predicted", type: "nominal", title: "answer" },
              { field: "bin", type: "nominal", title: "confidence" },
              { field: "count", type: "quantitative", title: "pictures" },
            ],
          },
        },
        {
          mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5, color: inkColor },
          encoding: { x: { datum: threshold } },
        },
      ],
    },
  };
}

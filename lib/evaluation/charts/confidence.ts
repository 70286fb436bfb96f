/** Charts of the confidences. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../../display/chart_parts.ts";
import { countOf, labelText } from "../../display/format.ts";
import { classScale, inkColor, outcomeColors } from "../../display/theme.ts";
import { judged, type Prediction } from "../frame.ts";
import { distributionWords, thresholdWords } from "../words.ts";

/** In drawing order: wrong ones last, so that no other mark covers them. */
const states = [
  "accepted, right",
  "below the threshold",
  "accepted, truth unknown",
  "accepted, wrong",
] as const;

const stateColors = [
  outcomeColors.succeeded,
  outcomeColors.belowThreshold,
  outcomeColors.notReached,
  outcomeColors.failed,
];

const stateShapes = ["circle", "triangle-down", "diamond", "cross"];

function stateOf({ accepted, correct }: Prediction): typeof states[number] {
  if (!accepted) return "below the threshold";
  if (correct === null) return "accepted, truth unknown";
  return correct ? "accepted, right" : "accepted, wrong";
}

export interface ConfidenceOptions {
  classes: readonly string[];
  threshold: number;
}

/**
 * The confidence of each answer in the order of arrival, with the threshold; shape and colour show the outcome. The axis
 * counts answers because captures have times in whole seconds only.
 * @param rows by time
 */
export function confidenceOverTime(
  rows: readonly Prediction[],
  { classes, threshold }: ConfidenceOptions,
): TopLevelSpec {
  if (rows.length === 0) return emptyChart(thresholdWords(rows, threshold));
  const values = rows.map((row, index) => ({
    number: index + 1,
    clock: row.time.toISOString().slice(0, 19).replace("T", " "),
    confidence: row.confidence,
    state: stateOf(row),
    picture: row.picture ?? "unknown",
    truth: labelText(row.truth ?? "unknown"),
    predicted: labelText(row.predicted),
  })).toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
  return {
    title: titled(
      thresholdWords(rows, threshold),
      `Each mark is a captured answer, ${spanOf(rows)}; those under the dashed line end their executions.`,
    ),
    width: chartWidth,
    height: 240,
    layer: [
      {
        data: { values },
        mark: { type: "point", filled: true, opacity: 0.85 },
        encoding: {
          x: {
            field: "number",
            type: "quantitative",
            title: "answers in the order of arrival",
            scale: { domain: [0, rows.length + 1], nice: false },
            axis: { grid: false, tickMinStep: 1, format: "d" },
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
            scale: { domain: [...states], range: stateShapes },
          },
          size: { condition: { test: "datum.state === 'accepted, wrong'", value: 170 }, value: 70 },
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

/** The time span: `from 2026-01-05 08:00:01 to 08:00:09 UTC`. */
function spanOf(rows: readonly Prediction[]): string {
  const times = rows.map(({ time }) => time.toISOString().slice(0, 19).replace("T", " "));
  const [first, last] = [times[0]!, times.at(-1)!];
  if (first === last) return `at ${first} UTC`;
  return `from ${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last} UTC`;
}

function presentStates(rows: readonly Prediction[]): string[] {
  const present = new Set(rows.map(stateOf));
  return states.filter((state) => present.has(state));
}

const binWidth = 0.05;

/** The distribution of the confidences for the pictures of each class; the colour is the answer. */
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
      truth: labelText(truth),
      predicted: labelText(predicted),
      wrong: Number(truth !== predicted), // stacked on the right ones
      from,
      to,
      bin: `${from.toFixed(2)} to ${to.toFixed(2)}`,
      count: members.length,
    };
  });
  const sizes = new Map(classes.map((name) => [name, known.filter(({ truth }) => truth === name).length]));
  const present = classes.filter((name) => sizes.get(name) !== 0);
  const header = Object.fromEntries(
    present.map((name) => [labelText(name), `${labelText(name)}: ${countOf(sizes.get(name)!, "picture")}`]),
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
        sort: present.map(labelText),
        title: null,
        header: {
          labelAngle: 0,
          labelAnchor: "start",
          labelOrient: "top",
          labelPadding: 2,
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
              scale: classScale(classes.map(labelText)),
              legend: { orient: "bottom", columns: 4, labelLimit: 0 },
            },
            order: { field: "wrong", type: "quantitative" },
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

/** Where a confidence axis begins: the lowest value that the highest of so many probabilities can have, in tenths. */
function lowestConfidence(classCount: number): number {
  return Math.floor(10 / classCount) / 10;
}

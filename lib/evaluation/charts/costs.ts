/** The cost of each threshold as a chart whose costs and threshold can be changed. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../../display/chart_parts.ts";
import { inkColor, palette } from "../../display/theme.ts";
import { COST_PARAMS } from "../cost_params.ts";
import { bestThreshold, type CostPoint, type Costs, PER_ORDERS } from "../costs.ts";
import { wilsonInterval } from "../metrics.ts";

export interface CostChartOptions {
  /** At the beginning; in a front end that draws live they can be changed. */
  threshold: number;
  costs: Costs;
}

/** The cost as `money` writes it, as an expression. */
const money = (field: string) => `format(datum.${field}, datum.${field} < 100 ? ',.2~f' : ',.0f')`;

/** Whether a row is that of the chosen threshold, as an expression. */
const CHOSEN = `abs(datum.threshold - ${COST_PARAMS.threshold}) < 0.005`;

type Params = NonNullable<TopLevelSpec["params"]>;

/**
 * The cost of 1,000 orders by threshold, with its interval, the chosen threshold and the best one. It recomputes as the
 * parameters of `COST_PARAMS` change; `costExplorer` gives them inputs.
 */
export function costChart(curve: readonly CostPoint[], options: CostChartOptions): TopLevelSpec {
  const best = bestThreshold(curve, options.costs);
  if (!best) return emptyChart("No captured picture has a known label, so costs cannot be estimated.");
  const { total } = best.best;
  const { wrong, look, threshold } = COST_PARAMS;
  return {
    // What it finds is in the labels above the plot, which change with the parameters.
    title: titled(
      "What each threshold costs",
      "The cost of 1,000 orders by threshold; shaded, its 95% interval. Green: the best threshold, and at the bottom " +
        "those that the data cannot tell from it.",
    ),
    params: [
      { name: wrong, value: options.costs.wrong },
      { name: look, value: options.costs.look },
      { name: threshold, value: options.threshold },
      // By count: how far the share may be below and above, so that the expressions need no formula for it.
      { name: "shares_low", value: sharesOf(total, 0) },
      { name: "shares_high", value: sharesOf(total, 1) },
    ] as Params,
    data: { values: [...curve] },
    transform: [
      { calculate: `${PER_ORDERS} * (${wrong} * datum.wrong + ${look} * datum.held) / ${total}`, as: "cost" },
      { calculate: "datum.threshold + 0.0105", as: "next" },
      { calculate: `max(0, datum.cost - ${spread("shares_low")})`, as: "low" },
      { calculate: `datum.cost + ${spread("shares_high")}`, as: "high" },
      { joinaggregate: [{ op: "min", field: "cost", as: "lowest" }] },
      { calculate: "datum.cost === datum.lowest ? datum.threshold : 2", as: "candidate" },
      { joinaggregate: [{ op: "min", field: "candidate", as: "best" }] },
      { calculate: "datum.threshold === datum.best ? datum.wrong : -1", as: "its_wrong" },
      { calculate: "datum.threshold === datum.best ? datum.right : -1", as: "its_right" },
      {
        joinaggregate: [{ op: "max", field: "its_wrong", as: "best_wrong" }, {
          op: "max",
          field: "its_right",
          as: "best_right",
        }],
      },
      { calculate: differenceLow(total), as: "surely_more" },
    ],
    width: chartWidth,
    height: 240,
    layer: [
      {
        mark: { type: "area", opacity: 0.18, interpolate: "step-after", color: palette.blue },
        encoding: { x: thresholdAxis(curve), y: costAxis("low"), y2: { field: "high" } },
      },
      {
        transform: [{ filter: "datum.surely_more <= 0" }],
        mark: { type: "rect", color: palette.green },
        encoding: {
          x: { field: "threshold", type: "quantitative" },
          x2: { field: "next" },
          y: { value: 234 },
          y2: { value: 240 },
        },
      },
      {
        mark: { type: "line", interpolate: "step-after", strokeWidth: 2.5, color: palette.blue },
        encoding: { x: { field: "threshold", type: "quantitative" }, y: costAxis("cost") },
      },
      ...[
        {
          filter: "datum.threshold === datum.best",
          color: palette.green,
          dash: [1, 0],
          text: "best",
          line: 0,
        },
        { filter: CHOSEN, color: inkColor, dash: [6, 4], text: "chosen", line: 1 },
      ].flatMap(({ filter, color, dash, text, line }) => [
        {
          transform: [{ filter }],
          mark: { type: "rule" as const, color, strokeWidth: 1.5, strokeDash: dash },
          encoding: { x: { field: "threshold", type: "quantitative" as const } },
        },
        {
          transform: [{ filter }],
          mark: { type: "point" as const, filled: true, size: 70, color, opacity: 1 },
          encoding: {
            x: { field: "threshold", type: "quantitative" as const },
            y: { field: "cost", type: "quantitative" as const },
          },
        },
        {
          // Above the plot, each label on a line of its own, so that nothing crosses it.
          transform: [{ filter }, {
            calculate: `'${text}: ' + format(datum.threshold, '.2f') + ', costs ' + ${money("cost")}`,
            as: "label",
          }],
          mark: {
            type: "text" as const,
            fontWeight: 600 as const,
            ...(color === inkColor ? {} : { color }),
            align: { expr: `datum.threshold > ${middle(curve)} ? 'right' : 'left'` },
          },
          encoding: {
            x: { field: "threshold", type: "quantitative" as const },
            y: { value: -9 - 15 * line },
            text: { field: "label", type: "nominal" as const },
          },
        },
      ]),
      {
        mark: { type: "rule", opacity: 0, strokeWidth: chartWidth / curve.length },
        encoding: {
          x: { field: "threshold", type: "quantitative" },
          tooltip: [
            { field: "threshold", type: "quantitative", format: ".2f" },
            { field: "right", type: "quantitative", title: "right couriers" },
            { field: "wrong", type: "quantitative", title: "wrong couriers" },
            { field: "held", type: "quantitative", title: "looks by a person" },
            { field: "cost", type: "quantitative", title: "cost of 1,000 orders", format: ",.0f" },
          ],
        },
      },
    ],
  };
}

/** What the chosen threshold means, in a line below the chart; `chart` is a cost chart. */
export function costLine({ data, transform = [] }: Pick<TopLevelSpec, "data" | "transform">) {
  const parts = [
    "datum.right + ' right couriers, ' + datum.wrong + ' wrong, ' + datum.held + ' looks; '",
    money("cost"),
    "' for 1,000 orders ('",
    money("low"),
    "' to '",
    money("high"),
    "')'",
  ];
  const words = parts.map((part) => `(${part})`).join(" + ");
  return {
    data,
    transform: [...transform, { filter: CHOSEN }, { calculate: words, as: "words" }],
    width: chartWidth,
    height: 12,
    mark: { type: "text", align: "left", fontSize: 12 },
    encoding: { x: { value: 0 }, y: { value: 6 }, text: { field: "words", type: "nominal" } },
  };
}

function thresholdAxis(curve: readonly CostPoint[]) {
  return {
    field: "threshold",
    type: "quantitative" as const,
    title: "threshold on the confidence",
    scale: { domain: [curve[0]!.threshold, 1] },
    axis: { grid: false },
  };
}

function costAxis(field: string) {
  return { field, type: "quantitative" as const, title: "cost of 1,000 orders", scale: { zero: true } };
}

function middle(curve: readonly CostPoint[]): number {
  return (curve[0]!.threshold + 1) / 2;
}

/** The lower or upper ends of the intervals of the shares 0/total, 1/total, … */
function sharesOf(total: number, end: 0 | 1): number[] {
  return Array.from(
    { length: total + 1 },
    (_, count) => Number(wilsonInterval(count, total)[end].toFixed(6)),
  );
}

/** How far the cost may be from its estimate, as an expression; see `costOf`. */
function spread(shares: string): string {
  const { wrong, look } = COST_PARAMS;
  const part = (cost: string, count: string) =>
    `pow(${cost} * (${shares}[datum.${count}] - datum.${count} / datum.total), 2)`;
  return `${PER_ORDERS} * sqrt(${part(wrong, "wrong")} + ${part(look, "held")})`;
}

/** The lower end of what a threshold costs more than the best one, as an expression; see `costDifference`. */
function differenceLow(total: number): string {
  const { wrong, look } = COST_PARAMS;
  const sign = "(datum.threshold <= datum.best ? 1 : -1)";
  const part = (weight: string, count: string) => {
    const deviation = (shares: string) => `(${weight}) * (${shares}[${count}] - ${count} / ${total})`;
    return {
      value: `(${weight}) * ${count} / ${total}`,
      below: `pow(min(${deviation("shares_low")}, ${deviation("shares_high")}), 2)`,
    };
  };
  const wrongPart = part(`${sign} * (${wrong} - ${look})`, "abs(datum.wrong - datum.best_wrong)");
  const rightPart = part(`-${sign} * ${look}`, "abs(datum.right - datum.best_right)");
  return `${wrongPart.value} + ${rightPart.value} - sqrt(${wrongPart.below} + ${rightPart.below})`;
}

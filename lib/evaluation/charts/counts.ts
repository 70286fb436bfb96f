/** Charts that count: staged pictures, executions. */
import type { TopLevelSpec } from "vega-lite";
import { classScale } from "../../display/theme.ts";
import { type Execution, outcomeOf, outcomeScale } from "../../graph/outcome.ts";
import { countOf } from "../format.ts";
import { type ClassCount, countsWords, outcomeWords } from "../run_words.ts";
import { chartWidth, emptyChart, titled } from "../../display/chart_parts.ts";

/** Pictures per class and split. */
export function countsChart(counts: readonly ClassCount[]): TopLevelSpec {
  const finding = countsWords(counts);
  if (counts.length === 0) return emptyChart(finding);
  const classes = [...new Set(counts.map(({ className }) => className))];
  const splits = [...new Set(counts.map(({ split }) => split))];
  const values = counts.map((one) => ({
    ...one,
    label: `${one.split}: ${one.count.toLocaleString("en-US")}`,
  }));
  return {
    title: titled(finding, "Pictures staged for each class."),
    data: { values },
    width: chartWidth,
    height: { step: 26 },
    encoding: {
      y: {
        field: "className",
        type: "nominal",
        sort: classes,
        title: null,
        scale: { paddingInner: 0.3 },
        axis: { ticks: false, domain: false, labelFontSize: 12, labelPadding: 8 },
      },
      yOffset: { field: "split", type: "nominal", sort: splits },
      x: {
        field: "count",
        type: "quantitative",
        title: "pictures",
        axis: { tickMinStep: 1, tickCount: 6, format: ",d" },
        // Room for the text behind the longest bar.
        scale: { domainMax: 1.2 * Math.max(1, ...counts.map(({ count }) => count)), nice: false },
      },
      tooltip: [
        { field: "className", type: "nominal", title: "class" },
        { field: "split", type: "nominal" },
        { field: "count", type: "quantitative", title: "pictures", format: ",d" },
      ],
    },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 3 },
        encoding: {
          color: { field: "className", type: "nominal", scale: classScale(classes), legend: null },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 6 },
        encoding: { text: { field: "label", type: "nominal" } },
      },
    ],
  };
}

/** How the executions ended. */
export function outcomeChart(executions: readonly Pick<Execution, "status" | "error">[]): TopLevelSpec {
  const outcomes = executions.map(outcomeOf);
  const finding = outcomeWords(outcomes);
  if (outcomes.length === 0) return emptyChart(finding);
  const { domain, colors } = outcomeScale;
  const values = domain.flatMap((outcome) => {
    const count = outcomes.filter((one) => one === outcome).length;
    return count === 0 ? [] : [{ outcome, count }];
  });
  return {
    title: titled(finding, `How ${countOf(outcomes.length, "execution")} of the state machine ended.`),
    data: { values },
    width: chartWidth,
    height: { step: 34 },
    encoding: {
      y: {
        field: "outcome",
        type: "nominal",
        sort: domain,
        title: null,
        axis: { ticks: false, domain: false, labelFontSize: 12, labelPadding: 8 },
      },
      x: {
        field: "count",
        type: "quantitative",
        title: "executions",
        axis: { tickMinStep: 1, tickCount: 6, format: ",d" },
      },
      tooltip: [
        { field: "outcome", type: "nominal" },
        { field: "count", type: "quantitative", title: "executions" },
      ],
    },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 3 },
        encoding: {
          color: { field: "outcome", type: "nominal", scale: { domain, range: colors }, legend: null },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 6, fontWeight: 600 },
        encoding: { text: { field: "count", type: "quantitative", format: ",d" } },
      },
    ],
  };
}

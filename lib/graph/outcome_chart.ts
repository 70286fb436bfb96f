/** The outcomes of executions as a chart. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../display/chart_parts.ts";
import { countOf } from "../display/format.ts";
import { type Execution, outcomeOf, outcomeScale, outcomeWords } from "./outcome.ts";

/** How many executions ended in which way. */
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

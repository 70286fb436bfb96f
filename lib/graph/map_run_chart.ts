/** A Map Run as a chart: what became of its items. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../display/chart_parts.ts";
import { countOf, formatSeconds } from "../display/format.ts";
import { type Execution, outcomeOf, outcomeScale, outcomeWords } from "./outcome.ts";

/** One bar of all items, divided by their outcomes. @param seconds how long the run took */
export function mapRunChart(
  items: readonly Pick<Execution, "status" | "error">[],
  seconds: number,
): TopLevelSpec {
  const outcomes = items.map(outcomeOf);
  const finding = outcomeWords(outcomes);
  if (outcomes.length === 0) return emptyChart(finding);
  const { domain, colors } = outcomeScale;
  const values = domain.flatMap((outcome, order) => {
    const count = outcomes.filter((one) => one === outcome).length;
    return count === 0 ? [] : [{ outcome, order, count, share: count / outcomes.length }];
  });
  const rate = (outcomes.length / Math.max(seconds, 0.001)).toFixed(outcomes.length < 10 * seconds ? 1 : 0);
  return {
    title: titled(
      finding,
      `One execution of the batch machine: ${countOf(outcomes.length, "item")} in ${
        formatSeconds(seconds)
      }, ` +
        `${rate} a second.`,
    ),
    data: { values },
    width: chartWidth,
    height: 46,
    mark: { type: "bar", cornerRadius: 2 },
    encoding: {
      x: {
        field: "count",
        type: "quantitative",
        stack: "zero",
        title: "items",
        axis: { tickMinStep: 1, tickCount: 6, format: ",d" },
      },
      order: { field: "order", type: "ordinal" },
      color: {
        field: "outcome",
        type: "nominal",
        scale: { domain, range: colors },
        legend: { title: null, orient: "top" },
      },
      tooltip: [
        { field: "outcome", type: "nominal" },
        { field: "count", type: "quantitative", title: "items" },
        { field: "share", type: "quantitative", format: ".1%" },
      ],
    },
  };
}

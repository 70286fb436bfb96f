/** The numbers of staged pictures, as a chart and in words. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../display/chart_parts.ts";
import { countOf, labelText, listOf } from "../display/format.ts";
import { classScale } from "../display/theme.ts";

/** The number of pictures of a class in a split. */
export interface ClassCount {
  className: string;
  /** `train` or `test`. */
  split: string;
  count: number;
}

/** Pictures per class and split. */
export function countsChart(counts: readonly ClassCount[]): TopLevelSpec {
  const finding = countsWords(counts);
  if (counts.length === 0) return emptyChart(finding);
  const classes = [...new Set(counts.map(({ className }) => labelText(className)))];
  const splits = [...new Set(counts.map(({ split }) => split))];
  const values = counts.map((one) => ({
    ...one,
    className: labelText(one.className),
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

/** The number of pictures in each split, and whether its classes have equally many. */
export function countsWords(counts: readonly ClassCount[]): string {
  const splits = Map.groupBy(counts, ({ split }) => split);
  const parts = [...splits].map(([split, members]) => {
    const total = members.reduce((sum, { count }) => sum + count, 0);
    const each = members[0]!.count;
    const equal = members.length > 1 && members.every(({ count }) => count === each);
    return `${countOf(total, "picture")} to ${split}${equal && each > 0 ? ` (${each} of each class)` : ""}`;
  });
  return parts.length === 0 ? "No pictures." : `${listOf(parts)}.`;
}

/** Pictures per class and split, as `countsChart` takes them. */
export function classCounts(counts: Readonly<Record<string, Readonly<Record<string, number>>>>) {
  return Object.entries(counts).flatMap(([className, splits]) =>
    Object.entries(splits).map(([split, count]) => ({ className, split, count }))
  );
}

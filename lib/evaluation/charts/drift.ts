/** Drift as a chart. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, titled } from "../../display/chart_parts.ts";
import { countOf, sentence } from "../../display/format.ts";
import { outcomeColors, palette } from "../../display/theme.ts";
import type { Drift } from "../drift.ts";
import { sum } from "../metrics.ts";
import { driftWords } from "../words.ts";

const samples = ["baseline", "captured"];

/** The confidences and classes of captures and baseline side by side, as shares. */
export function driftChart(confidence: Drift, classes: Drift): TopLevelSpec {
  const finding = `${driftWords(confidence, "the confidences")} ${driftWords(classes, "the classes")}`;
  return {
    title: titled(
      finding,
      `${sentence(countOf(sum(confidence.captured), "captured answer"))} compared with ` +
        `${
          sum(confidence.baseline)
        } in the baseline. A population stability index (PSI) below 0.1 means no drift, ` +
        "0.25 or more strong drift.",
    ),
    vconcat: [
      panel(confidence, `confidence, in ${shares(confidence)} of the baseline`),
      panel(classes, "answer"),
    ],
    // Otherwise Vega-Lite 5 draws the bars of both panels as wide as those of the first.
    resolve: { scale: { xOffset: "independent" } },
  };
}

/** How the confidences are binned; where confidences repeat there are fewer than four bins. */
function shares({ bins }: Drift): string {
  return bins.length === 4 ? "quarters" : "equal parts";
}

function panel({ bins, baseline, captured }: Drift, title: string) {
  const values = [baseline, captured].flatMap((counts, sample) => {
    const total = sum(counts);
    return bins.map((bin, index) => ({
      bin,
      sample: samples[sample],
      count: counts[index]!,
      share: total === 0 ? 0 : counts[index]! / total,
    }));
  });
  return {
    data: { values },
    width: chartWidth,
    height: 130,
    mark: { type: "bar" as const, cornerRadiusEnd: 2 },
    encoding: {
      x: {
        field: "bin",
        type: "nominal" as const,
        sort: bins,
        title,
        axis: { labelAngle: bins.length > 5 ? -40 : 0, labelLimit: 110 },
      },
      xOffset: { field: "sample", type: "nominal" as const, sort: samples },
      y: {
        field: "share",
        type: "quantitative" as const,
        title: "share of answers",
        axis: { format: ".0%", tickCount: 5 },
      },
      color: {
        field: "sample",
        type: "nominal" as const,
        title: null,
        scale: { domain: samples, range: [outcomeColors.notReached, palette.sky] },
        legend: { orient: "bottom" as const },
      },
      tooltip: [
        { field: "sample", type: "nominal" as const },
        { field: "bin", type: "nominal" as const, title },
        { field: "count", type: "quantitative" as const, title: "answers" },
        { field: "share", type: "quantitative" as const, format: ".1%" },
      ],
    },
  };
}

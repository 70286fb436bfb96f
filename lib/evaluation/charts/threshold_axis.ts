/** What the charts by threshold have in common: their axis, and labels above the plot. */

type Curve = readonly { readonly threshold: number }[];

/** The axis from the curve's first threshold to 1. */
export function thresholdAxis(curve: Curve) {
  return {
    field: "threshold",
    type: "quantitative" as const,
    title: "threshold on the confidence",
    scale: thresholdScale(curve),
    axis: { grid: false },
  };
}

export function thresholdScale(curve: Curve) {
  return { domain: [curve[0]!.threshold, 1] };
}

/** The middle of the axis: labels of thresholds beyond it end there, the others begin there. */
export function middle(curve: Curve): number {
  return (curve[0]!.threshold + 1) / 2;
}

/** Where a label above the plot is, each on a line of its own, so that nothing crosses it. */
export function labelLine(line: number) {
  return { value: -9 - 15 * line };
}

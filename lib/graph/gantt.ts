/** Executions over time. */
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, emptyChart, titled } from "../display/chart_parts.ts";
import { type Execution, outcomeOf, outcomeScale, outcomeWords } from "./outcome.ts";

/** Up to this number of executions, each has its name beside it. */
const namedRows = 40;

/**
 * Each execution as a bar from its start to its end, or to now if it is running, ordered by start; a mark at the end of the
 * bar shows the outcome. Seconds count from the first start.
 */
export function executionGantt(executions: readonly Execution[]): TopLevelSpec {
  const finding = outcomeWords(executions.map(outcomeOf));
  if (executions.length === 0) return emptyChart(finding);
  const sorted = executions.toSorted((a, b) => a.startDate.getTime() - b.startDate.getTime());
  const start = sorted[0]!.startDate;
  const now = new Date();
  const since = (time: Date) => (time.getTime() - start.getTime()) / 1000;
  const common = commonLength(sorted.map(({ name }) => name));
  const values = sorted.map((execution, row) => {
    const [from, to] = [since(execution.startDate), since(execution.stopDate ?? now)];
    return {
      row,
      name: execution.name,
      label: execution.name.slice(common),
      from,
      to,
      seconds: to - from,
      outcome: outcomeOf(execution),
      status: execution.status,
      error: execution.error ?? "none",
    };
  });
  const present = new Set<string>(values.map(({ outcome }) => outcome));
  const shown = outcomeScale.domain.map((_, index) => index).filter((i) =>
    present.has(outcomeScale.domain[i]!)
  );
  const domain = shown.map((index) => outcomeScale.domain[index]!);
  const scale = { domain, range: shown.map((index) => outcomeScale.colors[index]!) };
  const named = values.length <= namedRows;
  return {
    title: titled(
      finding,
      `Seconds from the first start, at ${start.toISOString().slice(0, 19).replace("T", " ")} UTC.`,
    ),
    data: { values },
    width: chartWidth,
    height: { step: named ? 16 : Math.max(3, Math.round(640 / values.length)) },
    encoding: {
      y: {
        field: "label",
        type: "nominal",
        sort: values.map(({ label }) => label),
        title: named ? null : "executions, by start",
        axis: { labels: named, ticks: false, domain: false, labelLimit: 170 },
      },
      tooltip: [
        { field: "name", type: "nominal", title: "execution" },
        { field: "status", type: "nominal" },
        { field: "error", type: "nominal" },
        { field: "from", type: "quantitative", title: "started after (s)", format: ".2f" },
        { field: "seconds", type: "quantitative", title: "took (s)", format: ".2f" },
      ],
    },
    layer: [
      {
        mark: { type: "bar", cornerRadius: 2, opacity: 0.5, height: { band: 0.7 } },
        encoding: {
          x: { field: "from", type: "quantitative", title: "time (s)", axis: { grid: true } },
          x2: { field: "to" },
          color: {
            field: "outcome",
            type: "nominal",
            title: null,
            scale,
            legend: { orient: "bottom", columns: 4, symbolOpacity: 1 },
          },
        },
      },
      {
        mark: { type: "point", filled: true, size: named ? 60 : 20, opacity: 1 },
        encoding: {
          x: { field: "to", type: "quantitative" },
          color: { field: "outcome", type: "nominal", scale },
          shape: {
            field: "outcome",
            type: "nominal",
            title: null,
            scale: { domain, range: shown.map((index) => outcomeScale.shapes[index]!) },
          },
        },
      },
    ],
  };
}

/** The length of the common prefix of the names, up to a hyphen; 0 if it is short or there is only one name. */
function commonLength(names: readonly string[]): number {
  const [first = "", ...others] = names;
  if (others.length === 0) return 0;
  let length = 0;
  while (others.every((name) => name.charAt(length) === first.charAt(length) && length < name.length)) {
    length++;
  }
  const hyphen = first.lastIndexOf("-", length - 1) + 1;
  return hyphen >= 6 ? hyphen : 0;
}

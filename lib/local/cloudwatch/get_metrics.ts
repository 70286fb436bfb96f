/** GetMetricData, GetMetricStatistics and ListMetrics: what was stored. */
import { page } from "../pages.ts";
import { boolean, integer, list, notSupported, required, string, structure, timestamp } from "../shapes.ts";
import { operation } from "./context.ts";
import { invalidCombination, invalidToken, invalidValue, validationError } from "./errors.ts";
import type { Series } from "./expression.ts";
import { dimensions, metricDataQuery, metricName, namespace, period, unit } from "./members.ts";
import type { Metric, TimedPoint } from "./metric_store.ts";
import { checkPeriod, evaluateQueries } from "./queries.ts";
import { statistic, STATISTICS } from "./statistics.ts";

const DAY = 86_400;
const MAX_QUERIES = 500;
/** Of GetMetricStatistics. */
const MAX_DATAPOINTS = 1440;
/** Of GetMetricData, of all queries together. */
const MAX_TOTAL = 100_800;
const LISTED_AT_ONCE = 500;

const statisticName = string({ values: STATISTICS });

export const getMetricData = operation({
  action: "cloudwatch:GetMetricData",
  input: structure({
    MetricDataQueries: required(list(metricDataQuery)),
    StartTime: required(timestamp()),
    EndTime: required(timestamp()),
    NextToken: string(),
    ScanBy: string({ values: ["TimestampDescending", "TimestampAscending"] }),
    MaxDatapoints: integer({ min: 1, max: MAX_TOTAL }),
    LabelOptions: notSupported(),
  }),
  run(input, { core, metrics }) {
    const { MetricDataQueries: queries, StartTime, EndTime, ScanBy, NextToken } = input;
    if (NextToken) throw invalidToken(); // all results are in one answer
    if (EndTime <= StartTime) throw validationError("The parameter EndTime must be greater than StartTime.");
    if (queries.length === 0 || queries.length > MAX_QUERIES) {
      throw validationError(`The collection MetricDataQueries must have 1 to ${MAX_QUERIES} items.`);
    }
    const from = roundedStart(StartTime, core.now() / 1000);
    const periods = queries.map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? 60);
    const total = periods.reduce((sum, one) => sum + (EndTime - from) / one, 0);
    if (total > (input.MaxDatapoints ?? MAX_TOTAL)) {
      throw validationError(
        `You have requested up to ${Math.ceil(total)} datapoints, which exceeds the limit of ` +
          `${input.MaxDatapoints ?? MAX_TOTAL}: ask for a shorter time or a longer period.`,
      );
    }
    const results = evaluateQueries(metrics, queries, from, EndTime)
      .filter(({ query }) => query.ReturnData !== false)
      .map(({ query: { Id, Label, MetricStat }, series }) => ({
        Id,
        Label: Label ?? MetricStat?.Metric.MetricName ?? Id,
        ...ordered(series, ScanBy === "TimestampAscending"),
        StatusCode: "Complete",
      }));
    return { MetricDataResults: results, Messages: [] };
  },
});

function ordered(series: Series, ascending: boolean): { Timestamps: Date[]; Values: number[] } {
  const sorted = [...series].sort(([a], [b]) => ascending ? a - b : b - a);
  return {
    Timestamps: sorted.map(([time]) => new Date(time * 1000)),
    Values: sorted.map(([, value]) => value),
  };
}

export const getMetricStatistics = operation({
  action: "cloudwatch:GetMetricStatistics",
  input: structure({
    Namespace: required(namespace),
    MetricName: required(metricName),
    Dimensions: dimensions,
    StartTime: required(timestamp()),
    EndTime: required(timestamp()),
    Period: required(period),
    Statistics: list(statisticName, { min: 1, max: 5 }),
    ExtendedStatistics: list(string(), { min: 1, max: 10 }),
    Unit: unit,
  }),
  run(input, { core, metrics }) {
    const { Namespace, MetricName, Dimensions = [], StartTime, EndTime, Period, Unit } = input;
    const { Statistics = [], ExtendedStatistics = [] } = input;
    if (Statistics.length + ExtendedStatistics.length === 0) {
      throw invalidCombination(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
      );
    }
    if (EndTime <= StartTime) {
      throw invalidCombination("The parameter StartTime must be less than the parameter EndTime.");
    }
    checkPeriod(Period);
    const from = roundedStart(StartTime, core.now() / 1000);
    const count = Math.ceil((EndTime - from) / Period);
    if (count > MAX_DATAPOINTS) {
      throw invalidCombination(
        `You have requested up to ${count} datapoints, which exceeds the limit of ${MAX_DATAPOINTS}. You may reduce ` +
          "the datapoints requested by increasing Period, or decreasing the time range.",
      );
    }
    const extended = ExtendedStatistics.map((name) => [name, statistic(name)] as const);
    const shown = (point: TimedPoint) => ({
      Timestamp: new Date(point.start * 1000),
      ...Object.fromEntries(Statistics.map((name) => [name, statistic(name)(point)])),
      ...extended.length === 0
        ? {}
        : { ExtendedStatistics: new Map(extended.map(([name, of]) => [name, of(point)])) },
      Unit: point.unit,
    });
    const points = metrics.points({ Namespace, MetricName, Dimensions }, from, EndTime, Period, Unit);
    return { Label: MetricName, Datapoints: points.map(shown) };
  },
});

export const listMetrics = operation({
  action: "cloudwatch:ListMetrics",
  input: structure({
    Namespace: namespace,
    MetricName: metricName,
    Dimensions: list(
      structure({
        Name: required(string({ min: 1, max: 255 })),
        Value: string({ min: 1, max: 1024 }),
      }),
      { max: 10 },
    ),
    NextToken: string(),
    RecentlyActive: string({ values: ["PT3H"] }),
    IncludeLinkedAccounts: boolean(),
    OwningAccount: string({ min: 1, max: 255 }),
  }),
  run(input, { core, metrics }) {
    const since = input.RecentlyActive ? core.now() / 1000 - 3 * 3600 : 0;
    const wanted = ({ Namespace, MetricName, Dimensions }: Metric) =>
      (input.Namespace ?? Namespace) === Namespace && (input.MetricName ?? MetricName) === MetricName &&
      (input.Dimensions ?? []).every(({ Name, Value }) =>
        Dimensions.some((one) => one.Name === Name && (Value ?? one.Value) === one.Value)
      );
    const { items, next } = page(metrics.list().filter((one) => one.last >= since && wanted(one)), {
      key: ({ Namespace, MetricName, Dimensions }) => [Namespace, MetricName, JSON.stringify(Dimensions)],
      limit: LISTED_AT_ONCE,
      token: input.NextToken,
      list: JSON.stringify([input.Namespace, input.MetricName, input.Dimensions]),
      invalidToken: () => invalidValue("Request parameters do not match token"),
    });
    const Metrics = items.map(({ last: _, ...metric }) => metric);
    return { Metrics, NextToken: next };
  },
});

/** The minute, five minutes or hour in which it lies, by its age (AWS, GetMetricStatistics, "StartTime"). */
function roundedStart(start: number, now: number): number {
  const age = now - start;
  const unit = age > 63 * DAY ? 3600 : age > 15 * DAY ? 300 : 60;
  return Math.floor(start / unit) * unit;
}

/** Evaluates the queries that GetMetricData asks for and that alarms watch. */
import { commonPeriod, type MetricDataQuery } from "./members.ts";
import { unsupportedHere, validationError } from "./errors.ts";
import { checkEvaluations, type Expression, parseExpression, type Series } from "./expression.ts";
import type { MetricStore } from "./metric_store.ts";
import { statistic } from "./statistics.ts";

export interface Evaluated {
  readonly query: MetricDataQuery;
  readonly series: Series;
}

/**
 * The series of all queries, in their order: those of metrics are read, expressions computed from them.
 * @param from,to in seconds since the epoch; periods begin at `from`
 * @throws AwsError ValidationError like `checkQueries`
 */
export function evaluateQueries(
  metrics: MetricStore,
  queries: readonly MetricDataQuery[],
  from: number,
  to: number,
): Evaluated[] {
  const expressions = checkQueries(queries);
  const found = new Map<string, Series>();
  for (const { Id, MetricStat } of queries) {
    if (MetricStat) found.set(Id, seriesOf(metrics, MetricStat, from, to));
  }
  const period = commonPeriod(queries);
  const times = Array.from({ length: Math.ceil((to - from) / period) }, (_, i) => from + i * period);
  checkEvaluations(expressions.values(), times.length);
  // An expression may refer to another one; a circle is refused by `checkQueries`.
  const compute = (id: string): void => {
    const expression = expressions.get(id);
    if (!expression || found.has(id)) return;
    expression.ids.forEach(compute);
    found.set(id, expression.evaluate(found, times));
  };
  for (const { Id } of queries) compute(Id);
  return queries.map((query) => ({ query, series: found.get(query.Id)! }));
}

function seriesOf(
  metrics: MetricStore,
  { Metric, Period, Stat, Unit }: NonNullable<MetricDataQuery["MetricStat"]>,
  from: number,
  to: number,
): Series {
  const valueOf = statistic(Stat);
  const { Namespace = "", MetricName = "", Dimensions = [] } = Metric;
  const points = metrics.points({ Namespace, MetricName, Dimensions }, from, to, Period, Unit);
  const values = points.map((point) => [point.start, valueOf(point)] as const);
  return new Map(values.filter((entry): entry is readonly [number, number] => entry[1] !== undefined));
}

/**
 * Checks queries that belong together, and returns their expressions by id.
 * @throws AwsError ValidationError; InvalidParameterValue names what the local AWS does not have
 */
export function checkQueries(queries: readonly MetricDataQuery[]): Map<string, Expression> {
  const ids = new Set(queries.map(({ Id }) => Id));
  if (ids.size < queries.length) throw validationError("The values for parameter Id must be unique.");
  const expressions = new Map<string, Expression>();
  for (const { Id, Expression, MetricStat, AccountId } of queries) {
    if ((Expression === undefined) === (MetricStat === undefined)) {
      throw validationError(`The query ${Id} must have either a MetricStat or an Expression.`);
    }
    if (AccountId !== undefined) throw unsupportedHere("metrics of other accounts ('AccountId')");
    if (MetricStat) {
      checkPeriod(MetricStat.Period);
      statistic(MetricStat.Stat);
    } else expressions.set(Id, parseExpression(Expression!));
  }
  const above = new Set<string>();
  const checked = new Set<string>();
  const visit = (id: string): void => {
    if (above.has(id)) throw validationError(`The expression ${id} refers to itself.`);
    if (!ids.has(id)) throw validationError(`An expression refers to the id ${id}, which no query has.`);
    if (checked.has(id)) return;
    above.add(id);
    expressions.get(id)?.ids.forEach(visit);
    above.delete(id);
    checked.add(id);
  };
  [...expressions.keys()].forEach(visit);
  const periods = new Set(queries.flatMap(({ MetricStat }) => MetricStat ? [MetricStat.Period] : []));
  if (expressions.size > 0 && periods.size > 1) {
    throw unsupportedHere("expressions of metrics with different periods");
  }
  return expressions;
}

/** @throws AwsError ValidationError; high-resolution periods are refused by name: values are kept per minute */
export function checkPeriod(period: number): void {
  if (period % 60 === 0) return;
  if ([1, 5, 10, 20, 30].includes(period)) {
    throw unsupportedHere(`periods below a minute ('${period}'): it keeps one point a minute`);
  }
  throw validationError("Period must be 10, 20, 30 or a multiple of 60");
}

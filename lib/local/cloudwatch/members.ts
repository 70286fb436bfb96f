/** Members that several of CloudWatch's operations have. */
import { boolean, type Infer, integer, list, required, string, structure } from "../shapes.ts";

export const namespace = string({ min: 1, max: 255, pattern: /[^:].*/ });
export const metricName = string({ min: 1, max: 255 });
export const dimensions = list(
  structure({
    Name: required(string({ min: 1, max: 255 })),
    Value: required(string({ min: 1, max: 1024 })),
  }),
  { max: 30 },
);
const AMOUNTS = ["Byte", "Bit"].flatMap((
  base,
) => [`${base}s`, ...["Kilo", "Mega", "Giga", "Tera"].map((factor) => `${factor}${base.toLowerCase()}s`)]);
export const unit = string({
  values: [
    ...["Seconds", "Microseconds", "Milliseconds"],
    ...AMOUNTS,
    ...["Percent", "Count"],
    ...AMOUNTS.map((amount) => `${amount}/Second`),
    ...["Count/Second", "None"],
  ],
});
export const period = integer({ min: 1 });
export const alarmName = string({ min: 1, max: 255 });

/** What GetMetricData asks for and alarms watch: a metric's statistic, or an expression of others. */
export const metricDataQuery = structure({
  Id: required(string({ min: 1, max: 255, pattern: /[a-z][A-Za-z0-9_]*/ })),
  MetricStat: structure({
    Metric: required(structure({ Namespace: namespace, MetricName: metricName, Dimensions: dimensions })),
    Period: required(period),
    Stat: required(string()),
    Unit: unit,
  }),
  Expression: string({ min: 1, max: 2048 }),
  Label: string(),
  ReturnData: boolean(),
  Period: period,
  AccountId: string({ min: 1, max: 255 }),
});
export type MetricDataQuery = Infer<typeof metricDataQuery>;

/** The period of metrics that belong together, in seconds: expressions combine those of one period only. */
export function commonPeriod(queries: readonly MetricDataQuery[]): number {
  return queries.map(({ MetricStat, Period }) => MetricStat?.Period ?? Period).find((one) =>
    one !== undefined
  ) ?? 60;
}

export const tagKey = string({ min: 1, max: 128 });
export const tagList = list(structure({ Key: required(tagKey), Value: required(string({ max: 256 })) }));

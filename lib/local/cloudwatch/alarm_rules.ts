/** The rules for what PutMetricAlarm is given. */
import type { Core } from "../core.ts";
import type { AwsError } from "../errors.ts";
import {
  boolean,
  type Infer,
  integer,
  list,
  notSupported,
  number,
  required,
  string,
  structure,
} from "../shapes.ts";
import { type AlarmConfiguration, COMPARISONS, TREATMENTS } from "./alarm.ts";
import { unsupportedHere, validationError } from "./errors.ts";
import {
  alarmName,
  commonPeriod,
  dimensions,
  metricDataQuery,
  metricName,
  namespace,
  period,
  tagList,
  unit,
} from "./members.ts";
import { checkPeriod, checkQueries } from "./queries.ts";
import { statistic, STATISTICS } from "./statistics.ts";

const actions = list(string({ min: 1, max: 1024 }), { max: 5 });

export const putAlarm = structure({
  AlarmName: required(alarmName),
  AlarmDescription: string({ max: 1024 }),
  ActionsEnabled: boolean(),
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  MetricName: metricName,
  Namespace: namespace,
  Statistic: string({ values: STATISTICS }),
  ExtendedStatistic: string(),
  Dimensions: dimensions,
  Period: period,
  Unit: unit,
  EvaluationPeriods: integer({ min: 1 }),
  DatapointsToAlarm: integer({ min: 1 }),
  Threshold: number(),
  ComparisonOperator: string({ values: Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[] }),
  TreatMissingData: string({ values: TREATMENTS }),
  EvaluateLowSampleCountPercentile: notSupported("evaluate"),
  Metrics: list(metricDataQuery),
  Tags: tagList,
  ThresholdMetricId: notSupported(),
  EvaluationWindow: notSupported(),
  WarmUpConfiguration: notSupported(),
  EvaluationCriteria: notSupported(),
  EvaluationInterval: notSupported(),
  ActionConfiguration: notSupported(),
});
type PutAlarm = Infer<typeof putAlarm>;

/** Of one alarm's evaluation, in seconds (AWS, PutMetricAlarm): a day, or a week for periods of an hour and more. */
const DAY = 86_400;
const WEEK = 7 * DAY;

const OF_ONE_METRIC = [
  ...["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"] as const,
];

/** The configuration of an alarm. @throws AwsError ValidationError, MissingParameter; what is not here by name */
export function alarmConfiguration(
  core: Pick<Core, "region">,
  { Tags: _, EvaluateLowSampleCountPercentile: __, ...input }: PutAlarm,
): AlarmConfiguration {
  const { ActionsEnabled = true, OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = input;
  const { EvaluationPeriods, ComparisonOperator, Threshold, DatapointsToAlarm = 1, Metrics } = input;
  if (EvaluationPeriods === undefined) throw isRequired("EvaluationPeriods");
  if (ComparisonOperator === undefined) throw isRequired("ComparisonOperator");
  if (Threshold === undefined) throw isRequired("Threshold");
  if (DatapointsToAlarm > EvaluationPeriods) {
    throw validationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods.");
  }
  for (const arn of [...OKActions, ...AlarmActions, ...InsufficientDataActions]) checkAction(core, arn);
  const seconds = Metrics ? checkedQueries(input, Metrics) : checkedMetric(input);
  if (seconds * EvaluationPeriods > (seconds >= 3600 ? WEEK : DAY)) {
    throw validationError(
      "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), or a week for " +
        "periods of at least an hour.",
    );
  }
  return {
    ...input,
    ActionsEnabled,
    OKActions,
    AlarmActions,
    InsufficientDataActions,
    EvaluationPeriods,
    ComparisonOperator,
    Threshold,
    ...Metrics ? {} : { Dimensions: input.Dimensions ?? [] },
  };
}

/** Returns the period. */
function checkedMetric(input: Omit<PutAlarm, "Tags">): number {
  const { MetricName, Namespace, Period, Statistic, ExtendedStatistic } = input;
  if (MetricName === undefined) throw isRequired("MetricName");
  if (Namespace === undefined) throw isRequired("Namespace");
  if (Period === undefined) throw isRequired("Period");
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw validationError("Exactly one of Statistic and ExtendedStatistic must be specified.");
  }
  statistic(Statistic ?? ExtendedStatistic!);
  checkPeriod(Period);
  return Period;
}

/** Returns the period. */
function checkedQueries(input: Omit<PutAlarm, "Tags">, queries: NonNullable<PutAlarm["Metrics"]>): number {
  const other = OF_ONE_METRIC.find((name) => input[name] !== undefined);
  if (other) throw validationError(`${other} cannot be specified together with Metrics.`);
  if (queries.length > 20) throw validationError("An alarm can have at most 20 metrics and expressions.");
  checkQueries(queries);
  const returned = queries.filter(({ ReturnData }) => ReturnData !== false);
  if (returned.length !== 1) {
    throw validationError("Exactly one element of Metrics must have ReturnData true.");
  }
  return commonPeriod(queries);
}

/** @throws AwsError ValidationError for what is no SNS topic of this region */
function checkAction({ region }: Pick<Core, "region">, arn: string): void {
  const [prefix, , service, where] = arn.split(":");
  if (prefix !== "arn" || service === undefined) throw validationError(`Invalid arn syntax: ${arn}`);
  if (service !== "sns") throw unsupportedHere(`alarm actions of ${service} ('${arn}')`);
  if (where !== region) {
    throw validationError(`Invalid region ${where} specified. Only ${region} is supported.`);
  }
}

function isRequired(name: string): AwsError {
  return validationError(`The parameter ${name} is required.`);
}

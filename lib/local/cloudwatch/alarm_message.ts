/** What CloudWatch sends to an SNS topic when an alarm changes its state. */
import type { Core } from "../core.ts";
import { type Alarm, periodOf, type StateValue } from "./alarm.ts";
import type { MetricDataQuery } from "./members.ts";
import type { Dimension } from "./metric_store.ts";
import { regionName } from "./region_names.ts";

export function alarmSubject({ region }: Pick<Core, "region">, { configuration, state }: Alarm): string {
  // SNS takes at most 100 characters.
  return `${state.value}: "${configuration.AlarmName}" in ${regionName(region)}`.slice(0, 100);
}

/** JSON text; members and their order as AWS sends them. */
export function alarmMessage(
  { region, account }: Pick<Core, "region" | "account">,
  { configuration, state, AlarmArn, configured }: Alarm,
  before: StateValue,
): string {
  const { AlarmName, AlarmDescription, OKActions, AlarmActions, InsufficientDataActions } = configuration;
  return JSON.stringify({
    AlarmName,
    AlarmDescription: AlarmDescription ?? null,
    AWSAccountId: account,
    AlarmConfigurationUpdatedTimestamp: alarmTime(configured),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: alarmTime(state.transitioned),
    Region: regionName(region),
    AlarmArn,
    OldStateValue: before,
    OKActions,
    AlarmActions,
    InsufficientDataActions,
    Trigger: trigger(configuration),
  });
}

function trigger(configuration: Alarm["configuration"]) {
  const { Metrics, MetricName, Namespace, Statistic, ExtendedStatistic, Unit, Dimensions = [] } =
    configuration;
  const common = {
    Period: periodOf(configuration),
    EvaluationPeriods: configuration.EvaluationPeriods,
    DatapointsToAlarm: configuration.DatapointsToAlarm,
    ComparisonOperator: configuration.ComparisonOperator,
    Threshold: configuration.Threshold,
    TreatMissingData: configuration.TreatMissingData ?? "",
    EvaluateLowSampleCountPercentile: "",
  };
  if (Metrics) return { ...common, Metrics: Metrics.map(watchedMetric) };
  return {
    MetricName,
    Namespace,
    StatisticType: ExtendedStatistic ? "ExtendedStatistic" : "Statistic",
    Statistic: Statistic === undefined ? undefined : STATISTIC_NAMES[Statistic] ?? Statistic.toUpperCase(),
    ExtendedStatistic,
    Unit: Unit ?? null,
    Dimensions: Dimensions.map(lowered),
    ...common,
  };
}

/** The one statistic whose name has two words. */
const STATISTIC_NAMES: Readonly<Record<string, string>> = { SampleCount: "SAMPLE_COUNT" };

function watchedMetric({ Id, Expression, Label, MetricStat, ReturnData = true }: MetricDataQuery) {
  if (!MetricStat) return { Id, Expression, Label, ReturnData };
  const { Metric: { Namespace, MetricName, Dimensions = [] }, Period, Stat, Unit } = MetricStat;
  const metric = { Dimensions: Dimensions.map(lowered), MetricName, Namespace };
  return { Id, Label, MetricStat: { Metric: metric, Period, Stat, Unit }, ReturnData };
}

function lowered({ Name, Value }: Dimension) {
  return { value: Value, name: Name };
}

/** `2018-05-22T20:38:49.939+0000` @param time in milliseconds since the epoch */
export function alarmTime(time: number): string {
  return new Date(time).toISOString().replace("Z", "+0000");
}

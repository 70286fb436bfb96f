/** An alarm as it is stored, and as DescribeAlarms shows it. */
import { commonPeriod, type MetricDataQuery } from "./members.ts";
import type { Dimension } from "./metric_store.ts";

export type StateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";
export const STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;

/** How values compare with the threshold, and how reasons say so. */
export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: {
    holds: (a: number, b: number) => a >= b,
    words: "greater than or equal to",
  },
  GreaterThanThreshold: { holds: (a: number, b: number) => a > b, words: "greater than" },
  LessThanThreshold: { holds: (a: number, b: number) => a < b, words: "less than" },
  LessThanOrEqualToThreshold: { holds: (a: number, b: number) => a <= b, words: "less than or equal to" },
} as const;
export type Comparison = keyof typeof COMPARISONS;

export const TREATMENTS = ["breaching", "notBreaching", "ignore", "missing"] as const;
export type Treatment = typeof TREATMENTS[number];

/** What PutMetricAlarm sets, under AWS's names: one metric's statistic, or queries of which one is watched. */
export interface AlarmConfiguration {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly ActionsEnabled: boolean;
  readonly OKActions: readonly string[];
  readonly AlarmActions: readonly string[];
  readonly InsufficientDataActions: readonly string[];
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  /** Of a metric; absent for queries. */
  readonly Dimensions?: readonly Dimension[];
  readonly Period?: number;
  readonly Unit?: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: Comparison;
  readonly TreatMissingData?: Treatment;
  readonly Metrics?: readonly MetricDataQuery[];
}

export interface Alarm {
  readonly AlarmArn: string;
  readonly configuration: AlarmConfiguration;
  readonly state: AlarmState;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, like all times below. */
  readonly configured: number;
}

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData?: string;
  /** When it was last set. */
  readonly updated: number;
  /** When it last changed. */
  readonly transitioned: number;
}

/** The seconds of a period of an alarm's. */
export function periodOf({ Period, Metrics = [] }: AlarmConfiguration): number {
  return Period ?? commonPeriod(Metrics);
}

/** What an alarm watches, as queries, and the id of the one that is compared with the threshold. */
export function queriesOf(configuration: AlarmConfiguration): {
  readonly queries: readonly MetricDataQuery[];
  readonly watched: string;
} {
  const { Metrics, Namespace, MetricName, Dimensions = [], Period, Unit } = configuration;
  if (Metrics) {
    const watched = Metrics.find(({ ReturnData }) => ReturnData !== false)!.Id;
    return { queries: Metrics, watched };
  }
  const MetricStat = {
    Metric: { Namespace, MetricName, Dimensions: [...Dimensions] },
    Period: Period!,
    Stat: configuration.Statistic ?? configuration.ExtendedStatistic!,
    Unit,
  };
  return { queries: [{ Id: "m", MetricStat }], watched: "m" };
}

export function describeAlarm({ AlarmArn, configuration, state, configured }: Alarm) {
  return {
    ...configuration,
    AlarmArn,
    AlarmConfigurationUpdatedTimestamp: new Date(configured),
    StateValue: state.value,
    StateReason: state.reason,
    StateReasonData: state.reasonData,
    StateUpdatedTimestamp: new Date(state.updated),
    StateTransitionedTimestamp: new Date(state.transitioned),
  };
}

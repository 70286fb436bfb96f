/**
 * The state of an alarm by its latest values (AWS, "Alarm evaluation" and "Configuring how CloudWatch alarms treat
 * missing data"): more periods are read than are evaluated, and missing values count only when there are too few others.
 */
import { type AlarmConfiguration, COMPARISONS, type StateValue, type Treatment } from "./alarm.ts";

/** A period's value, if it has one. */
export interface Datapoint {
  /** Seconds since the epoch. */
  readonly start: number;
  readonly value: number | undefined;
}

export interface Evaluation {
  readonly state: StateValue;
  readonly reason: string;
  /** The values that decided, the latest first. */
  readonly evaluated: readonly Datapoint[];
}

/** AWS reads some more periods than are evaluated; its documentation's examples have two more. */
const MORE_PERIODS = 2;

/** How many periods are read. */
export function evaluationRange({ EvaluationPeriods }: AlarmConfiguration): number {
  return EvaluationPeriods + MORE_PERIODS;
}

/**
 * Evaluates an alarm.
 * @param range one for each period of `evaluationRange`, the oldest first
 * @returns undefined when the current state is kept
 */
export function evaluate(
  configuration: AlarmConfiguration,
  range: readonly Datapoint[],
  current: StateValue,
): Evaluation | undefined {
  const { EvaluationPeriods: periods, DatapointsToAlarm: needed = periods, Threshold } = configuration;
  const { TreatMissingData: treatment = "missing", ComparisonOperator } = configuration;
  const breaches = ({ value }: Datapoint) => COMPARISONS[ComparisonOperator].holds(value!, Threshold);
  const latest = range.filter(({ value }) => value !== undefined).toReversed().slice(0, periods);
  const breaching = latest.filter(breaches);
  const missing = periods - latest.length;
  if (latest.length === 0) return withoutData(range.toReversed().slice(0, periods), treatment);
  const state = ((): StateValue | undefined => {
    const counted = breaching.length + (treatment === "breaching" ? missing : 0);
    if (counted >= needed) return "ALARM";
    if (missing === 0 || treatment === "breaching" || treatment === "notBreaching") return "OK";
    // Some values are missing and are not to be counted: one that does not breach is enough for OK.
    if (breaching.length < latest.length) return "OK";
    if (treatment === "ignore") return undefined;
    // All there are breach: the oldest must be as old as if every period since had breached.
    const age = range.length - range.findIndex(({ value }) => value !== undefined);
    return age >= needed ? "ALARM" : undefined;
  })();
  if (state === undefined) return undefined;
  return { state, reason: reasonFor(configuration, state, current, latest, breaching), evaluated: latest };
}

function withoutData(evaluated: readonly Datapoint[], treatment: Treatment): Evaluation | undefined {
  const periods = evaluated.length;
  if (treatment === "ignore") return undefined;
  if (treatment === "missing") {
    const unknown = periods === 1 ? "1 datapoint was unknown" : `${periods} datapoints were unknown`;
    return { state: "INSUFFICIENT_DATA", reason: `Insufficient Data: ${unknown}.`, evaluated };
  }
  const received = `no datapoints were received for ${periods} ${periods === 1 ? "period" : "periods"}`;
  const treated = `${periods} missing ${periods === 1 ? "datapoint was" : "datapoints were"} treated as`;
  const as = treatment === "breaching" ? "Breaching" : "NonBreaching";
  return {
    state: treatment === "breaching" ? "ALARM" : "OK",
    reason: `Threshold Crossed: ${received} and ${treated} [${as}].`,
    evaluated,
  };
}

/** AWS's words; they differ for alarms that say how many values must breach. */
function reasonFor(
  { DatapointsToAlarm, EvaluationPeriods, ComparisonOperator, Threshold }: AlarmConfiguration,
  state: StateValue,
  current: StateValue,
  latest: readonly Datapoint[],
  breaching: readonly Datapoint[],
): string {
  const named = state === "ALARM" ? breaching : latest.filter((one) => !breaching.includes(one));
  const shown = (named.length > 0 ? named : latest).slice(0, 5);
  const values = shown.map(({ value, start }) => `${decimal(value!)} (${dayAndTime(start)})`).join(", ");
  const not = state === "ALARM" ? "" : "not ";
  const than = `${not}${COMPARISONS[ComparisonOperator].words} the threshold (${decimal(Threshold)})`;
  const verb = shown.length === 1 ? "was" : "were";
  if (DatapointsToAlarm === undefined) {
    const count = shown.length === 1 ? "1 datapoint" : `${shown.length} datapoints`;
    return `Threshold Crossed: ${count} [${values}] ${verb} ${than}.`;
  }
  const needed = state === "ALARM" ? DatapointsToAlarm : EvaluationPeriods - DatapointsToAlarm + 1;
  const minimum = `minimum ${needed} ${needed === 1 ? "datapoint" : "datapoints"}`;
  return `Threshold Crossed: ${shown.length} out of the last ${EvaluationPeriods} datapoints [${values}] ${verb} ` +
    `${than} (${minimum} for ${state === current ? "OK" : current} -> ${state} transition).`;
}

/** As Java prints a double. */
export function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `dd/MM/yy HH:mm:ss`, UTC. */
function dayAndTime(seconds: number): string {
  const [, year, month, day, time] = /^\d\d(\d\d)-(\d\d)-(\d\d)T([\d:]{8})/.exec(
    new Date(seconds * 1000).toISOString(),
  )!;
  return `${day}/${month}/${year} ${time}`;
}

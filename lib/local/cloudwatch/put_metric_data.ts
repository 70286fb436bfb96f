/** PutMetricData: stores values of a user's own metrics. */
import {
  type Infer,
  integer,
  list,
  notSupported,
  number,
  required,
  structure,
  timestamp,
} from "../shapes.ts";
import { operation } from "./context.ts";
import { invalidCombination, invalidValue, missingParameter, unsupportedHere } from "./errors.ts";
import { dimensions, metricName, namespace, unit } from "./members.ts";
import type { TimedPoint } from "./metric_store.ts";
import { merged, type Point, pointOf } from "./statistics.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Values of a datum (AWS, "CloudWatch quotas"). */
const MAX_VALUES = 150;
const MAX_DATA = 1000;

const datum = structure({
  MetricName: required(metricName),
  Dimensions: dimensions,
  Timestamp: timestamp(),
  Value: number(),
  StatisticValues: structure({
    SampleCount: required(number()),
    Sum: required(number()),
    Minimum: required(number()),
    Maximum: required(number()),
  }),
  Values: list(number()),
  Counts: list(number()),
  Unit: unit,
  StorageResolution: integer({ min: 1 }),
});
type Datum = Infer<typeof datum>;

export const putMetricData = operation({
  action: "cloudwatch:PutMetricData",
  input: structure({
    Namespace: required(namespace),
    MetricData: list(datum, { max: MAX_DATA }),
    EntityMetricData: notSupported(),
    StrictEntityValidation: notSupported(false),
  }),
  conditions: ({ Namespace }) => ({ "cloudwatch:namespace": Namespace }),
  run({ Namespace, MetricData }, { core, metrics, alarms }) {
    if (MetricData === undefined) throw missingParameter("MetricData");
    if (/^AWS\//.test(Namespace)) {
      throw invalidValue("The value AWS/ for parameter Namespace is invalid.");
    }
    const now = core.now() / 1000;
    metrics.add(MetricData.map((given, index) => {
      const { MetricName, Dimensions = [] } = given;
      const metric = { Namespace, MetricName, Dimensions };
      return { metric, point: checked(given, `MetricData.member.${index + 1}`, now) };
    }));
    alarms.evaluateSoon();
  },
});

/** @param at the datum's place, as AWS names it @throws AwsError */
function checked(given: Datum, at: string, now: number): TimedPoint {
  const { Timestamp: start = now, StorageResolution = 60 } = given;
  if (start < now - 14 * DAY) {
    throw invalidValue(`The parameter ${at}.Timestamp must specify a time within the past two weeks.`);
  }
  if (start > now + 2 * HOUR) {
    throw invalidValue(
      `The parameter ${at}.Timestamp must specify a time no more than two hours in the future.`,
    );
  }
  if (StorageResolution === 1) throw unsupportedHere(`high-resolution metrics ('${at}.StorageResolution')`);
  if (StorageResolution !== 60) throw invalidValue(`The parameter ${at}.StorageResolution must be 1 or 60.`);
  return { start, ...pointIn(given, at) };
}

function pointIn({ Value, StatisticValues, Values, Counts, Unit = "None" }: Datum, at: string): Point {
  const given = Object.entries({ Value, StatisticValues, Values }).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const [first, second] = given.map(([name]) => `${at}.${name}`);
    throw invalidCombination(
      `The parameters ${first} and ${second} are mutually exclusive and you have specified both.`,
    );
  }
  if (Value !== undefined) return pointOf(Value, Unit);
  if (StatisticValues) {
    const { SampleCount: count, Sum: sum, Minimum: min, Maximum: max } = StatisticValues;
    if (count <= 0 || min > max) throw invalidValue(`The parameter ${at}.StatisticValues is not a summary.`);
    const bins = min === max ? pointOf(min, Unit, count).bins : {};
    return { unit: Unit, count, sum, min, max, bins };
  }
  if (Values === undefined || Values.length === 0) throw missingParameter(`${at}.Value`);
  if (Values.length > MAX_VALUES) {
    throw invalidValue(`The parameter ${at}.Values can have at most ${MAX_VALUES} values.`);
  }
  if (Counts !== undefined && Counts.length !== Values.length) {
    throw invalidValue(`The parameters ${at}.Values and ${at}.Counts must be of the same size.`);
  }
  return Values.map((value, index) => pointOf(value, Unit, Counts?.[index] ?? 1)).reduce(merged);
}

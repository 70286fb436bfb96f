/**
 * The alarms, and the topic by which somebody is told. An order below the threshold is an answer, not a fault: it ends its
 * execution as failed all the same, so the alarm on failed executions leaves these out.
 */
import { isDeepStrictEqual } from "node:util";
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  type MetricAlarm,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import type { Aws } from "../aws/clients.ts";
import { byKey, checkOurs, ownTagList } from "../aws/ownership.ts";
import { retryWhile } from "../aws/retries.ts";
import type { AlarmKey } from "../names.ts";
import { VARIANT_NAME } from "../training/endpoint.ts";
import { alertTopicArn } from "./alert_topic.ts";
import { FUNCTION_KEYS } from "./functions.ts";
import { stateMachineArn } from "./state_machine.ts";

/** What of the orders may be held back, in percent, when there are enough to say: less is what the threshold is for. */
const MAX_HELD_BACK_PERCENT = 50;
const MIN_ORDERS = 10;
/** What nine of ten answers of the model may take, in microseconds. */
const MAX_LATENCY = 2_000_000;
/** Five minutes. */
const PERIOD = 300;

/** What the alarms are defined by. */
type Deployment = Pick<Aws, "names" | "region" | "account">;

/** An alarm without its tags, with every member that decides whether it must be changed. */
export type AlarmDefinition = Omit<PutMetricAlarmCommandInput, "Tags">;

export const ALARM_KEYS: readonly AlarmKey[] = [
  ...["endpointErrors", "endpointLatency", "executionsFailed", "ordersHeldBack", "throttles"] as const,
];

/** The alarms. Missing values are good ones: nothing is ordered, so nothing fails. */
export function alarmDefinition(aws: Deployment, key: AlarmKey): AlarmDefinition {
  const { names } = aws;
  const variant = { EndpointName: names.endpoint, VariantName: VARIANT_NAME };
  const ofFunction = (name: string) => ({ FunctionName: name });
  const filter = ofFunction(names.functions.filterLowConfidence);
  const machine = { StateMachineArn: stateMachineArn(aws) };
  const definitions: Record<AlarmKey, Partial<AlarmDefinition>> = {
    endpointErrors: {
      AlarmDescription: "The endpoint answered with a server error (5xx).",
      ...ofMetric("AWS/SageMaker", "Invocation5XXErrors", variant, { Statistic: "Sum" }),
      Threshold: 0,
    },
    endpointLatency: {
      AlarmDescription: "One in ten answers of the model takes longer than two seconds, for ten minutes.",
      ...ofMetric("AWS/SageMaker", "ModelLatency", variant, { ExtendedStatistic: "p90" }),
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      Threshold: MAX_LATENCY,
    },
    // Failed executions less those below the threshold, which are the third function's errors. That function ends just
    // before its execution, so some of a busy minute are counted on its two sides: 1% more is taken off. A fault of the
    // third function itself passes here, and shows as a share held back. So do single faults while a batch runs: its
    // orders below the threshold are errors of that function too, but fail no execution. SUM, unlike -, ignores series
    // without values.
    executionsFailed: {
      AlarmDescription: "Executions failed for another reason than a confidence below the threshold.",
      Metrics: [
        ofSum("failed", "AWS/States", "ExecutionsFailed", machine),
        ofSum("timedOut", "AWS/States", "ExecutionsTimedOut", machine),
        ofSum("heldBack", "AWS/Lambda", "Errors", filter),
        { Id: "noFaults", Expression: "heldBack * -1.01", Label: "below the threshold", ReturnData: false },
        watched("faults", "SUM([failed, timedOut, noFaults])", "faults"),
      ],
      Threshold: 0,
    },
    ordersHeldBack: {
      AlarmDescription:
        `More than ${MAX_HELD_BACK_PERCENT}% of ${MIN_ORDERS} or more orders were held back in 15 ` +
        "minutes: the model does not know these pictures, or the third function is at fault.",
      Metrics: [
        ofSum("heldBack", "AWS/Lambda", "Errors", filter, 3 * PERIOD),
        ofSum("orders", "AWS/Lambda", "Invocations", filter, 3 * PERIOD),
        watched("share", `IF(orders >= ${MIN_ORDERS}, 100 * heldBack / orders, 0)`, "percent held back"),
      ],
      Threshold: MAX_HELD_BACK_PERCENT,
    },
    throttles: {
      AlarmDescription:
        "Functions or the state machine were throttled: more was asked than the account's quotas allow.",
      Metrics: [
        ...FUNCTION_KEYS.map((key) =>
          ofSum(key, "AWS/Lambda", "Throttles", ofFunction(names.functions[key]))
        ),
        ofSum("machine", "AWS/States", "ExecutionThrottled", machine),
        watched("throttled", `SUM([${[...FUNCTION_KEYS, "machine"].join(", ")}])`, "throttled"),
      ],
      Threshold: 0,
    },
  };
  const topic = [alertTopicArn(aws)];
  return {
    AlarmName: names.alarms[key],
    ComparisonOperator: "GreaterThanThreshold",
    EvaluationPeriods: 1,
    DatapointsToAlarm: 1,
    TreatMissingData: "notBreaching",
    ActionsEnabled: true,
    AlarmActions: topic,
    OKActions: topic,
    ...definitions[key],
  };
}

function dimensionsOf(dimensions: Readonly<Record<string, string>>) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

function ofMetric(
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
  statistic: Pick<AlarmDefinition, "Statistic" | "ExtendedStatistic">,
): Partial<AlarmDefinition> {
  return { Namespace, MetricName, Dimensions: dimensionsOf(dimensions), Period: PERIOD, ...statistic };
}

/** A metric's sum, as a part of an expression. */
function ofSum(
  Id: string,
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
  Period = PERIOD,
): MetricDataQuery {
  const Metric = { Namespace, MetricName, Dimensions: dimensionsOf(dimensions) };
  return { Id, MetricStat: { Metric, Period, Stat: "Sum" }, ReturnData: false };
}

/** The expression that is compared with the threshold. */
function watched(Id: string, Expression: string, Label: string): MetricDataQuery {
  return { Id, Expression, Label, ReturnData: true };
}

/** The alarms that exist, by name. */
export async function findAlarms({ cloudwatch, names }: Aws): Promise<Map<string, MetricAlarm>> {
  const AlarmNames = Object.values(names.alarms);
  const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames }));
  return new Map(MetricAlarms.map((alarm) => [alarm.AlarmName!, alarm]));
}

/** @throws NotOursError if the alarm belongs to somebody else */
export async function checkAlarm(aws: Aws, { AlarmName, AlarmArn }: MetricAlarm): Promise<void> {
  const { Tags } = await aws.cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: AlarmArn }));
  checkOurs(aws, `The alarm ${AlarmName}`, byKey(Tags));
}

/** Which members of an alarm are to be changed. */
export function alarmChanges(existing: MetricAlarm, wanted: AlarmDefinition): string[] {
  const has = existing as Readonly<Record<string, unknown>>;
  const differs = ([name, value]: [string, unknown]) => !isDeepStrictEqual(plain(has[name]), plain(value));
  return Object.entries(wanted).filter(differs).map(([name]) => name);
}

/** Without members that are undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/**
 * Creates the alarms, or changes what differs. Their topic must exist. Idempotent.
 * @throws NotOursError if an alarm of such a name belongs to somebody else
 */
export async function ensureAlarms(
  aws: Aws,
): Promise<{ name: string; change: "created" | "updated" | "unchanged" }[]> {
  const existing = await findAlarms(aws);
  const ensured: Awaited<ReturnType<typeof ensureAlarms>> = [];
  for (const key of ALARM_KEYS) {
    const wanted = alarmDefinition(aws, key);
    const name = wanted.AlarmName!;
    const alarm = existing.get(name);
    if (alarm) await checkAlarm(aws, alarm);
    const change = !alarm ? "created" : alarmChanges(alarm, wanted).length > 0 ? "updated" : "unchanged";
    if (change !== "unchanged") {
      // Tags are taken when an alarm is made; later they stay as they are.
      const Tags = alarm ? undefined : ownTagList(aws);
      const put = () => aws.cloudwatch.send(new PutMetricAlarmCommand({ ...wanted, Tags }));
      // CloudWatch takes three a second from an account.
      await retryWhile(({ name }) => /^Throttling(Exception)?$/.test(name), put);
    }
    ensured.push({ name, change });
  }
  return ensured;
}

/**
 * Removes an alarm; returns whether it existed.
 * @throws NotOursError if it belongs to somebody else
 */
export async function deleteAlarm(aws: Aws, key: AlarmKey): Promise<boolean> {
  const alarm = (await findAlarms(aws)).get(aws.names.alarms[key]);
  if (!alarm) return false;
  await checkAlarm(aws, alarm);
  await aws.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [alarm.AlarmName!] }));
  return true;
}

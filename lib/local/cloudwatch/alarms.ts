/** Alarms: put, describe, delete, set their state, enable and disable their actions. */
import { AwsError } from "../errors.ts";
import { page } from "../pages.ts";
import { integer, list, notSupported, required, string, structure, timestamp } from "../shapes.ts";
import { type Alarm, describeAlarm, STATES } from "./alarm.ts";
import { alarmConfiguration, putAlarm } from "./alarm_rules.ts";
import { alarmArn, type CloudWatchContext, onAlarm, onAnyAlarm, operation } from "./context.ts";
import { invalidToken } from "./errors.ts";
import { alarmName, dimensions, metricName, namespace, period, unit } from "./members.ts";
import { sortedDimensions } from "./metric_store.ts";
import { STATISTICS } from "./statistics.ts";
import { withTags } from "./tags.ts";

const alarmNames = list(alarmName, { max: 100 });
const paging = { MaxRecords: integer({ min: 1, max: 100 }), NextToken: string() };
/** Kinds of alarms; the local AWS has those of metrics alone. */
const alarmTypes = list(string({ values: ["CompositeAlarm", "MetricAlarm", "LogAlarm"] }));

export const putMetricAlarm = operation({
  action: "cloudwatch:PutMetricAlarm",
  tagging: "cloudwatch:TagResource",
  input: putAlarm,
  resource: onAlarm,
  run(input, cloudwatch) {
    const { core, alarms } = cloudwatch;
    const AlarmArn = onAlarm(input, cloudwatch);
    const configuration = alarmConfiguration(core, input);
    const now = core.now();
    const old = alarms.get(input.AlarmName);
    // An update keeps the state until the next evaluation, and the tags.
    const state = old?.state ??
      {
        value: "INSUFFICIENT_DATA",
        reason: "Unchecked: Initial alarm creation",
        updated: now,
        transitioned: now,
      };
    const tags = old?.tags ?? withTags({}, input.Tags ?? []);
    core.store.transaction(() => {
      alarms.put({ AlarmArn, configuration, state, tags, configured: now });
      alarms.history.noteConfiguration(input.AlarmName, old ? "Update" : "Create", configuration);
    });
    alarms.evaluateSoon();
  },
});

export const describeAlarms = operation({
  action: "cloudwatch:DescribeAlarms",
  input: structure({
    AlarmNames: alarmNames,
    AlarmNamePrefix: alarmName,
    AlarmTypes: alarmTypes,
    ChildrenOfAlarmName: notSupported(),
    ParentsOfAlarmName: notSupported(),
    StateValue: string({ values: STATES }),
    ActionPrefix: string({ min: 1, max: 1024 }),
    ...paging,
  }),
  resource: onAnyAlarm,
  run(input, { alarms }) {
    alarms.evaluateDue();
    const { AlarmNames, AlarmNamePrefix = "", AlarmTypes = ["MetricAlarm"], StateValue, ActionPrefix } =
      input;
    if (AlarmNames && AlarmNamePrefix) {
      throw new AwsError(
        "ValidationError",
        "AlarmNamePrefix and AlarmNames are mutually exclusive: give one of them.",
      );
    }
    const wanted = ({ configuration, state }: Alarm) => {
      const { AlarmName, OKActions, AlarmActions, InsufficientDataActions } = configuration;
      return AlarmTypes.includes("MetricAlarm") && (AlarmNames?.includes(AlarmName) ?? true) &&
        AlarmName.startsWith(AlarmNamePrefix) && (StateValue ?? state.value) === state.value &&
        (ActionPrefix === undefined ||
          [...OKActions, ...AlarmActions, ...InsufficientDataActions].some((arn) =>
            arn.startsWith(ActionPrefix)
          ));
    };
    const { items, next } = page(alarms.list().filter(wanted), {
      key: ({ configuration }) => [configuration.AlarmName],
      limit: input.MaxRecords ?? 50,
      token: input.NextToken,
      invalidToken,
    });
    return { CompositeAlarms: [], MetricAlarms: items.map(describeAlarm), NextToken: next };
  },
});

export const describeAlarmsForMetric = operation({
  action: "cloudwatch:DescribeAlarmsForMetric",
  input: structure({
    MetricName: required(metricName),
    Namespace: required(namespace),
    Statistic: string({ values: STATISTICS }),
    ExtendedStatistic: string(),
    Dimensions: dimensions,
    Period: period,
    Unit: unit,
  }),
  resource: onAnyAlarm,
  run(input, { alarms }) {
    alarms.evaluateDue();
    const { Dimensions = [], Namespace, MetricName } = input;
    const same = (dimensions: Parameters<typeof sortedDimensions>[0]) =>
      JSON.stringify(sortedDimensions(dimensions)) === JSON.stringify(sortedDimensions(Dimensions));
    const optional = ["Statistic", "ExtendedStatistic", "Period", "Unit"] as const;
    const MetricAlarms = alarms.list().filter(({ configuration }) =>
      configuration.MetricName === MetricName && configuration.Namespace === Namespace &&
      same(configuration.Dimensions ?? []) &&
      optional.every((name) => input[name] === undefined || input[name] === configuration[name])
    );
    return { MetricAlarms: MetricAlarms.map(describeAlarm) };
  },
});

export const describeAlarmHistory = operation({
  action: "cloudwatch:DescribeAlarmHistory",
  input: structure({
    AlarmName: alarmName,
    AlarmContributorId: notSupported(),
    AlarmTypes: alarmTypes,
    HistoryItemType: string({ values: ["ConfigurationUpdate", "StateUpdate", "Action"] }),
    StartDate: timestamp(),
    EndDate: timestamp(),
    ScanBy: string({ values: ["TimestampDescending", "TimestampAscending"] }),
    ...paging,
  }),
  resource: onAnyAlarm,
  run(input, { alarms }) {
    alarms.evaluateDue();
    const { AlarmName, AlarmTypes = ["MetricAlarm"], HistoryItemType, StartDate = 0, EndDate } = input;
    const found = alarms.history.list(StartDate * 1000, EndDate === undefined ? Infinity : EndDate * 1000)
      .filter(({ alarm, type }) =>
        AlarmTypes.includes("MetricAlarm") && (AlarmName ?? alarm) === alarm &&
        (HistoryItemType ?? type) === type
      );
    const { items, next } = page(found, {
      key: ({ id }) => [id],
      limit: input.MaxRecords ?? 50,
      token: input.NextToken,
      descending: input.ScanBy !== "TimestampAscending",
      invalidToken,
    });
    const AlarmHistoryItems = items.map(({ alarm, at, type, summary, data }) => ({
      AlarmName: alarm,
      AlarmType: "MetricAlarm",
      Timestamp: new Date(at),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: data,
    }));
    return { AlarmHistoryItems, NextToken: next };
  },
});

export const deleteAlarms = operation({
  action: "cloudwatch:DeleteAlarms",
  input: structure({ AlarmNames: required(alarmNames) }),
  resource: onNamed,
  run(input, cloudwatch, { authorize }) {
    const { core, alarms } = cloudwatch;
    authorizeOthers(input, cloudwatch, authorize, "cloudwatch:DeleteAlarms");
    // AWS deletes all of them or none.
    const found = input.AlarmNames.map((name) => existingAlarm(cloudwatch, name));
    core.store.transaction(() => {
      for (const { configuration } of found) {
        alarms.delete(configuration.AlarmName);
        alarms.history.noteConfiguration(configuration.AlarmName, "Delete", configuration);
      }
    });
  },
});

export const setAlarmState = operation({
  action: "cloudwatch:SetAlarmState",
  input: structure({
    AlarmName: required(alarmName),
    StateValue: required(string({ values: STATES })),
    StateReason: required(string({ max: 1023 })),
    StateReasonData: string({ max: 4000 }),
  }),
  resource: onAlarm,
  run({ AlarmName, StateValue, StateReason, StateReasonData }, cloudwatch) {
    const alarm = existingAlarm(cloudwatch, AlarmName);
    if (StateReasonData !== undefined && !isJson(StateReasonData)) {
      throw new AwsError("InvalidFormatFault", "StateReasonData must be a valid JSON.");
    }
    cloudwatch.alarms.setState(alarm, StateValue, StateReason, StateReasonData);
  },
});

export const enableAlarmActions = operation({
  action: "cloudwatch:EnableAlarmActions",
  input: structure({ AlarmNames: required(alarmNames) }),
  resource: onNamed,
  run(input, cloudwatch, { authorize }) {
    authorizeOthers(input, cloudwatch, authorize, "cloudwatch:EnableAlarmActions");
    setEnabled(input, cloudwatch, true);
  },
});

export const disableAlarmActions = operation({
  action: "cloudwatch:DisableAlarmActions",
  input: structure({ AlarmNames: required(alarmNames) }),
  resource: onNamed,
  run(input, cloudwatch, { authorize }) {
    authorizeOthers(input, cloudwatch, authorize, "cloudwatch:DisableAlarmActions");
    setEnabled(input, cloudwatch, false);
  },
});

type Named = { readonly AlarmNames: readonly string[] };

/** The first of several alarms; the permission on the others is asked for when the operation runs. */
function onNamed({ AlarmNames }: Named, { core }: CloudWatchContext): string {
  return alarmArn(core, AlarmNames[0] ?? "*");
}

function authorizeOthers(
  { AlarmNames }: Named,
  { core }: CloudWatchContext,
  authorize: (permission: { action: string; resource: string }) => void,
  action: string,
): void {
  for (const name of AlarmNames.slice(1)) authorize({ action, resource: alarmArn(core, name) });
}

/** Names of alarms that do not exist are passed over, as on AWS. */
function setEnabled({ AlarmNames }: Named, { alarms }: CloudWatchContext, ActionsEnabled: boolean): void {
  for (const name of AlarmNames) {
    const alarm = alarms.get(name);
    if (alarm) alarms.put({ ...alarm, configuration: { ...alarm.configuration, ActionsEnabled } });
  }
}

/** @throws AwsError ResourceNotFound */
function existingAlarm({ alarms }: CloudWatchContext, name: string): Alarm {
  const found = alarms.get(name);
  if (found) return found;
  throw new AwsError("ResourceNotFound", `Alarm ${name} does not exist.`, 404);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

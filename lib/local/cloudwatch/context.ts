/** What the operations of CloudWatch share: their context and resources. */
import type { Core } from "../core.ts";
import { operationsOn } from "../operation.ts";
import type { AlarmWatch } from "./alarm_watch.ts";
import type { MetricStore } from "./metric_store.ts";

export interface CloudWatchContext {
  readonly core: Core;
  readonly metrics: MetricStore;
  readonly alarms: AlarmWatch;
}

export const operation = operationsOn<CloudWatchContext>();

export function alarmArn({ region, account }: Pick<Core, "region" | "account">, name: string): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
}

/** An operation's `resource`: the alarm that `AlarmName` names. */
export function onAlarm({ AlarmName }: { AlarmName: string }, { core }: CloudWatchContext): string {
  return alarmArn(core, AlarmName);
}

/** An operation's `resource`: all alarms. */
export function onAnyAlarm(_input: unknown, { core }: CloudWatchContext): string {
  return alarmArn(core, "*");
}

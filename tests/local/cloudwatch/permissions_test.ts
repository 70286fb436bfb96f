/** The permission of each operation, and its resource: alarms have ARNs, metrics have none. */
import assert from "node:assert/strict";
import { createCloudWatch } from "../../../lib/local/cloudwatch/cloudwatch.ts";
import { askedPermissions } from "../iam/testing.ts";

const ALARM = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a";

Deno.test("every operation of CloudWatch needs its permission, on the alarm where it is about one", () => {
  // More members than an operation has are ignored.
  const all = {
    ...{ AlarmName: "a", AlarmNames: ["a"], ResourceARN: ALARM, Tags: [], TagKeys: [], StateValue: "OK" },
    ...{ StateReason: "x", Namespace: "n", MetricName: "m", StartTime: 0, EndTime: 60, Period: 60 },
    MetricDataQueries: [],
  };
  const asked = askedPermissions((core) => createCloudWatch(core).services[0]!, () => all);
  const on = (resource: string, ...names: string[]) =>
    names.map((name) => [name, { action: `cloudwatch:${name}`, resource }] as const);
  assert.deepEqual(
    asked,
    Object.fromEntries([
      ...on("*", "PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics"),
      ...on(ALARM.replace(/a$/, "*"), "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAlarmHistory"),
      ...on(
        ALARM,
        "PutMetricAlarm",
        "DeleteAlarms",
        "SetAlarmState",
        "EnableAlarmActions",
        "DisableAlarmActions",
      ),
      ...on(ALARM, "TagResource", "UntagResource", "ListTagsForResource"),
    ]),
  );
});

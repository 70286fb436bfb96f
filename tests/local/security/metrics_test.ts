/** Metric math that would take for ever, or is no metric math. */
import assert from "node:assert/strict";
import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { withLocalAws } from "../testing.ts";
import { assertShortHold } from "../testing/event_loop.ts";

const MINUTE = 60_000;
const metric = { Namespace: "n", MetricName: "m" };
const stat = (Id: string): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: metric, Period: 60, Stat: "Sum" },
});

Deno.test("expressions take no time by their number, their length, or how they refer to each other", () =>
  withLocalAws(async (aws) => {
    const client = new CloudWatchClient(aws.client);
    const end = Math.floor(Date.now() / MINUTE) * MINUTE;
    const MetricData = Array.from({ length: 1000 }, (_, i) => ({
      MetricName: "m",
      Timestamp: new Date(end - i * MINUTE),
      Value: i,
    }));
    await client.send(new PutMetricDataCommand({ Namespace: "n", MetricData }));
    const ask = (queries: MetricDataQuery[], minutes = 1000) =>
      assertShortHold(() =>
        client.send(
          new GetMetricDataCommand({
            StartTime: new Date(end - minutes * MINUTE),
            EndTime: new Date(end),
            MetricDataQueries: queries,
          }),
        ).then(({ MetricDataResults }) => MetricDataResults, (error) => error as Error)
      );
    const name = (i: number) => `e${i}`;
    // Each refers to the two before it.
    const pairs = Array.from(
      { length: 90 },
      (_, i): MetricDataQuery =>
        i < 2 ? stat(name(i)) : { Id: name(i), Expression: `${name(i - 1)} + ${name(i - 2)}` },
    );
    assert.ok(Array.isArray(await ask(pairs, 5)));
    const long = [stat("a"), { Id: "b", Expression: `a${"+a".repeat(1000)}` }];
    assert.match(String(await ask(long)), /does not support expressions so long at so many times/);
    assert.ok(Array.isArray(await ask(long, 100)));
    // A circle of more than a hundred.
    const circle = Array.from(
      { length: 400 },
      (_, i) => ({ Id: name(i), Expression: `${name((i + 1) % 400)} + 1` }),
    );
    assert.match(String(await ask(circle, 5)), /refers to itself/);
    for (const Expression of ["a valueOf a", "a constructor a", "a __proto__ a", "a toString a"]) {
      assert.match(String(await ask([stat("a"), { Id: "b", Expression }])), /ValidationException/);
      const alarm = new PutMetricAlarmCommand({
        AlarmName: "alarm",
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Metrics: [{ ...stat("a"), ReturnData: false }, { Id: "b", Expression }],
      });
      await assert.rejects(client.send(alarm), /ValidationE/);
    }
    client.destroy();
  }));

Deno.test("metrics with all the values that AWS takes are stored", () =>
  withLocalAws(async (aws) => {
    const client = new CloudWatchClient(aws.client);
    const numbers = Array.from({ length: 150 }, (_, i) => i % 10);
    const MetricData = Array.from(
      { length: 900 },
      () => ({ MetricName: "m", Values: numbers, Counts: numbers.map(() => 1) }),
    );
    await client.send(new PutMetricDataCommand({ Namespace: "n", MetricData }));
    client.destroy();
  }));

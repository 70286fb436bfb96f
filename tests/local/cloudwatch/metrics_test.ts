import assert from "node:assert/strict";
import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  type PutMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { NOON, type TestCloudWatch, withCloudWatch } from "./testing.ts";

type Data = PutMetricDataCommandInput["MetricData"];

function put({ client }: TestCloudWatch, MetricData: Data, Namespace = "Scones") {
  return client.send(new PutMetricDataCommand({ Namespace, MetricData }));
}

/** The last hour in periods of a minute. */
function statistics({ client, now }: TestCloudWatch, more: object = {}) {
  return client.send(
    new GetMetricStatisticsCommand({
      Namespace: "Scones",
      MetricName: "Orders",
      StartTime: new Date(now() - 3_600_000),
      EndTime: new Date(now() + 60_000),
      Period: 60,
      Statistics: ["SampleCount", "Average", "Sum", "Minimum", "Maximum"],
      ...more,
    }),
  );
}

Deno.test("values, values with counts and summaries of a minute are one datapoint", () =>
  withCloudWatch(async (test) => {
    await put(test, [
      { MetricName: "Orders", Value: 3, Unit: "Count" },
      { MetricName: "Orders", Values: [1, 10], Counts: [2, 4], Unit: "Count" },
      {
        MetricName: "Orders",
        StatisticValues: { SampleCount: 2, Sum: 5, Minimum: 0.5, Maximum: 4.5 },
        Unit: "Count",
      },
    ]);
    const { Label, Datapoints } = await statistics(test);
    assert.equal(Label, "Orders");
    assert.deepEqual(Datapoints, [{
      Timestamp: new Date(NOON),
      SampleCount: 9,
      Average: 50 / 9,
      Sum: 50,
      Minimum: 0.5,
      Maximum: 10,
      Unit: "Count",
    }]);
  }));

Deno.test("periods begin at the start time; units are apart", () =>
  withCloudWatch(async (test) => {
    for (let minute = 0; minute < 5; minute++) {
      await put(test, [
        { MetricName: "Orders", Value: minute, Timestamp: new Date(NOON - minute * 60_000) },
      ]);
    }
    await put(test, [{ MetricName: "Orders", Value: 100, Unit: "Bytes" }]);
    const EndTime = new Date(NOON + 60_000);
    const StartTime = new Date(NOON - 240_000);
    const of = async (more: object) =>
      (await statistics(test, { StartTime, EndTime, Period: 300, Statistics: ["Sum"], ...more })).Datapoints;
    const points = await of({});
    assert.deepEqual(points?.map(({ Timestamp, Sum, Unit }) => [Timestamp, Sum, Unit]), [
      [StartTime, 10, "None"],
      [StartTime, 100, "Bytes"],
    ]);
    assert.deepEqual((await of({ Unit: "Bytes" }))?.map(({ Sum }) => Sum), [100]);
  }));

Deno.test("percentiles are true to half a percent, and unknown where only a summary is", () =>
  withCloudWatch(async (test) => {
    const Values = Array.from({ length: 100 }, (_, i) => i + 1);
    await put(test, [{ MetricName: "Orders", Values }]);
    const { Datapoints } = await statistics(test, {
      Statistics: undefined,
      ExtendedStatistics: ["p50", "p99", "p0.5"],
    });
    const { p50, p99, "p0.5": lowest } = Datapoints![0]!.ExtendedStatistics!;
    assert.ok(Math.abs(p50! / 50 - 1) < 0.0051, `${p50}`);
    assert.ok(Math.abs(p99! / 99 - 1) < 0.0051, `${p99}`);
    assert.equal(lowest, 1);
    await put(test, [{
      MetricName: "Orders",
      StatisticValues: { SampleCount: 2, Sum: 5, Minimum: 1, Maximum: 4 },
    }]);
    const summed = await statistics(test, { Statistics: undefined, ExtendedStatistics: ["p50"] });
    assert.deepEqual(summed.Datapoints![0]!.ExtendedStatistics, {});
    await assert.rejects(statistics(test, { Statistics: undefined, ExtendedStatistics: ["tm99"] }), {
      name: "ValidationException",
      message: /does not support the statistic 'tm99'/,
    });
  }));

Deno.test("GetMetricData computes expressions, and says which it does not have", () =>
  withCloudWatch(async (test) => {
    const at = (minutes: number) => new Date(NOON - minutes * 60_000);
    await put(test, [
      { MetricName: "Failed", Value: 4, Timestamp: at(2) },
      { MetricName: "Failed", Value: 1, Timestamp: at(1) },
      { MetricName: "HeldBack", Value: 3, Timestamp: at(2) },
    ]);
    const metric = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: "Scones", MetricName }, Period: 60, Stat: "Sum" },
      ReturnData: false,
    });
    const compute = async (Expression: string) => {
      const { MetricDataResults } = await test.client.send(
        new GetMetricDataCommand({
          MetricDataQueries: [
            metric("failed", "Failed"),
            metric("held", "HeldBack"),
            metric("none", "Other"),
            { Id: "e", Expression, Label: "faults" },
          ],
          StartTime: at(3),
          EndTime: at(0),
          ScanBy: "TimestampAscending",
        }),
      );
      assert.equal(MetricDataResults!.length, 1);
      const [{ Id, Label, StatusCode, Timestamps, Values }] = MetricDataResults as [
        NonNullable<
          typeof MetricDataResults
        >[number],
      ];
      assert.deepEqual([Id, Label, StatusCode], ["e", "faults", "Complete"]);
      return Timestamps!.map((time, i) => [(NOON - time.getTime()) / 60_000, Values![i]]);
    };
    assert.deepEqual(await compute("failed - held"), [[2, 1]]);
    assert.deepEqual(await compute("failed - FILL(held, 0)"), [[2, 1], [1, 1]]);
    assert.deepEqual(await compute("SUM([failed, none, -1 * held])"), [[2, 1], [1, 1]]);
    assert.deepEqual(await compute("IF(failed >= 2, 100 * held / failed, 0)"), [[2, 75], [1, 0]]);
    assert.deepEqual(await compute("2 + 3 * (failed - 1) / 2"), [[2, 6.5], [1, 2]]);
    assert.deepEqual(await compute("failed / 0"), []);
    const refused = (expression: string, message: RegExp) =>
      assert.rejects(compute(expression), { message }, expression);
    await refused("ANOMALY_DETECTION_BAND(failed)", /does not support the metric math function ANOMALY/);
    await refused("FILL(failed, REPEAT)", /does not support FILL with REPEAT/);
    await refused("failed -", /not a valid metric math expression/);
    await refused("failed - missing", /refers to the id missing, which no query has/);
    await refused("e + 1", /refers to itself/);
    await refused(`${"(".repeat(50)}1${")".repeat(50)}`, /not a valid metric math expression/);
  }));

Deno.test("metrics are listed by namespace, name and dimensions, in whatever order these were given", () =>
  withCloudWatch(async (test) => {
    const [a, b] = [{ Name: "Class", Value: "bicycle" }, { Name: "City", Value: "Oslo" }];
    await put(test, [
      { MetricName: "Orders", Value: 1, Dimensions: [a, b] },
      { MetricName: "Orders", Value: 1, Dimensions: [b, a] },
      { MetricName: "Orders", Value: 1 },
    ]);
    const list = async (more: object = {}) =>
      (await test.client.send(new ListMetricsCommand({ Namespace: "Scones", ...more }))).Metrics;
    assert.equal((await list())?.length, 2);
    assert.deepEqual(await list({ Dimensions: [{ Name: "City" }] }), [
      { Namespace: "Scones", MetricName: "Orders", Dimensions: [b, a] },
    ]);
    assert.deepEqual(await list({ Dimensions: [{ Name: "City", Value: "Rome" }] }), []);
    const { Datapoints } = await statistics(test, { Dimensions: [a, b], Statistics: ["Sum"] });
    assert.deepEqual(Datapoints?.map(({ Sum }) => Sum), [2]);
    test.pass(15 * 86_400);
    assert.deepEqual(await list(), [], "after two weeks without a value");
  }));

Deno.test("old minutes become five minutes, then hours, then go", () =>
  withCloudWatch(async (test) => {
    for (let minute = 0; minute < 60; minute++) {
      await put(test, [{ MetricName: "Orders", Value: 1, Timestamp: new Date(NOON + minute * 60_000) }]);
    }
    const counts = async (Period: number) => {
      const StartTime = new Date(NOON);
      const EndTime = new Date(NOON + 3_600_000);
      const { Datapoints } = await statistics(test, { StartTime, EndTime, Period, Statistics: ["Sum"] });
      return Datapoints!.map(({ Sum }) => Sum);
    };
    /** The local AWS looks at old metrics when it starts, and every ten minutes. */
    const tidied = async (days: number, period: number, expected: number[]) => {
      test.pass(days * 86_400);
      assert.deepEqual(await counts(period), expected);
    };
    await tidied(1, 60, Array(60).fill(1));
    await tidied(15, 300, Array(12).fill(5));
    await tidied(48, 3600, [60]);
  }));

Deno.test("what PutMetricData refuses is named", () =>
  withCloudWatch(async (test) => {
    const refused = (data: Data, name: string, message: RegExp, namespace?: string) =>
      assert.rejects(put(test, data, namespace), { name, message });
    const at = (hours: number) => new Date(NOON + hours * 3_600_000);
    const Invalid = "InvalidParameterValueException";
    await refused(
      [{ MetricName: "a", Value: 1 }],
      Invalid,
      /The value AWS\/ for parameter Namespace/,
      "AWS/X",
    );
    await refused(
      [{ MetricName: "a" }],
      "MissingRequiredParameterException",
      /MetricData.member.1.Value is required/,
    );
    await refused(
      [{ MetricName: "a", Value: 1, Values: [1] }],
      "InvalidParameterCombinationException",
      /MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive/,
    );
    await refused([{ MetricName: "a", Values: [1], Counts: [1, 2] }], Invalid, /must be of the same size/);
    await refused(
      [{ MetricName: "a", Value: 1, Timestamp: at(3) }],
      Invalid,
      /no more than two hours in the future/,
    );
    await refused([{ MetricName: "a", Value: 1, Timestamp: at(-15 * 24) }], Invalid, /past two weeks/);
    await refused(
      [{ MetricName: "a", Value: 1, StorageResolution: 1 }],
      "ValidationException",
      /does not support high-resolution/,
    );
    await refused(
      [{ MetricName: "a", Value: 1, Unit: "Pounds" as "Count" }],
      "ValidationException",
      /enum value set/,
    );
  }));

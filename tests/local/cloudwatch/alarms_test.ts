import assert from "node:assert/strict";
import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type TestCloudWatch, withCloudWatch } from "./testing.ts";

const BASE: PutMetricAlarmCommandInput = {
  AlarmName: "many-orders",
  AlarmDescription: "More orders than couriers",
  Namespace: "Scones",
  MetricName: "Orders",
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 5,
  ComparisonOperator: "GreaterThanThreshold",
};

const putAlarm = ({ client }: TestCloudWatch, more: Partial<PutMetricAlarmCommandInput> = {}) =>
  client.send(new PutMetricAlarmCommand({ ...BASE, ...more }));

const put = ({ client }: TestCloudWatch, Value: number) =>
  client.send(
    new PutMetricDataCommand({ Namespace: "Scones", MetricData: [{ MetricName: "Orders", Value }] }),
  );

async function alarm({ client }: TestCloudWatch) {
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ["many-orders"] }));
  return MetricAlarms![0]!;
}

const state = async (test: TestCloudWatch) => (await alarm(test)).StateValue;

/** A topic with a subscribed queue, and what the queue gets. */
async function topicWithQueue({ aws }: TestCloudWatch) {
  const sns = new SNSClient(aws.client);
  const sqs = new SQSClient(aws.client);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "alarms" }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "alarms" }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const Endpoint = Attributes!.QueueArn!;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: Endpoint,
    }],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
  const receive = async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body }) => JSON.parse(Body!));
  };
  return { TopicArn: TopicArn!, sns, receive };
}

Deno.test("an alarm goes to ALARM, tells its topic in AWS's words, and comes back", () =>
  withCloudWatch(async (test) => {
    const { TopicArn, receive } = await topicWithQueue(test);
    await putAlarm(test, {
      AlarmActions: [TopicArn],
      OKActions: [TopicArn],
      Dimensions: [],
      TreatMissingData: "notBreaching",
    });
    assert.equal((await alarm(test)).StateReason?.includes("no datapoints"), true);
    await put(test, 6);
    assert.equal(await state(test), "OK", "the minute is not over");
    test.pass(60);
    const { StateValue, StateReason, StateReasonData } = await alarm(test);
    assert.equal(StateValue, "ALARM");
    assert.equal(
      StateReason,
      "Threshold Crossed: 1 datapoint [6.0 (10/01/26 12:00:00)] was greater than the threshold (5.0).",
    );
    assert.deepEqual(JSON.parse(StateReasonData!), {
      version: "1.0",
      queryDate: "2026-01-10T12:01:00.000+0000",
      startDate: "2026-01-10T12:00:00.000+0000",
      statistic: "Sum",
      period: 60,
      recentDatapoints: [6],
      threshold: 5,
      evaluatedDatapoints: [{ timestamp: "2026-01-10T12:00:00.000+0000", value: 6 }],
    });
    const messages = await receive();
    const told = messages.find(({ Subject }) => Subject.startsWith("ALARM"));
    assert.equal(told.Subject, 'ALARM: "many-orders" in US East (N. Virginia)');
    assert.deepEqual(JSON.parse(told.Message), {
      AlarmName: "many-orders",
      AlarmDescription: "More orders than couriers",
      AWSAccountId: "000000000000",
      AlarmConfigurationUpdatedTimestamp: "2026-01-10T12:00:00.000+0000",
      NewStateValue: "ALARM",
      NewStateReason: StateReason,
      StateChangeTime: "2026-01-10T12:01:00.000+0000",
      Region: "US East (N. Virginia)",
      AlarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:many-orders",
      OldStateValue: "OK",
      OKActions: [TopicArn],
      AlarmActions: [TopicArn],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: "Orders",
        Namespace: "Scones",
        StatisticType: "Statistic",
        Statistic: "SUM",
        Unit: null,
        Dimensions: [],
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Threshold: 5,
        TreatMissingData: "notBreaching",
        EvaluateLowSampleCountPercentile: "",
      },
    });
    test.pass(180);
    assert.equal(await state(test), "OK");
    const history = await test.client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: "many-orders", ScanBy: "TimestampAscending" }),
    );
    assert.deepEqual(history.AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary), [
      'Alarm "many-orders" created',
      "Alarm updated from INSUFFICIENT_DATA to OK",
      `Successfully executed action ${TopicArn}`,
      "Alarm updated from OK to ALARM",
      `Successfully executed action ${TopicArn}`,
      "Alarm updated from ALARM to OK",
      `Successfully executed action ${TopicArn}`,
    ]);
  }));

Deno.test("M of N datapoints, missing values and an expression decide as AWS documents", () =>
  withCloudWatch(async (test) => {
    await putAlarm(test, { EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    await put(test, 9);
    test.pass(60);
    assert.equal(await state(test), "INSUFFICIENT_DATA", "one breaching value is not old enough");
    await put(test, 8);
    test.pass(60);
    const { StateValue, StateReason } = await alarm(test);
    assert.equal(StateValue, "ALARM");
    assert.equal(
      StateReason,
      "Threshold Crossed: 2 out of the last 3 datapoints [8.0 (10/01/26 12:01:00), 9.0 (10/01/26 12:00:00)] were " +
        "greater than the threshold (5.0) (minimum 2 datapoints for INSUFFICIENT_DATA -> ALARM transition).",
    );
    test.pass(600);
    assert.equal(await state(test), "INSUFFICIENT_DATA");
    assert.equal((await alarm(test)).StateReason, "Insufficient Data: 3 datapoints were unknown.");

    const { Namespace, MetricName, Statistic: _, Period: __, ...rest } = BASE;
    await test.client.send(
      new PutMetricAlarmCommand({
        ...rest,
        Metrics: [
          {
            Id: "m",
            MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: "Sum" },
            ReturnData: false,
          },
          { Id: "e", Expression: "m * 10" },
        ],
        TreatMissingData: "breaching",
      }),
    );
    await put(test, 0.1);
    test.pass(60);
    assert.equal(await state(test), "OK");
    test.pass(300);
    assert.equal(await state(test), "ALARM");
    assert.match(
      (await alarm(test)).StateReason!,
      /no datapoints were received for 1 period and 1 missing datapoint/,
    );
  }));

Deno.test("states are set by hand; disabled actions are not done; a topic may refuse", () =>
  withCloudWatch(async (test) => {
    const { TopicArn, sns, receive } = await topicWithQueue(test);
    await putAlarm(test, { AlarmActions: [TopicArn], TreatMissingData: "ignore" });
    const set = (StateValue: "ALARM" | "OK") =>
      test.client.send(
        new SetAlarmStateCommand({ AlarmName: "many-orders", StateValue, StateReason: "try" }),
      );
    const names = { AlarmNames: ["many-orders"] };
    await test.client.send(new DisableAlarmActionsCommand(names));
    await set("ALARM");
    assert.deepEqual(await receive(), []);
    await set("OK");
    await test.client.send(new EnableAlarmActionsCommand(names));
    await set("ALARM");
    assert.equal(JSON.parse((await receive())[0].Message).NewStateReason, "try");

    const AttributeValue = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "SNS:Publish", Resource: TopicArn }],
    });
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue }));
    await set("OK");
    await set("ALARM");
    assert.deepEqual(await receive(), []);
    const { AlarmHistoryItems } = await test.client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: "many-orders", HistoryItemType: "Action" }),
    );
    assert.match(AlarmHistoryItems![0]!.HistorySummary!, /^Failed to execute action .*explicit deny/);
  }));

Deno.test("alarms are found by name, prefix, state and metric, tagged, updated and deleted", () =>
  withCloudWatch(async (test) => {
    const { client } = test;
    await putAlarm(test, { Tags: [{ Key: "project", Value: "scones" }] });
    await putAlarm(test, { AlarmName: "few-orders", ComparisonOperator: "LessThanThreshold" });
    const find = async (input: object) =>
      (await client.send(new DescribeAlarmsCommand(input))).MetricAlarms!.map(({ AlarmName }) => AlarmName);
    assert.deepEqual(await find({}), ["few-orders", "many-orders"]);
    assert.deepEqual(await find({ AlarmNamePrefix: "few" }), ["few-orders"]);
    assert.deepEqual(await find({ StateValue: "OK" }), []);
    assert.deepEqual(await find({ AlarmTypes: ["CompositeAlarm"] }), []);
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 1 }));
    assert.deepEqual(await find({ NextToken: first.NextToken }), ["many-orders"]);
    const { MetricAlarms } = await client.send(
      new DescribeAlarmsForMetricCommand({ Namespace: "Scones", MetricName: "Orders" }),
    );
    assert.equal(MetricAlarms!.length, 2);
    const ResourceARN = MetricAlarms![1]!.AlarmArn!;
    await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: "stage", Value: "dev" }] }));
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ["project"] }));
    await putAlarm(test, { Threshold: 7, Tags: [{ Key: "not", Value: "taken" }] });
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
    assert.deepEqual(Tags, [{ Key: "stage", Value: "dev" }], "an update leaves the tags");
    assert.equal((await alarm(test)).Threshold, 7);
    await assert.rejects(
      client.send(new DeleteAlarmsCommand({ AlarmNames: ["few-orders", "none"] })),
      { name: "ResourceNotFound" },
    );
    assert.deepEqual(await find({}), ["few-orders", "many-orders"], "all of them or none");
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ["few-orders", "many-orders"] }));
    assert.deepEqual(await find({}), []);
  }));

Deno.test("what PutMetricAlarm refuses is named", () =>
  withCloudWatch(async (test) => {
    const refused = (
      more: Partial<PutMetricAlarmCommandInput>,
      message: RegExp,
      name = "ValidationException",
    ) => assert.rejects(putAlarm(test, more), { name, message });
    await refused(
      { DatapointsToAlarm: 2 },
      /DatapointsToAlarm must be less than or equal to EvaluationPeriods/,
    );
    await refused({ Threshold: undefined }, /Threshold is required/);
    await refused({ Period: 10 }, /does not support periods below a minute/);
    await refused({ Period: 90 }, /Period must be 10, 20, 30 or a multiple of 60/);
    await refused({ EvaluationPeriods: 1441 }, /more than a day/);
    await refused({ ExtendedStatistic: "p90" }, /Exactly one of Statistic and ExtendedStatistic/);
    await refused(
      { Metrics: [{ Id: "e", Expression: "1" }] },
      /MetricName cannot be specified together with Metrics/,
    );
    await refused({ ThresholdMetricId: "e" }, /does not support the member 'thresholdMetricId'/);
    await refused(
      { AlarmActions: ["arn:aws:sns:eu-west-1:000000000000:alarms"] },
      /Invalid region eu-west-1 specified. Only us-east-1 is supported./,
    );
    await refused(
      { AlarmActions: ["arn:aws:lambda:us-east-1:000000000000:function:f"] },
      /alarm actions of lambda/,
    );
  }));

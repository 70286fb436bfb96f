/** Somebody is told: of faults and of many orders held back, and not of one below the threshold. */
import assert from "node:assert/strict";
import { DescribeAlarmsCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { DeleteFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Aws } from "../../lib/aws/clients.ts";
import type { AlarmKey } from "../../lib/names.ts";
import { ensureAlarms } from "../../lib/workflow/alarms.ts";
import { alertTopicArn, ensureTopic, topicState } from "../../lib/workflow/alert_topic.ts";
import { invokeFunction } from "../../lib/workflow/functions.ts";
import { workflowStatus } from "../../lib/workflow/status.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployFunctions, destroy } from "./testing.ts";

/** A queue that gets what the topic is sent; returns what came since the last look: `ALARM scones-…`. */
async function queueOfTopic(aws: Aws): Promise<() => Promise<string[]>> {
  const sqs = new SQSClient({
    endpoint: aws.endpoint!,
    region: aws.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "alerts" }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const Endpoint = Attributes!.QueueArn!;
  const statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, Resource: Endpoint }] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await aws.sns.send(new SubscribeCommand({ TopicArn: alertTopicArn(aws), Protocol: "sqs", Endpoint }));
  return async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    for (const { ReceiptHandle } of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    const told = Messages.map(({ Body }) => JSON.parse(JSON.parse(Body!).Message));
    return told.map(({ NewStateValue, AlarmName }) => `${NewStateValue} ${AlarmName}`).sort();
  };
}

async function ringing({ cloudwatch, names }: Aws): Promise<AlarmKey[]> {
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ StateValue: "ALARM" }));
  const found = MetricAlarms!.map(({ AlarmName }) => AlarmName);
  return (Object.keys(names.alarms) as AlarmKey[]).filter((key) => found.includes(names.alarms[key]));
}

/** Ends an execution that fails because its picture does not exist. */
async function failingExecution(aws: Aws, machine: string): Promise<void> {
  const input = JSON.stringify({ s3_bucket: aws.bucket, s3_key: "none.png", image_data: "", inferences: [] });
  await aws.sfn.send(new StartExecutionCommand({ stateMachineArn: machine, input }));
}

Deno.test("an alarm tells of faults and of many orders held back, and not of single ones", async () => {
  let passed = 0;
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint, "0.9");
    const passMinutes = (minutes: number) => passed += minutes * 60_000;
    /** As an order below the threshold is: the third function throws, and the execution fails by it. */
    const heldBack = (inferences = [0.5, 0.5]) =>
      invokeFunction(aws, "filterLowConfidence", { s3_bucket: "b", s3_key: "k", image_data: "", inferences });
    try {
      const machine = await deployFunctions(aws);
      const told = await queueOfTopic(aws);
      assert.deepEqual(await ringing(aws), []);
      await told(); // that all is well

      for (let order = 0; order < 3; order++) await heldBack();
      passMinutes(1);
      assert.deepEqual(await ringing(aws), [], "three orders below the threshold");

      await failingExecution(aws, machine);
      for (let tries = 0; (await ringing(aws)).length === 0 && tries < 200; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        passMinutes(tries % 20 === 19 ? 1 : 0);
      }
      assert.deepEqual(await ringing(aws), ["executionsFailed"]);
      assert.deepEqual(await told(), ["ALARM scones-executions-failed"]);

      passMinutes(20);
      assert.deepEqual(await ringing(aws), []);
      assert.deepEqual(await told(), ["OK scones-executions-failed"]);

      for (let order = 0; order < 6; order++) await heldBack();
      for (let order = 0; order < 4; order++) await heldBack([0.95, 0.05]);
      passMinutes(1);
      assert.deepEqual(await ringing(aws), ["ordersHeldBack"], "six of ten");
      assert.deepEqual(await told(), ["ALARM scones-orders-held-back"]);

      const FunctionName = aws.names.functions.classifyImage;
      await aws.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
      );
      await assert.rejects(invokeFunction(aws, "classifyImage", {}), { name: "TooManyRequestsException" });
      await aws.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
      passMinutes(1);
      assert.deepEqual(await ringing(aws), ["ordersHeldBack", "throttles"]);
      const states = (await workflowStatus(aws)).filter(({ kind }) => kind === "alarm").map(({ state }) =>
        state
      );
      assert.equal(states.filter((state) => state.startsWith("ALARM: Threshold Crossed")).length, 2);

      await destroy(aws);
      const { MetricAlarms } = await aws.cloudwatch.send(new DescribeAlarmsCommand({}));
      assert.deepEqual(MetricAlarms, []);
      assert.equal(await topicState(aws), undefined);
    } finally {
      aws.close();
    }
  }, { now: () => Date.now() + passed });
});

Deno.test("the alarms are made although CloudWatch takes three a second", () =>
  withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    try {
      assert.deepEqual(new Set((await ensureAlarms(aws)).map(({ change }) => change)), new Set(["created"]));
    } finally {
      aws.close();
    }
  }, { strict: true }));

Deno.test("a mail address is subscribed once, and has to confirm; alarms of others are left alone", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint, "0.9", { SCONES_ALERT_EMAIL: "anna@example.com" });
    try {
      assert.deepEqual(await ensureTopic(aws), { change: "created", subscription: "asked" });
      assert.deepEqual(await ensureTopic(aws), { change: "unchanged", subscription: "pending" });
      assert.equal(await topicState(aws), "anna@example.com is subscribed, but the local AWS sends no mail");
      const TopicArn = alertTopicArn(aws);
      const { Subscriptions } = await aws.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      assert.deepEqual(Subscriptions!.map(({ SubscriptionArn, Protocol }) => [SubscriptionArn, Protocol]), [
        ["PendingConfirmation", "email"],
      ]);
      const { Attributes } = await aws.sns.send(new GetTopicAttributesCommand({ TopicArn }));
      assert.equal(Attributes!.SubscriptionsPending, "1");
      assert.equal(Attributes!.SubscriptionsConfirmed, "0");
      await assert.rejects(
        aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "anna" })),
        { message: "Invalid parameter: Email address" },
      );
      await ensureAlarms(aws);
      await aws.cloudwatch.send(
        new SetAlarmStateCommand({
          AlarmName: aws.names.alarms.throttles,
          StateValue: "ALARM",
          StateReason: "x",
        }),
      );
      assert.deepEqual(
        new Set((await ensureAlarms(aws)).map(({ change }) => change)),
        new Set(["unchanged"]),
      );
      const other = { ...aws, stage: "other" };
      await assert.rejects(ensureAlarms(other), {
        name: "NotOursError",
        message: /^The alarm scones-endpoint-errors/,
      });
      await assert.rejects(ensureTopic(other), {
        name: "NotOursError",
        message: /^The topic scones-alerts belongs/,
      });
    } finally {
      aws.close();
    }
  });
});

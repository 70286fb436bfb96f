/** Errors of all operations, and what is there after a restart. */
import assert from "node:assert/strict";
import {
  CreateTopicCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { QUEUE_ARN } from "../sqs/testing.ts";
import { withLocalAws } from "../testing.ts";
import { failure, TOPIC_ARN, withTopic } from "./testing.ts";

Deno.test("SNS's errors in its wording, and unsupported features by name", () =>
  withTopic(async ({ sns, publish, SubscriptionArn }) => {
    const invalid = "InvalidParameterException";
    const attribute = (DataType: string, StringValue: string) =>
      failure(publish("x", { MessageAttributes: { attr1: { DataType, StringValue } } }));
    const subscribe = (Protocol: string, Endpoint: string, Attributes = {}) =>
      failure(sns.send(new SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol, Endpoint, Attributes })));
    const set = (AttributeName: string, AttributeValue: string) =>
      failure(
        sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue })),
      );
    const create = (Name: string, Attributes = {}) =>
      failure(sns.send(new CreateTopicCommand({ Name, Attributes })));
    const cases: [Promise<[string, string]>, string, string | RegExp][] = [
      [failure(publish("x", { TopicArn: `${TOPIC_ARN}2` })), "NotFoundException", "Topic does not exist"],
      [
        failure(publish("x", { TopicArn: "topic" })),
        invalid,
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
      ],
      [failure(publish("")), invalid, "Invalid parameter: Empty message"],
      [failure(publish("é".repeat(131_073))), invalid, "Invalid parameter: Message too long"],
      [failure(publish("x", { Subject: "" })), invalid, "Invalid parameter: Subject"],
      [failure(publish("x", { Subject: "a\nb" })), invalid, "Invalid parameter: Subject"],
      [
        failure(publish("x", { MessageStructure: "json" })),
        invalid,
        "Invalid parameter: Message Structure - JSON message body failed to parse",
      ],
      [
        failure(publish("{}", { MessageStructure: "json" })),
        invalid,
        "Invalid parameter: Message Structure - No default entry in JSON message body",
      ],
      [
        attribute("String", ""),
        "InvalidParameterValueException",
        "The message attribute 'attr1' must contain non-empty message attribute value for message attribute " +
        "type 'String'.",
      ],
      [
        attribute("Binary", "x"),
        "InvalidParameterValueException",
        "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.",
      ],
      [failure(publish("x", { TopicArn: undefined, PhoneNumber: "+15550100" })), invalid, /does not support/],
      [
        subscribe("test-protocol", "x"),
        invalid,
        "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol",
      ],
      [
        subscribe("sms", "+4791234567"),
        invalid,
        /does not support subscriptions of the protocol 'sms'/,
      ],
      [subscribe("sqs", "http://127.0.0.1/queue"), invalid, "Invalid parameter: SQS endpoint ARN"],
      [
        subscribe("sqs", QUEUE_ARN, { RawMessageDelivery: "x" }),
        invalid,
        "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [x]. Must be true or false.",
      ],
      [set("Fake", "x"), invalid, "Invalid parameter: AttributeName"],
      [set("FilterPolicy", "{}"), invalid, /does not support the subscription attribute FilterPolicy/],
      [create("a b"), invalid, "Invalid parameter: Topic Name"],
      [create("a.fifo", { FifoTopic: "true" }), invalid, /does not support FIFO topics/],
      [create("a", { KmsMasterKeyId: "k" }), invalid, /does not support the topic attribute KmsMasterKeyId/],
      [create("a", { Policy: "{" }), invalid, /^Invalid parameter: Attributes Reason: Policy Error/],
    ];
    for (const [refused, name, words] of cases) {
      const [shown, message] = await refused;
      assert.equal(shown, name, message);
      if (typeof words === "string") assert.equal(message, words);
      else assert.match(message, words);
    }
  }));

Deno.test("a restart finds topics, subscriptions and what was delivered", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withTopic(async ({ publish }) => void await publish("before"), undefined, stateDir);
    await withLocalAws(async (aws) => {
      const sns = new SNSClient(aws.client);
      await sns.send(new PublishCommand({ TopicArn: TOPIC_ARN, Message: "after" }));
      const sqs = new SQSClient(aws.client);
      const QueueUrl = `${aws.endpoint}/000000000000/queue`;
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages } = await sqs.send(receive);
      assert.deepEqual(Messages!.map(({ Body }) => JSON.parse(Body!).Message), ["before", "after"]);
      sns.destroy();
      sqs.destroy();
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

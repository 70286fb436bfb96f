/** Topics, subscriptions and deliveries against the real clients. */
import assert from "node:assert/strict";
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  paginateListTopics,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { allowing, asRole } from "../iam/testing.ts";
import { QUEUE_ARN, withQueue } from "../sqs/testing.ts";
import { type TestAws, withLocalAws } from "../testing.ts";

const TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:topic";

/** AWS's documented policy for a queue with a subscription. */
function queuePolicy(SourceArn: string, Service = "sns.amazonaws.com"): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Service },
      Action: "sqs:SendMessage",
      Resource: QUEUE_ARN,
      Condition: { ArnEquals: { "aws:SourceArn": SourceArn } },
    }],
  });
}

interface Parts {
  sns: SNSClient;
  SubscriptionArn: string;
  aws: TestAws;
  setPolicy(Policy: string): Promise<unknown>;
  publish(Message: string, rest?: Partial<PublishCommandInput>): Promise<string>;
  /** Receives all messages, and deletes them. */
  drain(): Promise<Message[]>;
}

/** A topic with a subscribed queue. @param policy the queue's, by default one that lets the topic send */
function withTopic(
  body: (parts: Parts) => Promise<void>,
  policy = queuePolicy(TOPIC_ARN),
  stateDir?: string,
): Promise<void> {
  return withQueue(async (sqs, QueueUrl, aws) => {
    const sns = new SNSClient(aws.client);
    try {
      const setPolicy = (Policy: string) =>
        sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
      await setPolicy(policy);
      await sns.send(new CreateTopicCommand({ Name: "topic" }));
      const subscribe = new SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN });
      const { SubscriptionArn } = await sns.send(subscribe);
      await body({
        sns,
        SubscriptionArn: SubscriptionArn!,
        aws,
        setPolicy,
        async publish(Message, rest) {
          const command = new PublishCommand({ TopicArn: TOPIC_ARN, Message, ...rest });
          return (await sns.send(command)).MessageId!;
        },
        async drain() {
          const receive = new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["SenderId"],
          });
          const { Messages = [] } = await sqs.send(receive);
          for (const { ReceiptHandle } of Messages) {
            await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          }
          return Messages;
        },
      });
    } finally {
      sns.destroy();
    }
  }, { stateDir });
}

async function failure(promise: Promise<unknown>): Promise<[string, string]> {
  try {
    await promise;
  } catch (error) {
    const { name, message } = error as Error;
    return [name, message];
  }
  throw new Error("Nothing was refused.");
}

Deno.test("a message reaches the queue in AWS's document", () =>
  withTopic(async ({ publish, drain, SubscriptionArn, aws }) => {
    const MessageId = await publish('hällo "you"\nthere: x', {
      Subject: "greeting",
      MessageAttributes: {
        n: { DataType: "Number", StringValue: "99.12" },
        b: { DataType: "Binary", BinaryValue: new Uint8Array([2, 3, 4]) },
      },
    });
    const [message] = await drain();
    assert.equal(message!.MessageAttributes, undefined);
    assert.ok(message!.Body!.startsWith('{\n  "Type" : "Notification",\n  "MessageId" : "'));
    const { Timestamp, ...document } = JSON.parse(message!.Body!);
    assert.match(Timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(document, {
      Type: "Notification",
      MessageId,
      TopicArn: TOPIC_ARN,
      Subject: "greeting",
      Message: 'hällo "you"\nthere: x',
      UnsubscribeURL: `${aws.endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
      MessageAttributes: { n: { Type: "Number", Value: "99.12" }, b: { Type: "Binary", Value: "AgME" } },
    });
    const unsubscribed = await fetch(document.UnsubscribeURL);
    assert.equal(unsubscribed.status, 200);
    await unsubscribed.body?.cancel();
    await publish("nobody listens");
    assert.deepEqual(await drain(), []);
  }));

Deno.test("raw delivery does not change body and attributes", () =>
  withTopic(async ({ sns, publish, drain, SubscriptionArn }) => {
    const raw = { SubscriptionArn, AttributeName: "RawMessageDelivery", AttributeValue: "true" };
    await sns.send(new SetSubscriptionAttributesCommand(raw));
    const MessageAttributes = { b: { DataType: "Binary", BinaryValue: new Uint8Array([2, 3, 4]) } };
    await publish("as it is", { Subject: "left out", MessageAttributes });
    const [message] = await drain();
    assert.equal(message!.Body, "as it is");
    assert.deepEqual(message!.MessageAttributes, MessageAttributes);
    await publish(JSON.stringify({ default: "d", sqs: "for queues" }), { MessageStructure: "json" });
    await publish(JSON.stringify({ default: "d", email: "e" }), { MessageStructure: "json" });
    assert.deepEqual((await drain()).map(({ Body }) => Body), ["for queues", "d"]);
  }));

/** A raw request in the query protocol. */
async function ask(aws: TestAws, members: Record<string, string>): Promise<[status: number, text: string]> {
  const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request";
  const body = new URLSearchParams(members);
  const answer = await fetch(aws.endpoint, { method: "POST", headers: { authorization }, body });
  return [answer.status, await answer.text()];
}

Deno.test("SNS sends as itself, and drops members that are not in its model", () =>
  withTopic(async ({ sns, SubscriptionArn, aws, drain }) => {
    const raw = { SubscriptionArn, AttributeName: "RawMessageDelivery", AttributeValue: "true" };
    await sns.send(new SetSubscriptionAttributesCommand(raw));
    const publish = { Action: "Publish", TopicArn: TOPIC_ARN, Message: "x" };
    const attribute = "MessageAttributes.entry.1";
    const [status, text] = await ask(aws, {
      ...publish,
      [`${attribute}.Name`]: "a",
      [`${attribute}.Value.DataType`]: "String",
      [`${attribute}.Value.StringValue`]: "1",
      [`${attribute}.Value.StringListValues.member.1`]: "SQS would not take that",
    });
    assert.equal(status, 200, text);
    const [message] = await drain();
    assert.deepEqual(message!.MessageAttributes, { a: { DataType: "String", StringValue: "1" } });
    assert.equal(message!.Attributes!.SenderId, "AIDAIT2UOQQY3AUEKVGXU");
    // A map written as a list, and a list as a map, are refused, and not read as empty ones.
    assert.equal((await ask(aws, { ...publish, "MessageAttributes.member.1": "x" }))[0], 400);
    const tag = { Action: "TagResource", ResourceArn: TOPIC_ARN, "Tags.entry.1.key": "a" };
    assert.equal((await ask(aws, tag))[0], 400);
    assert.deepEqual(await drain(), []);
  }));

Deno.test("the queue's policy decides on delivery; publishing succeeds in any case", () =>
  withTopic(async ({ publish, drain, setPolicy }) => {
    const delivered = async () => {
      await publish("x");
      return (await drain()).length;
    };
    assert.equal(await delivered(), 1);
    await setPolicy(queuePolicy(`${TOPIC_ARN}-other`));
    assert.equal(await delivered(), 0);
    await setPolicy(queuePolicy(TOPIC_ARN, "events.amazonaws.com"));
    assert.equal(await delivered(), 0);
    await setPolicy("");
    assert.equal(await delivered(), 0);
    await setPolicy(queuePolicy(TOPIC_ARN).replace('{"Service":"sns.amazonaws.com"}', '"*"'));
    assert.equal(await delivered(), 1);
  }));

Deno.test("a batch is published whole or refused whole", () =>
  withTopic(async ({ sns, drain }) => {
    const batch = (...PublishBatchRequestEntries: { Id: string; Message: string }[]) =>
      sns.send(new PublishBatchCommand({ TopicArn: TOPIC_ARN, PublishBatchRequestEntries }));
    const { Successful, Failed } = await batch({ Id: "1", Message: "a" }, { Id: "2", Message: "b" });
    assert.deepEqual(Successful!.map(({ Id }) => Id), ["1", "2"]);
    assert.deepEqual(Failed, []);
    assert.equal((await drain()).length, 2);
    const entry = (Id: string, Message = "x") => ({ Id, Message });
    const refused = async (...entries: ReturnType<typeof entry>[]) => (await failure(batch(...entries)))[0];
    assert.equal(await refused(entry("a"), entry("a")), "BatchEntryIdsNotDistinctException");
    assert.equal(await refused(entry("a b")), "InvalidBatchEntryIdException");
    assert.equal(await refused(entry("a"), entry("b", "")), "InvalidParameterException");
    const many = Array.from({ length: 11 }, (_, index) => entry(`${index}`));
    assert.equal(await refused(...many), "TooManyEntriesInBatchRequestException");
    const half = "x".repeat(131_073);
    assert.equal(await refused(entry("a", half), entry("b", half)), "BatchRequestTooLongException");
    assert.deepEqual(await drain(), []);
  }));

Deno.test("topics are created once, described, changed, tagged, listed and deleted", () =>
  withTopic(async ({ sns, SubscriptionArn }) => {
    const create = (Attributes?: Record<string, string>) =>
      sns.send(new CreateTopicCommand({ Name: "topic", Attributes }));
    assert.equal((await create()).TopicArn, TOPIC_ARN);
    assert.deepEqual(await failure(create({ DisplayName: "other" })), [
      "InvalidParameterException",
      "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
    ]);
    const named = { TopicArn: TOPIC_ARN, AttributeName: "DisplayName", AttributeValue: "Shown" };
    await sns.send(new SetTopicAttributesCommand(named));
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC_ARN }));
    const { Policy, EffectiveDeliveryPolicy, ...rest } = Attributes!;
    assert.equal(JSON.parse(Policy!).Id, "__default_policy_ID");
    assert.equal(JSON.parse(EffectiveDeliveryPolicy!).http.defaultHealthyRetryPolicy.numRetries, 3);
    assert.deepEqual(rest, {
      Owner: "000000000000",
      SubscriptionsPending: "0",
      SubscriptionsConfirmed: "1",
      SubscriptionsDeleted: "0",
      TopicArn: TOPIC_ARN,
      DisplayName: "Shown",
    });
    const Tags = [{ Key: "a", Value: "1" }, { Key: "b", Value: "" }];
    await sns.send(new TagResourceCommand({ ResourceArn: TOPIC_ARN, Tags }));
    await sns.send(new UntagResourceCommand({ ResourceArn: TOPIC_ARN, TagKeys: ["a"] }));
    const tags = await sns.send(new ListTagsForResourceCommand({ ResourceArn: TOPIC_ARN }));
    assert.deepEqual(tags.Tags, [{ Key: "b", Value: "" }]);
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC_ARN }));
    assert.deepEqual(listed.Subscriptions, [{
      SubscriptionArn,
      Owner: "000000000000",
      Protocol: "sqs",
      Endpoint: QUEUE_ARN,
      TopicArn: TOPIC_ARN,
    }]);
    await sns.send(new DeleteTopicCommand({ TopicArn: TOPIC_ARN }));
    await sns.send(new DeleteTopicCommand({ TopicArn: TOPIC_ARN }));
    assert.deepEqual((await sns.send(new ListTopicsCommand({}))).Topics, []);
    assert.deepEqual((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions, []);
  }));

Deno.test("topics are listed a hundred at a time", () =>
  withLocalAws(async (aws) => {
    const sns = new SNSClient(aws.client);
    for (let n = 0; n < 101; n++) await sns.send(new CreateTopicCommand({ Name: `t${n}` }));
    const pages = [];
    for await (const { Topics } of paginateListTopics({ client: sns }, {})) pages.push(Topics!.length);
    assert.deepEqual(pages, [100, 1]);
    sns.destroy();
  }));

/** All items of a list in pages. @param between called with the first page's items before the second page */
async function listed(
  list: (NextToken?: string) => Promise<{ arns: string[]; NextToken?: string }>,
  between: (first: string[]) => Promise<unknown>,
): Promise<string[][]> {
  const pages = [];
  let token: string | undefined;
  do {
    const { arns, NextToken } = await list(token);
    if (pages.push(arns) === 1) await between(arns);
    token = NextToken;
  } while (token !== undefined);
  return pages;
}

Deno.test("a page continues after the token's topic or subscription, even when that is gone and others change", () =>
  withTopic(async ({ sns, SubscriptionArn }) => {
    const topics = Array.from({ length: 102 }, (_, n) => `${TOPIC_ARN}-${String(n).padStart(3, "0")}`);
    for (const arn of topics) await sns.send(new CreateTopicCommand({ Name: arn.split(":").at(-1) }));
    const pages = await listed(async (NextToken) => {
      const { Topics, ...rest } = await sns.send(new ListTopicsCommand({ NextToken }));
      return { arns: Topics!.map(({ TopicArn }) => TopicArn!), ...rest };
    }, async (first) => {
      await sns.send(new DeleteTopicCommand({ TopicArn: first.at(-1) }));
      const TopicArn = topics.at(-1);
      const named = { TopicArn, AttributeName: "DisplayName", AttributeValue: "a" };
      await sns.send(new SetTopicAttributesCommand(named));
    });
    assert.deepEqual(pages, [[TOPIC_ARN, ...topics.slice(0, 99)], topics.slice(99)]);
    await assert.rejects(sns.send(new ListTopicsCommand({ NextToken: "no token" })), {
      name: "InvalidParameterException",
      message: "Invalid parameter: NextToken",
    });

    const TopicArn = topics[0]!;
    const all = (NextToken?: string) => sns.send(new ListSubscriptionsCommand({ NextToken }));
    const byTopic = (NextToken?: string) =>
      sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    for (const [list, others] of [[all, [SubscriptionArn]], [byTopic, []]] as const) {
      const ours: string[] = [];
      for (let n = 0; n < 102; n++) {
        const subscribe = new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: `${QUEUE_ARN}-${n}` });
        ours.push((await sns.send(subscribe)).SubscriptionArn!);
      }
      ours.sort();
      const pages = await listed(async (token) => {
        const { Subscriptions, NextToken } = await list(token);
        return { arns: Subscriptions!.map(({ SubscriptionArn }) => SubscriptionArn!), NextToken };
      }, async (first) => {
        await sns.send(new UnsubscribeCommand({ SubscriptionArn: first.at(-1) }));
        const raw = { AttributeName: "RawMessageDelivery", AttributeValue: "true" };
        await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: ours.at(-1), ...raw }));
      });
      assert.deepEqual(pages, [ours.slice(0, 100), [...ours.slice(100), ...others]]);
      for (const SubscriptionArn of ours) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    }
  }));

Deno.test("subscriptions are created once, described and deleted", () =>
  withTopic(async ({ sns, SubscriptionArn }) => {
    const subscribe = (Attributes?: Record<string, string>) =>
      sns.send(
        new SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes }),
      );
    assert.equal((await subscribe()).SubscriptionArn, SubscriptionArn);
    assert.match((await failure(subscribe({ RawMessageDelivery: "true" })))[1], /different attributes$/);
    const get = () => sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    assert.deepEqual((await get()).Attributes, {
      SubscriptionArn,
      TopicArn: TOPIC_ARN,
      Protocol: "sqs",
      Endpoint: QUEUE_ARN,
      Owner: "000000000000",
      SubscriptionPrincipal: "arn:aws:iam::000000000000:root",
      RawMessageDelivery: "false",
      ConfirmationWasAuthenticated: "true",
      PendingConfirmation: "false",
    });
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    assert.deepEqual(await failure(get()), ["NotFoundException", "Subscription does not exist"]);
  }));

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
        subscribe("email", "a@example.com"),
        invalid,
        /does not support subscriptions of the protocol 'email'/,
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

Deno.test("roles can publish by their own policies or the topic's", () =>
  withTopic(async ({ sns, aws, drain }) => {
    const command = new PublishCommand({ TopicArn: TOPIC_ARN, Message: "x" });
    const publisher = new SNSClient(await asRole(aws, "publisher", allowing("sns:Publish")));
    const nobody = new SNSClient(await asRole(aws, "nobody"));
    await publisher.send(command);
    assert.deepEqual(await failure(nobody.send(command)), [
      "AuthorizationErrorException",
      "User: arn:aws:sts::000000000000:assumed-role/nobody/me is not authorized to perform: SNS:Publish on " +
      `resource: ${TOPIC_ARN} because no identity-based policy allows the SNS:Publish action`,
    ]);
    const Statement = {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::000000000000:role/nobody" },
      Action: "SNS:Publish",
      Resource: TOPIC_ARN,
    };
    const AttributeValue = JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
    const policy = { TopicArn: TOPIC_ARN, AttributeName: "Policy", AttributeValue };
    await sns.send(new SetTopicAttributesCommand(policy));
    await nobody.send(command);
    assert.equal((await drain()).length, 2);
    publisher.destroy();
    nobody.destroy();
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

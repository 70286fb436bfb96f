/** Messages on their way from a topic to its queue. */
import assert from "node:assert/strict";
import {
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { allowing, asRole } from "../iam/testing.ts";
import type { TestAws } from "../testing.ts";
import { failure, queuePolicy, TOPIC_ARN, withTopic } from "./testing.ts";

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
    // signing_test.ts verifies the signature.
    const { Timestamp, Signature, SigningCertURL, ...document } = JSON.parse(message!.Body!);
    assert.ok(Signature && SigningCertURL);
    assert.match(Timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(document, {
      Type: "Notification",
      MessageId,
      TopicArn: TOPIC_ARN,
      Subject: "greeting",
      Message: 'hällo "you"\nthere: x',
      SignatureVersion: "1",
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

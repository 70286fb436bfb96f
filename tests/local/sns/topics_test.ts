import assert from "node:assert/strict";
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  paginateListTopics,
  SetTopicAttributesCommand,
  SNSClient,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { QUEUE_ARN } from "../sqs/testing.ts";
import { withLocalAws } from "../testing.ts";
import { failure, TOPIC_ARN, withTopic } from "./testing.ts";

Deno.test("topics are made once, described, changed, tagged, listed and deleted", () =>
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

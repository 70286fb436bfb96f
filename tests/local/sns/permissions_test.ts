/** The permission of each operation on topics, and its resource. */
import assert from "node:assert/strict";
import { createSns } from "../../../lib/local/sns/sns.ts";
import { askedPermissions } from "../iam/testing.ts";

const TopicArn = "arn:aws:sns:us-east-1:000000000000:topic";
const SubscriptionArn = `${TopicArn}:b6f5e924-dbb3-41c9-aa3b-589dbae0cfff`;

Deno.test("every operation of SNS needs its permission on the topic, a batch that of a single message", () => {
  const onTopic = (action: string) => ({ action: `sns:${action}`, resource: TopicArn });
  const onAll = (action: string) => ({ action: `sns:${action}`, resource: TopicArn.replace(/topic$/, "*") });
  // More members than an operation has are ignored.
  const all = { TopicArn, SubscriptionArn, ResourceArn: TopicArn, AttributeName: "x", Tags: [], TagKeys: [] };
  const inputs: Record<string, object> = {
    CreateTopic: { Name: "topic" },
    Subscribe: { TopicArn, Protocol: "sqs" },
    Publish: { TargetArn: TopicArn, Message: "x" },
    PublishBatch: { TopicArn, PublishBatchRequestEntries: [] },
  };
  assert.deepEqual(askedPermissions(createSns, (name) => inputs[name] ?? all), {
    CreateTopic: onTopic("CreateTopic"),
    DeleteTopic: onTopic("DeleteTopic"),
    ListTopics: onAll("ListTopics"),
    GetTopicAttributes: onTopic("GetTopicAttributes"),
    SetTopicAttributes: onTopic("SetTopicAttributes"),
    TagResource: onTopic("TagResource"),
    UntagResource: onTopic("UntagResource"),
    ListTagsForResource: onTopic("ListTagsForResource"),
    Subscribe: onTopic("Subscribe"),
    Unsubscribe: onTopic("Unsubscribe"),
    ListSubscriptions: onAll("ListSubscriptions"),
    ListSubscriptionsByTopic: onTopic("ListSubscriptionsByTopic"),
    GetSubscriptionAttributes: onTopic("GetSubscriptionAttributes"),
    SetSubscriptionAttributes: onTopic("SetSubscriptionAttributes"),
    Publish: onTopic("Publish"),
    PublishBatch: onTopic("Publish"),
  });
});

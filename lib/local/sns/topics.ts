/** Topics: create, delete, list, attributes. */
import { map, notSupported, required, string, structure } from "../shapes.ts";
import {
  existingTopic,
  invalid,
  onArn,
  onTopic,
  operation,
  paged,
  type SnsContext,
  subscriptionsOf,
  type Topic,
  topicArn,
  topicArnOf,
  unsupportedParameter,
} from "./context.ts";
import { tagList, withTags } from "./tags.ts";
import { checkAttribute, describeTopic } from "./topic_attributes.ts";

export const createTopic = operation({
  action: "sns:CreateTopic",
  tagging: "sns:TagResource",
  input: structure({
    Name: required(string()),
    Attributes: map(string()),
    Tags: tagList,
    DataProtectionPolicy: notSupported(),
  }),
  ...onArn(newTopicArn),
  run(input, sns) {
    const { Attributes = {}, Tags = [] } = input;
    const TopicArn = newTopicArn(input, sns);
    for (const [name, value] of Object.entries(Attributes)) {
      checkAttribute(name, value, "Attributes Reason: ");
    }
    const tags = withTags({}, Tags);
    const old = sns.topics.get(TopicArn);
    if (old) checkSame(old, Attributes, tags);
    else sns.topics.put(TopicArn, { TopicArn, attributes: Attributes, tags });
    return { TopicArn };
  },
});

export const deleteTopic = operation({
  action: "sns:DeleteTopic",
  input: structure(topicArn),
  ...onTopic,
  run({ TopicArn }, sns) {
    sns.core.store.transaction(() => {
      for (const { SubscriptionArn } of subscriptionsOf(sns, TopicArn)) {
        sns.subscriptions.delete(SubscriptionArn);
      }
      sns.topics.delete(TopicArn);
    });
  },
});

export const listTopics = operation({
  action: "sns:ListTopics",
  input: structure({ NextToken: string() }),
  resource: (_input, sns) => topicArnOf(sns, "*"),
  run(input, { topics }) {
    const { page, NextToken } = paged(topics.list(), ({ TopicArn }) => TopicArn, input);
    return { Topics: page.map(({ TopicArn }) => ({ TopicArn })), NextToken };
  },
});

export const getTopicAttributes = operation({
  action: "sns:GetTopicAttributes",
  input: structure(topicArn),
  ...onTopic,
  run({ TopicArn }, sns) {
    const topic = existingTopic(sns, TopicArn);
    const all = subscriptionsOf(sns, TopicArn);
    const pending = all.filter((one) => one.pending).length;
    const counts = { pending, confirmed: all.length - pending };
    return { Attributes: new Map(Object.entries(describeTopic(topic, sns.core.account, counts))) };
  },
});

export const setTopicAttributes = operation({
  action: "sns:SetTopicAttributes",
  input: structure({ ...topicArn, AttributeName: required(string()), AttributeValue: string() }),
  ...onTopic,
  run({ TopicArn, AttributeName, AttributeValue = "" }, sns) {
    const topic = existingTopic(sns, TopicArn);
    checkAttribute(AttributeName, AttributeValue);
    const attributes = { ...topic.attributes, [AttributeName]: AttributeValue };
    sns.topics.put(TopicArn, { ...topic, attributes });
  },
});

/** @throws AwsError InvalidParameter */
function newTopicArn({ Name }: { Name: string }, sns: SnsContext): string {
  if (/^[\w-]{1,251}\.fifo$/.test(Name)) throw unsupportedParameter("FIFO topics");
  if (!/^[\w-]{1,256}$/.test(Name)) throw invalid("Topic Name");
  return topicArnOf(sns, Name);
}

/** Creating a topic again succeeds if its attributes and tags are the same. @throws AwsError InvalidParameter */
function checkSame(topic: Topic, attributes: Readonly<Record<string, string>>, tags: Topic["tags"]): void {
  const differs = (given: Readonly<Record<string, string>>, has: Readonly<Record<string, string>>) =>
    Object.entries(given).some(([key, value]) => has[key] !== value);
  if (differs(attributes, topic.attributes)) {
    throw invalid("Attributes Reason: Topic already exists with different attributes");
  }
  if (differs(tags, topic.tags)) throw invalid("Tags Reason: Topic already exists with different tags");
}

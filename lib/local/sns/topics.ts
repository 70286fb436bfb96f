/** Topics: create, list, describe, change, tag, delete. */
import { AwsError } from "../errors.ts";
import { parsePolicy } from "../iam/policy_document.ts";
import { operation } from "../legacy_protocols.ts";
import { list, map, notSupported, required, string, structure } from "../legacy_shapes.ts";
import {
  authorize,
  authorizedTopic,
  checkArn,
  entries,
  invalid,
  notHere,
  page,
  type SnsContext,
  tagList,
  type Topic,
} from "./context.ts";

/** AWS, SetTopicAttributes: those that nothing here would act on. */
const NOT_HERE =
  /^(FifoTopic|ContentBasedDeduplication|FifoThroughputScope|ArchivePolicy|KmsMasterKeyId|DeliveryPolicy|TracingConfig|SignatureVersion|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;

const topicArn = { TopicArn: required(string()) };
const resourceArn = { ResourceArn: required(string({ min: 1, max: 1011 })) };

export function topicOperations(sns: SnsContext) {
  const { core, topics, subscriptions } = sns;
  const allArn = `arn:aws:sns:${core.region}:${core.account}:`;

  return {
    CreateTopic: operation(
      structure({
        Name: required(string()),
        Attributes: map(string()),
        Tags: tagList,
        DataProtectionPolicy: notSupported(),
      }),
      ({ Name, Attributes = {}, Tags = [] }, { principal }) => {
        if (/^[\w-]{1,251}\.fifo$/.test(Name)) throw notHere("FIFO topics");
        if (!/^[\w-]{1,256}$/.test(Name)) throw invalid("Topic Name");
        const TopicArn = allArn + Name;
        authorize(sns, principal, "CreateTopic", TopicArn);
        for (const [name, value] of Object.entries(Attributes)) {
          checkAttribute(name, value, "Attributes Reason: ");
        }
        const tags = tagged({}, Tags);
        const old = topics.get(TopicArn);
        if (!old) topics.put(TopicArn, { TopicArn, attributes: Attributes, tags });
        else checkSame(old, Attributes, tags);
        return { TopicArn };
      },
    ),

    DeleteTopic: operation(structure(topicArn), ({ TopicArn }, { principal }) => {
      checkArn(TopicArn, "TopicArn");
      authorize(sns, principal, "DeleteTopic", TopicArn);
      core.store.transaction(() => {
        for (const { SubscriptionArn } of subscriptions.list(`${TopicArn}:`)) {
          subscriptions.delete(SubscriptionArn);
        }
        topics.delete(TopicArn);
      });
    }),

    ListTopics: operation(structure({ NextToken: string() }), ({ NextToken }, { principal }) => {
      authorize(sns, principal, "ListTopics", `${allArn}*`);
      const key = ({ TopicArn }: Topic) => TopicArn;
      return page("Topics", topics.list(), key, NextToken, ({ TopicArn }) => ({ TopicArn }));
    }),

    GetTopicAttributes: operation(structure(topicArn), ({ TopicArn }, { principal }) => {
      const topic = authorizedTopic(sns, principal, "GetTopicAttributes", TopicArn);
      const confirmed = subscriptions.list(`${TopicArn}:`).length;
      return { Attributes: entries(describe(topic, core.account, confirmed)) };
    }),

    SetTopicAttributes: operation(
      structure({ ...topicArn, AttributeName: required(string()), AttributeValue: string() }),
      ({ TopicArn, AttributeName, AttributeValue = "" }, { principal }) => {
        const topic = authorizedTopic(sns, principal, "SetTopicAttributes", TopicArn);
        checkAttribute(AttributeName, AttributeValue);
        const attributes = { ...topic.attributes, [AttributeName]: AttributeValue };
        topics.put(TopicArn, { ...topic, attributes });
      },
    ),

    TagResource: operation(
      structure({ ...resourceArn, Tags: required(tagList) }),
      ({ ResourceArn, Tags }, { principal }) => {
        const topic = authorizedResource(ResourceArn, "TagResource", principal);
        const tags = tagged(topic.tags, Tags);
        if (Object.keys(tags).length > 50) {
          throw new AwsError(
            "TagLimitExceeded",
            "Could not complete request: tag quota of per resource exceeded",
          );
        }
        topics.put(ResourceArn, { ...topic, tags });
      },
    ),

    UntagResource: operation(
      structure({ ...resourceArn, TagKeys: required(list(string({ min: 1, max: 128 }))) }),
      ({ ResourceArn, TagKeys }, { principal }) => {
        const topic = authorizedResource(ResourceArn, "UntagResource", principal);
        const tags = Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !TagKeys.includes(key)));
        topics.put(ResourceArn, { ...topic, tags });
      },
    ),

    ListTagsForResource: operation(structure(resourceArn), ({ ResourceArn }, { principal }) => {
      const { tags } = authorizedResource(ResourceArn, "ListTagsForResource", principal);
      return { Tags: { member: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
    }),
  };

  function authorizedResource(
    arn: string,
    action: string,
    principal: Parameters<typeof authorize>[1],
  ): Topic {
    authorize(sns, principal, action, arn);
    const topic = topics.get(arn);
    if (!topic) throw new AwsError("ResourceNotFound", "Resource does not exist", 404);
    return topic;
  }
}

/** @param where what AWS writes before the reason, which differs between operations */
function checkAttribute(name: string, value: string, where = ""): void {
  if (NOT_HERE.test(name)) throw notHere(`the topic attribute ${name}`);
  if (name === "DisplayName") {
    if (value.length > 100) throw invalid(`${where}DisplayName: must be at most 100 characters`);
  } else if (name === "Policy") {
    try {
      parsePolicy(value, "resource");
    } catch (error) {
      throw error instanceof AwsError ? invalid(`${where}Policy Error: ${error.message}`) : error;
    }
  } else throw invalid(where === "" ? "AttributeName" : `${where}Unknown attribute ${name}`);
}

function tagged(
  tags: Readonly<Record<string, string>>,
  given: readonly { Key: string; Value: string }[],
): Record<string, string> {
  if (new Set(given.map(({ Key }) => Key)).size < given.length) {
    throw invalid("Duplicated keys are not allowed.");
  }
  return { ...tags, ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])) };
}

/** Creating a topic again is no error as long as it would be the same one. */
function checkSame(topic: Topic, attributes: Readonly<Record<string, string>>, tags: Topic["tags"]): void {
  const differs = (given: Readonly<Record<string, string>>, has: Readonly<Record<string, string>>) =>
    Object.entries(given).some(([key, value]) => has[key] !== value);
  if (differs(attributes, topic.attributes)) {
    throw invalid("Attributes Reason: Topic already exists with different attributes");
  }
  if (differs(tags, topic.tags)) throw invalid("Tags Reason: Topic already exists with different tags");
}

function describe(
  { TopicArn, attributes }: Topic,
  account: string,
  confirmed: number,
): Record<string, string> {
  return {
    Policy: defaultPolicy(TopicArn, account),
    Owner: account,
    SubscriptionsPending: "0",
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsDeleted: "0",
    TopicArn,
    DisplayName: "",
    EffectiveDeliveryPolicy: DELIVERY_POLICY,
    ...attributes,
  };
}

/** What AWS gives a topic; its condition holds for services only, so that callers need permissions of their own. */
function defaultPolicy(TopicArn: string, account: string): string {
  const actions = [
    ...["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"],
    ...["Subscribe", "ListSubscriptionsByTopic", "Publish"],
  ];
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [{
      Sid: "__default_statement_ID",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: actions.map((action) => `SNS:${action}`),
      Resource: TopicArn,
      Condition: { StringEquals: { "AWS:SourceOwner": account } },
    }],
  });
}

/** For HTTP endpoints, shown for every topic. */
const DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: "linear",
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
  },
});

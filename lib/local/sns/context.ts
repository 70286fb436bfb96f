/** What the operations of SNS share: stored topics and subscriptions, look-ups, resources, errors and pages. */
import { AwsError, unsupported } from "../errors.ts";
import { operationsOn } from "../operation.ts";
import { page } from "../pages.ts";
import type { Core } from "../core.ts";
import { required, string } from "../shapes.ts";
import type { Collection } from "../store.ts";
import { defaultPolicy } from "./default_policy.ts";
import type { Signing } from "./signing.ts";

export interface Topic {
  readonly TopicArn: string;
  /** The attributes that were set. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Subscription {
  readonly SubscriptionArn: string;
  readonly TopicArn: string;
  readonly Protocol: "sqs" | "email" | "email-json";
  /** A queue's ARN, or a mail address. */
  readonly Endpoint: string;
  readonly Owner: string;
  readonly SubscriptionPrincipal: string;
  readonly RawMessageDelivery: boolean;
  /** It has not been confirmed, and gets nothing. A mail address stays so: the local AWS sends no mail. */
  readonly pending?: true;
}

export interface SnsContext {
  readonly core: Core;
  readonly topics: Collection<Topic>;
  /** By ARN, which begins with the topic's. */
  readonly subscriptions: Collection<Subscription>;
  readonly signing: Signing;
}

export const operation = operationsOn<SnsContext>();

const PAGE = 100;

export const topicArn = { TopicArn: required(string()) };

/** `resource` and `policy` of an operation on one topic. @param arnOf the topic's ARN */
export function onArn<I>(arnOf: (input: I, sns: SnsContext) => string) {
  return {
    resource: arnOf,
    policy: (input: I, sns: SnsContext) => policyOf(sns, arnOf(input, sns)),
  };
}

/** A topic has a policy from the beginning, by which the account's services may publish. */
function policyOf({ topics, core }: SnsContext, arn: string): string | undefined {
  const topic = topics.get(arn);
  return topic && (topic.attributes.Policy ?? defaultPolicy(arn, core.account));
}

export const onTopic = onArn(({ TopicArn }: { TopicArn: string }) => checkArn(TopicArn, "TopicArn"));

/** The permission is checked on the topic; a subscription's ARN is the topic's and an id. */
export const onSubscription = onArn(({ SubscriptionArn }: { SubscriptionArn: string }) =>
  checkArn(SubscriptionArn, "SubscriptionArn").slice(0, SubscriptionArn.lastIndexOf(":"))
);

/** The ARN of a topic, or of all of the account's topics for the name `*`. */
export function topicArnOf({ core }: SnsContext, name: string): string {
  return `arn:aws:sns:${core.region}:${core.account}:${name}`;
}

/** @throws AwsError NotFound */
export function existingTopic({ topics }: SnsContext, arn: string): Topic {
  const topic = topics.get(arn);
  if (!topic) throw new AwsError("NotFound", "Topic does not exist", 404);
  return topic;
}

export function subscriptionsOf({ subscriptions }: SnsContext, topicArn: string): Subscription[] {
  return subscriptions.list(`${topicArn}:`);
}

/** Returns the ARN. @throws AwsError InvalidParameter */
export function checkArn(arn: string, parameter: string): string {
  const count = arn.split(":").length;
  if (count >= 6) return arn;
  throw invalid(`${parameter} Reason: An ARN must have at least 6 elements, not ${count}`);
}

export function invalid(what: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${what}`);
}

export function unsupportedParameter(what: string): AwsError {
  return unsupported(what, "InvalidParameter");
}

/** A page of a list sorted by ARNs. */
export function paged<T>(
  items: readonly T[],
  arn: (item: T) => string,
  { NextToken }: { NextToken?: string },
): { page: T[]; NextToken?: string } {
  const { items: shown, next } = page(items, {
    key: (item) => [arn(item)],
    limit: PAGE,
    token: NextToken || undefined,
    invalidToken: () => invalid("NextToken"),
  });
  return { page: shown, NextToken: next };
}

/** What the operations of SNS share: topics and subscriptions as they are stored, finding and authorising them. */
import { AwsError, unsupported } from "../errors.ts";
import type { Core, Principal } from "../services.ts";
import type { Collection } from "../store.ts";
import { list, required, string, structure } from "../legacy_shapes.ts";

export interface Topic {
  readonly TopicArn: string;
  /** Those that were set. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Subscription {
  readonly SubscriptionArn: string;
  readonly TopicArn: string;
  readonly Protocol: "sqs";
  /** A queue's ARN. */
  readonly Endpoint: string;
  readonly Owner: string;
  readonly SubscriptionPrincipal: string;
  readonly RawMessageDelivery: boolean;
}

export interface SnsContext {
  readonly core: Core;
  readonly topics: Collection<Topic>;
  /** By ARN, which begins with the topic's. */
  readonly subscriptions: Collection<Subscription>;
}

const PAGE = 100;

export const tagList = list(
  structure({ Key: required(string({ min: 1, max: 128 })), Value: required(string({ max: 256 })) }),
  { max: 50 },
);

export function invalid(what: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${what}`);
}

export function notHere(what: string): AwsError {
  return unsupported(what, "InvalidParameter");
}

export function checkArn(arn: string, parameter: string): void {
  const count = arn.split(":").length;
  if (count < 6) throw invalid(`${parameter} Reason: An ARN must have at least 6 elements, not ${count}`);
}

/** Checks that the caller may do `action`; what the topic's policy says counts beside the caller's own. */
export function authorize(sns: SnsContext, principal: Principal, action: string, arn: string): void {
  const policy = sns.topics.get(arn)?.attributes.Policy;
  sns.core.siblings.iam.authorize(principal, `sns:${action}`, arn, {}, policy);
}

/** The topic, once the caller may do `action` to it. @throws AwsError InvalidParameter, AuthorizationError, NotFound */
export function authorizedTopic(sns: SnsContext, principal: Principal, action: string, arn: string): Topic {
  checkArn(arn, "TopicArn");
  authorize(sns, principal, action, arn);
  const topic = sns.topics.get(arn);
  if (!topic) throw new AwsError("NotFound", "Topic does not exist", 404);
  return topic;
}

/** The subscription, if there is one; SNS authorises what is done to it by the topic's ARN. */
export function authorizedSubscription(
  sns: SnsContext,
  principal: Principal,
  action: string,
  arn: string,
): Subscription | undefined {
  checkArn(arn, "SubscriptionArn");
  authorize(sns, principal, action, arn.slice(0, arn.lastIndexOf(":")));
  return sns.subscriptions.get(arn);
}

/** A page of a list in the order of its keys, under the list's name, with the token for the next. */
export function page<T>(
  name: string,
  items: readonly T[],
  key: (item: T) => string,
  token: string | undefined,
  show: (item: T) => object,
): object {
  const after = token === undefined ? "" : keyOf(token);
  const rest = items.filter((item) => key(item) > after);
  const shown = rest.slice(0, PAGE);
  return {
    [name]: { member: shown.map(show) },
    NextToken: rest.length > PAGE ? btoa(key(shown.at(-1)!)) : undefined,
  };
}

function keyOf(token: string): string {
  try {
    return atob(token);
  } catch {
    throw invalid("NextToken");
  }
}

/** A map as the query protocol writes it. */
export function entries(values: Readonly<Record<string, string>>): object {
  return { entry: Object.entries(values).map(([key, value]) => ({ key, value })) };
}

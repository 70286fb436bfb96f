/** Attributes of topics: which exist, their allowed values and defaults. */
import { AwsError } from "../errors.ts";
import { parsePolicy } from "../iam/policy_document.ts";
import { defaultPolicy } from "./default_policy.ts";
import { invalid, type Topic, unsupportedParameter } from "./context.ts";

/** Attributes that AWS has (AWS, SetTopicAttributes) and the local AWS does not support. */
const UNSUPPORTED =
  /^(FifoTopic|ContentBasedDeduplication|FifoThroughputScope|ArchivePolicy|KmsMasterKeyId|DeliveryPolicy|TracingConfig|(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;

/**
 * @param where AWS's text before the reason, which differs between operations
 * @throws AwsError InvalidParameter
 */
export function checkAttribute(name: string, value: string, where = ""): void {
  if (UNSUPPORTED.test(name)) throw unsupportedParameter(`the topic attribute ${name}`);
  if (name === "SignatureVersion") {
    if (!/^[12]$/.test(value)) throw invalid(`${where}SignatureVersion: must be 1 or 2`);
  } else if (name === "DisplayName") {
    if (value.length > 100) throw invalid(`${where}DisplayName: must be at most 100 characters`);
  } else if (name === "Policy") {
    try {
      parsePolicy(value, "resource");
    } catch (error) {
      throw error instanceof AwsError ? invalid(`${where}Policy Error: ${error.message}`) : error;
    }
  } else throw invalid(where === "" ? "AttributeName" : `${where}Unknown attribute ${name}`);
}

/** Values by name, as GetTopicAttributes returns them. @param subscriptions how many there are of each */
export function describeTopic(
  { TopicArn, attributes }: Topic,
  account: string,
  subscriptions: { readonly confirmed: number; readonly pending: number },
): Record<string, string> {
  return {
    Policy: defaultPolicy(TopicArn, account),
    Owner: account,
    SubscriptionsPending: String(subscriptions.pending),
    SubscriptionsConfirmed: String(subscriptions.confirmed),
    SubscriptionsDeleted: "0",
    TopicArn,
    DisplayName: "",
    EffectiveDeliveryPolicy: DELIVERY_POLICY,
    ...attributes,
  };
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

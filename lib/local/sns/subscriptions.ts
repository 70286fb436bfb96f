/** Subscriptions of queues and mail addresses: subscribe, unsubscribe, list, attributes. */
import { AwsError } from "../errors.ts";
import { OPEN } from "../operation.ts";
import { boolean, map, required, string, structure } from "../shapes.ts";
import {
  existingTopic,
  invalid,
  onSubscription,
  onTopic,
  operation,
  paged,
  type SnsContext,
  type Subscription,
  subscriptionsOf,
  topicArn,
  topicArnOf,
  unsupportedParameter,
} from "./context.ts";

/** AWS's protocols (AWS, Subscribe); only queues get messages, and mail addresses wait for their confirmation. */
const PROTOCOLS = [
  ...["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"],
];
const UNSUPPORTED_ATTRIBUTES = [
  ...["DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "ReplayPolicy"],
  "SubscriptionRoleArn",
];

/** What `signingCertificate` answers, which the protocol writes as it is. */
export interface Certificate {
  /** PEM. */
  readonly certificate: string;
}

const subscriptionArn = { SubscriptionArn: required(string()) };

export const subscribe = operation({
  action: "sns:Subscribe",
  input: structure({
    ...topicArn,
    Protocol: required(string()),
    Endpoint: string(),
    Attributes: map(string()),
    ReturnSubscriptionArn: boolean(),
  }),
  ...onTopic,
  async run(
    { TopicArn, Protocol, Endpoint = "", Attributes = {}, ReturnSubscriptionArn },
    sns,
    { principal },
  ) {
    await sns.signing.ready();
    existingTopic(sns, TopicArn);
    const kind = checkEndpoint(sns, Protocol, Endpoint);
    for (const [name, value] of Object.entries(Attributes)) {
      checkAttribute(name, value, "Attributes Reason: ");
    }
    const raw = Attributes.RawMessageDelivery?.toLowerCase() === "true";
    if (raw && kind !== "sqs") {
      throw invalid(`Attributes Reason: Delivery protocol [${kind}] does not support raw message delivery.`);
    }
    const answer = (one: Pick<Subscription, "SubscriptionArn" | "pending">) => ({
      SubscriptionArn: one.pending && !ReturnSubscriptionArn ? "pending confirmation" : one.SubscriptionArn,
    });
    const old = subscriptionsOf(sns, TopicArn).find((one) =>
      one.Endpoint === Endpoint && one.Protocol === kind
    );
    if (old) {
      if (Attributes.RawMessageDelivery === undefined || raw === old.RawMessageDelivery) return answer(old);
      throw invalid("Attributes Reason: Subscription already exists with different attributes");
    }
    const SubscriptionArn = `${TopicArn}:${crypto.randomUUID()}`;
    // A queue of the same account needs no confirmation.
    const pending = kind === "sqs" ? undefined : true;
    if (pending) {
      console.log(`SNS: ${Endpoint} is subscribed to ${TopicArn}, but the local AWS sends no mail.`);
    }
    const made: Subscription = {
      SubscriptionArn,
      TopicArn,
      Protocol: kind,
      Endpoint,
      Owner: sns.core.account,
      SubscriptionPrincipal: principal.arn,
      RawMessageDelivery: raw,
      pending,
    };
    sns.subscriptions.put(SubscriptionArn, made);
    return answer(made);
  },
});

export const unsubscribe = operation({
  action: "sns:Unsubscribe",
  input: structure(subscriptionArn),
  ...onSubscription,
  link: true, // in every notification
  http: { at: "GET /?Action=Unsubscribe" },
  run({ SubscriptionArn }, { subscriptions }) {
    subscriptions.delete(SubscriptionArn);
  },
});

export const signingCertificate = operation({
  action: OPEN, // whoever gets a notification may verify it
  input: structure({ SubscriptionArn: string() }),
  link: true, // in every notification
  http: { at: "GET /SimpleNotificationService.pem?Action=SigningCertificate" },
  run(_input, { signing }): Certificate {
    const certificate = signing.certificate();
    // As AWS answers for a certificate that it does not have; nothing was signed in this region.
    if (certificate === undefined) throw new AwsError("AccessDenied", "Access Denied", 403);
    return { certificate };
  },
});

export const listSubscriptions = operation({
  action: "sns:ListSubscriptions",
  input: structure({ NextToken: string() }),
  resource: (_input, sns) => topicArnOf(sns, "*"),
  run: (input, { subscriptions }) => listed(subscriptions.list(), input),
});

export const listSubscriptionsByTopic = operation({
  action: "sns:ListSubscriptionsByTopic",
  input: structure({ ...topicArn, NextToken: string() }),
  ...onTopic,
  run(input, sns) {
    const { TopicArn } = existingTopic(sns, input.TopicArn);
    return listed(subscriptionsOf(sns, TopicArn), input);
  },
});

export const getSubscriptionAttributes = operation({
  action: "sns:GetSubscriptionAttributes",
  input: structure(subscriptionArn),
  ...onSubscription,
  run(input, sns) {
    const found = existingSubscription(sns, input);
    const { pending, ...shown } = found;
    const attributes = {
      ...shown,
      RawMessageDelivery: String(found.RawMessageDelivery),
      ConfirmationWasAuthenticated: String(!pending),
      PendingConfirmation: String(pending ?? false),
    };
    return { Attributes: new Map(Object.entries(attributes)) };
  },
});

export const setSubscriptionAttributes = operation({
  action: "sns:SetSubscriptionAttributes",
  input: structure({ ...subscriptionArn, AttributeName: required(string()), AttributeValue: string() }),
  ...onSubscription,
  run({ AttributeName, AttributeValue = "", ...input }, sns) {
    checkAttribute(AttributeName, AttributeValue);
    const found = existingSubscription(sns, input);
    const RawMessageDelivery = AttributeValue.toLowerCase() === "true";
    sns.subscriptions.put(found.SubscriptionArn, { ...found, RawMessageDelivery });
  },
});

/** @throws AwsError NotFound */
function existingSubscription(
  { subscriptions }: SnsContext,
  { SubscriptionArn }: { SubscriptionArn: string },
): Subscription {
  const found = subscriptions.get(SubscriptionArn);
  if (!found) throw new AwsError("NotFound", "Subscription does not exist", 404);
  return found;
}

/** Returns the protocol. */
function checkEndpoint({ core }: SnsContext, protocol: string, endpoint: string): Subscription["Protocol"] {
  if (!PROTOCOLS.includes(protocol)) {
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (protocol === "email" || protocol === "email-json") {
    if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(endpoint)) return protocol;
    throw invalid("Email address");
  }
  if (protocol !== "sqs") throw unsupportedParameter(`subscriptions of the protocol '${protocol}'`);
  if (!/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/.test(endpoint)) {
    throw invalid("SQS endpoint ARN");
  }
  if (endpoint.endsWith(".fifo")) {
    throw invalid(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    );
  }
  if (!endpoint.startsWith(`arn:aws:sqs:${core.region}:${core.account}:`)) {
    throw unsupportedParameter(`queues of other accounts or regions ('${endpoint}')`);
  }
  return "sqs";
}

function checkAttribute(name: string, value: string, where = ""): void {
  if (UNSUPPORTED_ATTRIBUTES.includes(name)) throw unsupportedParameter(`the subscription attribute ${name}`);
  if (name !== "RawMessageDelivery") {
    throw invalid(where === "" ? "AttributeName" : `${where}Unknown attribute ${name}`);
  }
  if (/^(true|false)$/i.test(value)) return;
  throw invalid(`${where}RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
}

function listed(subscriptions: readonly Subscription[], input: { NextToken?: string }) {
  const { page, NextToken } = paged(subscriptions, ({ SubscriptionArn }) => SubscriptionArn, input);
  const Subscriptions = page.map(({ SubscriptionArn, Owner, Protocol, Endpoint, TopicArn, pending }) => ({
    SubscriptionArn: pending ? "PendingConfirmation" : SubscriptionArn,
    Owner,
    Protocol,
    Endpoint,
    TopicArn,
  }));
  return { Subscriptions, NextToken };
}

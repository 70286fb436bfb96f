/** Subscriptions of queues to topics. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import { map, required, string, structure } from "../legacy_shapes.ts";
import {
  authorize,
  authorizedSubscription,
  authorizedTopic,
  entries,
  invalid,
  notHere,
  page,
  type SnsContext,
  type Subscription,
} from "./context.ts";

/** AWS, Subscribe. */
const PROTOCOLS = [
  ...["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"],
];
const ATTRIBUTES_NOT_HERE = [
  ...["DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "ReplayPolicy"],
  "SubscriptionRoleArn",
];

const subscriptionArn = { SubscriptionArn: required(string()) };

export function subscriptionOperations(sns: SnsContext) {
  const { core, subscriptions } = sns;
  const arnOf = ({ SubscriptionArn }: Subscription) => SubscriptionArn;

  return {
    Subscribe: operation(
      structure({
        TopicArn: required(string()),
        Protocol: required(string()),
        Endpoint: string(),
        Attributes: map(string()),
        ReturnSubscriptionArn: string(),
      }),
      ({ TopicArn, Protocol, Endpoint = "", Attributes = {} }, { principal }) => {
        authorizedTopic(sns, principal, "Subscribe", TopicArn);
        checkEndpoint(sns, Protocol, Endpoint);
        for (const [name, value] of Object.entries(Attributes)) {
          checkAttribute(name, value, "Attributes Reason: ");
        }
        const raw = Attributes.RawMessageDelivery?.toLowerCase() === "true";
        const old = subscriptions.list(`${TopicArn}:`).find((one) => one.Endpoint === Endpoint);
        if (old) {
          if (Attributes.RawMessageDelivery === undefined || raw === old.RawMessageDelivery) {
            return { SubscriptionArn: old.SubscriptionArn };
          }
          throw invalid("Attributes Reason: Subscription already exists with different attributes");
        }
        // A queue of the topic's own account needs no confirmation.
        const SubscriptionArn = `${TopicArn}:${crypto.randomUUID()}`;
        subscriptions.put(SubscriptionArn, {
          SubscriptionArn,
          TopicArn,
          Protocol: "sqs",
          Endpoint,
          Owner: core.account,
          SubscriptionPrincipal: principal.arn,
          RawMessageDelivery: raw,
        });
        return { SubscriptionArn };
      },
    ),

    Unsubscribe: operation(structure(subscriptionArn), ({ SubscriptionArn }, { principal }) => {
      authorizedSubscription(sns, principal, "Unsubscribe", SubscriptionArn);
      subscriptions.delete(SubscriptionArn);
    }),

    ListSubscriptions: operation(structure({ NextToken: string() }), ({ NextToken }, { principal }) => {
      authorize(sns, principal, "ListSubscriptions", `arn:aws:sns:${core.region}:${core.account}:*`);
      return page("Subscriptions", subscriptions.list(), arnOf, NextToken, listed);
    }),

    ListSubscriptionsByTopic: operation(
      structure({ TopicArn: required(string()), NextToken: string() }),
      ({ TopicArn, NextToken }, { principal }) => {
        authorizedTopic(sns, principal, "ListSubscriptionsByTopic", TopicArn);
        return page("Subscriptions", subscriptions.list(`${TopicArn}:`), arnOf, NextToken, listed);
      },
    ),

    GetSubscriptionAttributes: operation(
      structure(subscriptionArn),
      ({ SubscriptionArn }, { principal }) => {
        const found = authorizedSubscription(sns, principal, "GetSubscriptionAttributes", SubscriptionArn);
        if (!found) throw notFound();
        const attributes = {
          ...found,
          RawMessageDelivery: String(found.RawMessageDelivery),
          ConfirmationWasAuthenticated: "true",
          PendingConfirmation: "false",
        };
        return { Attributes: entries(attributes) };
      },
    ),

    SetSubscriptionAttributes: operation(
      structure({ ...subscriptionArn, AttributeName: required(string()), AttributeValue: string() }),
      ({ SubscriptionArn, AttributeName, AttributeValue = "" }, { principal }) => {
        const found = authorizedSubscription(sns, principal, "SetSubscriptionAttributes", SubscriptionArn);
        checkAttribute(AttributeName, AttributeValue);
        if (!found) throw notFound();
        const RawMessageDelivery = AttributeValue.toLowerCase() === "true";
        subscriptions.put(SubscriptionArn, { ...found, RawMessageDelivery });
      },
    ),
  };
}

function checkEndpoint({ core }: SnsContext, protocol: string, endpoint: string): void {
  if (!PROTOCOLS.includes(protocol)) {
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (protocol !== "sqs") throw notHere(`subscriptions of the protocol '${protocol}'`);
  if (!/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/.test(endpoint)) {
    throw invalid("SQS endpoint ARN");
  }
  if (endpoint.endsWith(".fifo")) {
    throw invalid(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    );
  }
  if (!endpoint.startsWith(`arn:aws:sqs:${core.region}:${core.account}:`)) {
    throw notHere(`queues of other accounts or regions ('${endpoint}')`);
  }
}

function checkAttribute(name: string, value: string, where = ""): void {
  if (ATTRIBUTES_NOT_HERE.includes(name)) throw notHere(`the subscription attribute ${name}`);
  if (name !== "RawMessageDelivery") {
    throw invalid(where === "" ? "AttributeName" : `${where}Unknown attribute ${name}`);
  }
  if (/^(true|false)$/i.test(value)) return;
  throw invalid(`${where}RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
}

function listed({ SubscriptionArn, Owner, Protocol, Endpoint, TopicArn }: Subscription): object {
  return { SubscriptionArn, Owner, Protocol, Endpoint, TopicArn };
}

function notFound(): AwsError {
  return new AwsError("NotFound", "Subscription does not exist", 404);
}

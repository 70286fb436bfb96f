/** The SNS topic to which alarms are sent, and who gets them. */
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  ListTagsForResourceCommand,
  paginateListSubscriptionsByTopic,
  SubscribeCommand,
  type Subscription,
} from "@aws-sdk/client-sns";
import type { Aws } from "../aws/clients.ts";
import { byKey, checkOurs, ownTagList, type Tags } from "../aws/ownership.ts";
import { partitionOf } from "../aws/partition.ts";

export function alertTopicArn(
  { region, account, names }: Pick<Aws, "region" | "account" | "names">,
): string {
  return `arn:${partitionOf(region)}:sns:${region}:${account}:${names.alertTopic}`;
}

/** The topic's tags; undefined if it does not exist. */
export async function topicTags(aws: Aws): Promise<Tags | undefined> {
  try {
    const { Tags } = await aws.sns.send(
      new ListTagsForResourceCommand({ ResourceArn: alertTopicArn(aws) }),
    );
    return byKey(Tags);
  } catch (error) {
    if (["ResourceNotFoundException", "ResourceNotFound"].includes((error as Error).name)) return undefined;
    throw error;
  }
}

/** @throws NotOursError if the topic belongs to somebody else */
export function checkTopic(aws: Aws, tags: Tags): void {
  checkOurs(aws, `The topic ${aws.names.alertTopic}`, tags);
}

export interface EnsuredTopic {
  change: "created" | "unchanged";
  /** Whether SCONES_ALERT_EMAIL was subscribed now, was before, or is not set. */
  subscription: "asked" | "pending" | "confirmed" | "none";
}

/**
 * Creates the topic, and subscribes SCONES_ALERT_EMAIL, which has to confirm it by a link in a mail. Idempotent.
 * @throws NotOursError if a topic of this name belongs to somebody else
 */
export async function ensureTopic(aws: Aws): Promise<EnsuredTopic> {
  const tags = await topicTags(aws);
  if (tags) checkTopic(aws, tags);
  else await aws.sns.send(new CreateTopicCommand({ Name: aws.names.alertTopic, Tags: ownTagList(aws) }));
  const change = tags ? "unchanged" : "created";
  const Endpoint = aws.settings.alertEmail;
  if (Endpoint === undefined) return { change, subscription: "none" };
  const known = await emailSubscription(aws);
  if (known) return { change, subscription: isPending(known) ? "pending" : "confirmed" };
  await aws.sns.send(new SubscribeCommand({ TopicArn: alertTopicArn(aws), Protocol: "email", Endpoint }));
  return { change, subscription: "asked" };
}

/** The subscription of SCONES_ALERT_EMAIL, if there is one. */
async function emailSubscription(aws: Aws): Promise<Subscription | undefined> {
  const query = { TopicArn: alertTopicArn(aws) };
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client: aws.sns }, query)) {
    const found = Subscriptions.find(({ Protocol, Endpoint }) =>
      Protocol === "email" && Endpoint === aws.settings.alertEmail
    );
    if (found) return found;
  }
}

function isPending({ SubscriptionArn }: Subscription): boolean {
  return SubscriptionArn === "PendingConfirmation";
}

/** Who is told, in words. */
export function subscriptionInWords(
  { target, settings }: Aws,
  subscription: EnsuredTopic["subscription"],
): string {
  const { alertEmail } = settings;
  if (subscription === "none") return "nobody is told: set SCONES_ALERT_EMAIL";
  if (subscription === "confirmed") return `tells ${alertEmail}`;
  if (target === "local") return `${alertEmail} is subscribed, but the local AWS sends no mail`;
  return `${alertEmail} gets a mail with a link to confirm the subscription`;
}

/** The state of the topic in words; undefined if it does not exist. @throws NotOursError */
export async function topicState(aws: Aws): Promise<string | undefined> {
  const tags = await topicTags(aws);
  if (!tags) return undefined;
  checkTopic(aws, tags);
  const known = aws.settings.alertEmail === undefined ? undefined : await emailSubscription(aws);
  return subscriptionInWords(aws, !known ? "none" : isPending(known) ? "pending" : "confirmed");
}

/**
 * Removes the topic with its subscriptions; returns whether it existed.
 * @throws NotOursError if it belongs to somebody else
 */
export async function deleteTopic(aws: Aws): Promise<boolean> {
  const tags = await topicTags(aws);
  if (!tags) return false;
  checkTopic(aws, tags);
  await aws.sns.send(new DeleteTopicCommand({ TopicArn: alertTopicArn(aws) }));
  return true;
}

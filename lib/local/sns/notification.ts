/** The JSON document in which a queue gets a message, unless its subscription has RawMessageDelivery. */
import type { SnsContext, Subscription } from "./context.ts";
import type { MessageAttributes } from "./message_attributes.ts";
import type { SignatureVersion } from "./signing.ts";

export interface Published {
  readonly MessageId: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly MessageAttributes: MessageAttributes;
}

/** AWS, "Amazon SNS message delivery": members in AWS's order, spaced as AWS spaces them. */
export function notification(
  { core, signing }: Pick<SnsContext, "core" | "signing">,
  { TopicArn, SubscriptionArn }: Subscription,
  { MessageId, Subject, Message, MessageAttributes }: Published,
  version: SignatureVersion,
): string {
  const attributes = Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) =>
    [name, { Type: DataType, Value: StringValue ?? BinaryValue }] as const
  );
  const signed = {
    Type: "Notification",
    MessageId,
    TopicArn,
    Subject,
    Message,
    Timestamp: new Date(core.now()).toISOString(),
  };
  const document = {
    ...signed,
    ...signing.sign(signed, version),
    UnsubscribeURL: `${core.endpoint()}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
    MessageAttributes: attributes.length > 0 ? Object.fromEntries(attributes) : undefined,
  };
  return JSON.stringify(document, null, 2).replaceAll(/^( *"(?:[^"\\]|\\.)*"):/gm, "$1 :");
}

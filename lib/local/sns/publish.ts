/** Publish and PublishBatch: send messages to all subscribed queues. */
import { Buffer } from "node:buffer";
import { AwsError } from "../errors.ts";
import { type Infer, list, notSupported, required, string, structure } from "../shapes.ts";
import { urlOf } from "../sqs/context.ts";
import { attributeBytes } from "../sqs/message_attributes.ts";
import { sendMessage } from "../sqs/send.ts";
import {
  checkArn,
  existingTopic,
  invalid,
  onArn,
  onTopic,
  operation,
  type SnsContext,
  subscriptionsOf,
  unsupportedParameter,
} from "./context.ts";
import { checkMessageAttributes, type MessageAttributes, messageAttributes } from "./message_attributes.ts";
import { notification } from "./notification.ts";

const MAX_BYTES = 262_144;
const MAX_ENTRIES = 10;

const messageMembers = {
  Message: required(string()),
  Subject: string(),
  MessageStructure: string(),
  MessageAttributes: messageAttributes,
  MessageGroupId: notSupported(),
  MessageDeduplicationId: string(),
};
const entry = structure({ Id: required(string()), ...messageMembers });
type Entry = Infer<typeof entry>;
type Message = Omit<Entry, "Id">;
type Target = { TopicArn?: string; TargetArn?: string; PhoneNumber?: string };

export const publish = operation({
  action: "sns:Publish",
  input: structure({ TopicArn: string(), TargetArn: string(), PhoneNumber: string(), ...messageMembers }),
  ...onArn(targetOf),
  run(input, sns) {
    const { TopicArn } = existingTopic(sns, targetOf(input));
    checkMessage(input);
    return { MessageId: sns.core.store.transaction(() => deliver(sns, TopicArn, input)) };
  },
});

export const publishBatch = operation({
  action: "sns:Publish",
  input: structure({ TopicArn: required(string()), PublishBatchRequestEntries: required(list(entry)) }),
  ...onTopic,
  run({ TopicArn, PublishBatchRequestEntries: entries }, sns) {
    existingTopic(sns, TopicArn);
    checkEntries(entries);
    const Successful = sns.core.store.transaction(() =>
      entries.map((entry) => ({ Id: entry.Id, MessageId: deliver(sns, TopicArn, entry) }))
    );
    return { Successful, Failed: [] };
  },
});

/** The topic that a message is published to. @throws AwsError InvalidParameter */
function targetOf({ TopicArn, TargetArn, PhoneNumber }: Target): string {
  if (PhoneNumber !== undefined) throw unsupportedParameter("text messages ('PhoneNumber')");
  const arn = TopicArn ?? TargetArn;
  if (arn === undefined) throw invalid("TopicArn or TargetArn Reason: no value for required parameter");
  if (TopicArn === undefined && arn.split(":").length > 6) {
    throw invalid("TargetArn Reason: No endpoint found for the target arn specified");
  }
  return checkArn(arn, "TopicArn");
}

/** Sends a message to the subscribed queues. A queue that refuses it does not get it, as on AWS. Returns the id. */
function deliver(sns: SnsContext, topicArn: string, message: Message): string {
  const MessageId = crypto.randomUUID();
  const published = {
    MessageId,
    Subject: message.Subject,
    Message: message.MessageStructure === "json" ? structured(message.Message) : message.Message,
    MessageAttributes: message.MessageAttributes ?? {},
  };
  const signatureVersion = existingTopic(sns, topicArn).attributes.SignatureVersion === "2" ? "2" : "1";
  for (const subscription of subscriptionsOf(sns, topicArn)) {
    const { Endpoint, RawMessageDelivery, pending } = subscription;
    if (pending) continue;
    const QueueUrl = urlOf(sns, Endpoint.slice(Endpoint.lastIndexOf(":") + 1));
    const content = RawMessageDelivery
      ? { MessageBody: published.Message, MessageAttributes: passedOn(published.MessageAttributes) }
      : { MessageBody: notification(sns, subscription, published, signatureVersion) };
    try {
      // SNS acts for itself, so only the queue's policy can allow it.
      const principal = { arn: "sns.amazonaws.com", serviceFor: topicArn };
      sns.core.call(sendMessage, { QueueUrl, ...content }, { principal });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }
  return MessageId;
}

/** Drops members that SNS's model does not have: SNS ignores them, SQS would refuse the message. */
function passedOn(attributes: MessageAttributes): MessageAttributes {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) =>
    [name, { DataType, StringValue, BinaryValue }] as const
  );
  return Object.fromEntries(entries);
}

function checkMessage(message: Message): void {
  const { Message, Subject, MessageStructure, MessageAttributes = {}, MessageDeduplicationId } = message;
  if (Message === "") throw invalid("Empty message");
  if (Subject !== undefined && !/^[\P{Cc}]{1,100}$/u.test(Subject)) throw invalid("Subject");
  if (MessageDeduplicationId !== undefined) {
    throw invalid(
      "The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  }
  checkMessageAttributes(MessageAttributes);
  if (messageBytes(message) > MAX_BYTES) throw invalid("Message too long");
  if (MessageStructure === "json") structured(Message);
  else if (MessageStructure !== undefined) throw invalid("MessageStructure");
}

/** The text for queues in a message with a text for each protocol. @throws AwsError InvalidParameter */
function structured(text: string): string {
  let texts: Record<string, unknown>;
  try {
    texts = Object(JSON.parse(text));
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
  if (typeof texts.default !== "string") {
    throw invalid("Message Structure - No default entry in JSON message body");
  }
  return typeof texts.sqs === "string" ? texts.sqs : texts.default;
}

function messageBytes({ Message, MessageAttributes = {} }: Message): number {
  return Buffer.byteLength(Message) + attributeBytes(MessageAttributes);
}

function checkEntries(given: readonly Entry[]): void {
  if (given.length === 0) {
    throw new AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  }
  if (given.length > MAX_ENTRIES) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      "The batch request contains more entries than permissible.",
    );
  }
  if (given.some(({ Id }) => !/^[\w-]{1,80}$/.test(Id))) {
    throw new AwsError(
      "InvalidBatchEntryId",
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  }
  if (new Set(given.map(({ Id }) => Id)).size < given.length) {
    throw new AwsError(
      "BatchEntryIdsNotDistinct",
      "Two or more batch entries in the request have the same Id.",
    );
  }
  if (given.reduce((sum, entry) => sum + messageBytes(entry), 0) > MAX_BYTES) {
    throw new AwsError(
      "BatchRequestTooLong",
      "The length of all the batch messages put together is more than the limit.",
    );
  }
  given.forEach(checkMessage);
}

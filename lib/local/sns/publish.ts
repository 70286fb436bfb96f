/** Publish and PublishBatch: a message to every queue that is subscribed. */
import { Buffer } from "node:buffer";
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import type { Principal, PublishInput } from "../services.ts";
import { list, notSupported, required, string, structure } from "../legacy_shapes.ts";
import { authorizedTopic, invalid, notHere, type SnsContext } from "./context.ts";
import { attributeBytes, checkMessageAttributes, messageAttributes } from "./message_attributes.ts";
import { notification } from "./notification.ts";

const MAX_BYTES = 262_144;
const MAX_ENTRIES = 10;

const message = {
  Message: required(string()),
  Subject: string(),
  MessageStructure: string(),
  MessageAttributes: messageAttributes,
  MessageGroupId: notSupported(),
  MessageDeduplicationId: string(),
};

type Message = Omit<PublishInput, "TopicArn" | "TargetArn"> & { MessageDeduplicationId?: string };

export function publishOperations(sns: SnsContext) {
  return {
    Publish: operation(
      structure({ TopicArn: string(), TargetArn: string(), PhoneNumber: string(), ...message }),
      ({ PhoneNumber, ...input }, { principal }) => {
        if (PhoneNumber !== undefined) throw notHere("text messages to telephones ('PhoneNumber')");
        return publish(sns, principal, input);
      },
    ),

    PublishBatch: operation(
      structure({
        TopicArn: required(string()),
        PublishBatchRequestEntries: required(list(structure({ Id: required(string()), ...message }))),
      }),
      ({ TopicArn, PublishBatchRequestEntries: given }, { principal }) => {
        authorizedTopic(sns, principal, "Publish", TopicArn);
        checkEntries(given);
        const member = sns.core.store.transaction(() =>
          given.map((entry) => ({ Id: entry.Id, MessageId: deliver(sns, TopicArn, entry) }))
        );
        return { Successful: { member }, Failed: { member: [] } };
      },
    ),
  };
}

/** See services.ts */
export function publish(sns: SnsContext, principal: Principal, input: PublishInput): { MessageId: string } {
  const { TopicArn, TargetArn, ...message } = input;
  const arn = TopicArn ?? TargetArn;
  if (arn === undefined) throw invalid("TopicArn or TargetArn Reason: no value for required parameter");
  if (TopicArn === undefined && arn.split(":").length > 6) {
    throw invalid("TargetArn Reason: No endpoint found for the target arn specified");
  }
  authorizedTopic(sns, principal, "Publish", arn);
  checkMessage(message);
  return { MessageId: sns.core.store.transaction(() => deliver(sns, arn, message)) };
}

/** Puts a message into the subscribed queues; those that do not take it go without, as on AWS. */
function deliver(sns: SnsContext, topicArn: string, message: Message): string {
  const { core, subscriptions } = sns;
  const { Subject, MessageAttributes = {} } = message;
  const MessageId = crypto.randomUUID();
  const Message = message.MessageStructure === "json" ? structured(message.Message) : message.Message;
  for (const subscription of subscriptions.list(`${topicArn}:`)) {
    core.siblings.sqs.deliver(
      topicArn,
      subscription.Endpoint,
      subscription.RawMessageDelivery ? { MessageBody: Message, MessageAttributes } : {
        MessageBody: notification(core, subscription, { MessageId, Subject, Message, MessageAttributes }),
      },
    );
  }
  return MessageId;
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

/** The text for queues of a message that has one for each protocol. */
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

function checkEntries(given: readonly (Message & { Id: string })[]): void {
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

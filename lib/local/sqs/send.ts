/** SendMessage, SendMessageBatch, and what SNS delivers. */
import { Buffer } from "node:buffer";
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import type { MessageAttribute, Sqs } from "../services.ts";
import { integer, list, notSupported, required, string, structure } from "../legacy_shapes.ts";
import { nameIn, numberOf } from "./attributes.ts";
import { checkEntries, checkSeconds, forEach } from "./batch.ts";
import { authorizedQueue, type Queue, queueUrl, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue, missingParameter } from "./errors.ts";
import {
  attributeBytes,
  checkMessageAttributes,
  md5,
  md5OfAttributes,
  messageAttributes,
} from "./message_attributes.ts";

const MAX_BATCH_BYTES = 1_048_576;
const MAX_DELAY_SECONDS = 900;
/** The user that SNS sends as. */
const SNS_SENDER_ID = "AIDAIT2UOQQY3AUEKVGXU";

const message = {
  MessageBody: required(string()),
  DelaySeconds: integer(),
  MessageAttributes: messageAttributes,
  MessageSystemAttributes: messageAttributes,
  MessageGroupId: notSupported(),
  MessageDeduplicationId: string(),
};

interface Message {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
  MessageSystemAttributes?: Readonly<Record<string, MessageAttribute>>;
  MessageDeduplicationId?: string;
}

export function sendOperations(sqs: SqsContext) {
  return {
    SendMessage: operation(structure({ ...queueUrl, ...message }), (input, call) => {
      const queue = authorizedQueue(sqs, call, "SendMessage", input.QueueUrl);
      return send(sqs, queue, input, sqs.core.siblings.iam.userId(call.principal));
    }),

    SendMessageBatch: operation(
      structure({ ...queueUrl, Entries: required(list(structure({ Id: required(string()), ...message }))) }),
      ({ QueueUrl, Entries }, call) => {
        const queue = authorizedQueue(sqs, call, "SendMessage", QueueUrl);
        checkEntries(Entries, "SendMessageBatchRequestEntry");
        const bytes = Entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
        if (bytes > MAX_BATCH_BYTES) {
          throw new AwsError(
            "BatchRequestTooLong",
            `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
          );
        }
        const senderId = sqs.core.siblings.iam.userId(call.principal);
        return sqs.core.store.transaction(() =>
          forEach(Entries, (entry) => send(sqs, queue, entry, senderId))
        );
      },
    ),
  };
}

/** See services.ts: what SNS cannot deliver it drops, as AWS does with a queue that it may not send to. */
export function deliverer(sqs: SqsContext): Sqs["deliver"] {
  const { core, queues } = sqs;
  return (topicArn, queueArn, message) => {
    const name = nameIn(sqs, queueArn);
    const queue = name === undefined ? undefined : queues.get(name);
    const policy = queue?.attributes.Policy;
    const context = { "aws:SourceArn": topicArn, "aws:SourceAccount": core.account };
    const isAllowed = core.siblings.iam.allowsService(
      "sns.amazonaws.com",
      "sqs:SendMessage",
      queueArn,
      policy,
      context,
    );
    if (!queue || !isAllowed) return false;
    try {
      send(sqs, queue, message, SNS_SENDER_ID);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
}

function send(sqs: SqsContext, queue: Queue, input: Message, senderId: string): object {
  const { MessageBody, MessageAttributes = {}, MessageSystemAttributes = {} } = input;
  checkMessage(queue, input);
  const now = sqs.core.now();
  const MessageId = crypto.randomUUID();
  const delay = input.DelaySeconds ?? numberOf(queue, "DelaySeconds");
  sqs.messages.add(queue.name, {
    messageId: MessageId,
    body: MessageBody,
    attributes: MessageAttributes,
    trace: MessageSystemAttributes.AWSTraceHeader?.StringValue,
    senderId,
    sent: now,
    visible: now + delay * 1000,
  });
  sqs.arrivals.announce(queue.name);
  return {
    MessageId,
    MD5OfMessageBody: md5(MessageBody),
    MD5OfMessageAttributes: md5OfAttributes(MessageAttributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(MessageSystemAttributes),
  };
}

function checkMessage(queue: Queue, input: Message): void {
  const { MessageBody, DelaySeconds, MessageAttributes = {}, MessageSystemAttributes = {} } = input;
  if (MessageBody === "") throw missingParameter("MessageBody");
  checkSeconds(
    DelaySeconds,
    "DelaySeconds",
    MAX_DELAY_SECONDS,
    `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`,
  );
  if (input.MessageDeduplicationId !== undefined) {
    throw invalidValue(
      input.MessageDeduplicationId,
      "MessageDeduplicationId",
      "The request include parameter that is not valid for this queue type.",
    );
  }
  checkMessageAttributes(MessageAttributes);
  checkSystemAttributes(MessageSystemAttributes);
  for (const text of [MessageBody, ...Object.values(MessageAttributes).map((one) => one.StringValue ?? "")]) {
    checkCharacters(text);
  }
  const limit = numberOf(queue, "MaximumMessageSize");
  if (messageBytes(input) > limit) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
}

function checkSystemAttributes(attributes: Readonly<Record<string, MessageAttribute>>): void {
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (name !== "AWSTraceHeader") {
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
    if (DataType !== "String" || !StringValue) {
      throw invalidParameter("The message system attribute 'AWSTraceHeader' must use field 'String'.");
    }
  }
}

/** XML's characters; JSON can hold others (AWS, SendMessage). */
function checkCharacters(text: string): void {
  const other = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.exec(text);
  if (!other) return;
  throw new AwsError(
    "InvalidMessageContents",
    `Invalid binary character '#x${
      other[0].codePointAt(0)!.toString(16)
    }' was found in the message body, the ` +
      "set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
  );
}

function messageBytes({ MessageBody, MessageAttributes = {} }: Message): number {
  return Buffer.byteLength(MessageBody) + attributeBytes(MessageAttributes);
}

/** SendMessage and SendMessageBatch. */
import { Buffer } from "node:buffer";
import { AwsError } from "../errors.ts";
import type { Principal } from "../operation.ts";
import { type Infer, integer, list, notSupported, required, string, structure } from "../shapes.ts";
import { numberOf } from "./attributes.ts";
import { checkEntries, checkSeconds, forEach } from "./batch.ts";
import { existingQueue, onQueue, operation, type Queue, queueUrl, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue, missingParameter } from "./errors.ts";
import {
  attributeBytes,
  checkMessageAttributes,
  md5,
  md5OfAttributes,
  type MessageAttributes,
  messageAttributes,
} from "./message_attributes.ts";

const MAX_BATCH_BYTES = 1_048_576;
const MAX_DELAY_SECONDS = 900;
/** The SenderId of messages that SNS delivers. */
const SNS_SENDER_ID = "AIDAIT2UOQQY3AUEKVGXU";

const messageMembers = {
  MessageBody: required(string()),
  DelaySeconds: integer(),
  MessageAttributes: messageAttributes,
  MessageSystemAttributes: messageAttributes,
  MessageGroupId: notSupported(),
  MessageDeduplicationId: string(),
};
const entry = structure({ Id: required(string()), ...messageMembers });
type Message = Omit<Infer<typeof entry>, "Id">;

/** Must stay synchronous: SNS calls it within a transaction of the store. */
export const sendMessage = operation({
  action: "sqs:SendMessage",
  input: structure({ ...queueUrl, ...messageMembers }),
  ...onQueue,
  run: (input, sqs, { principal }) => send(sqs, existingQueue(sqs, input), input, senderId(sqs, principal)),
});

export const sendMessageBatch = operation({
  action: "sqs:SendMessage",
  input: structure({ ...queueUrl, Entries: required(list(entry)) }),
  ...onQueue,
  run(input, sqs, { principal }) {
    const { Entries } = input;
    const queue = existingQueue(sqs, input);
    checkEntries(Entries, "SendMessageBatchRequestEntry");
    const bytes = Entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
    if (bytes > MAX_BATCH_BYTES) {
      throw new AwsError(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    }
    const sender = senderId(sqs, principal);
    return sqs.core.store.transaction(() => forEach(Entries, (entry) => send(sqs, queue, entry, sender)));
  },
});

function senderId({ core }: SqsContext, principal: Principal): string {
  const isSns = principal.serviceFor !== undefined && principal.arn === "sns.amazonaws.com";
  return isSns ? SNS_SENDER_ID : core.iam.userId(principal);
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

function checkSystemAttributes(attributes: MessageAttributes): void {
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (name !== "AWSTraceHeader") {
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
    if (DataType !== "String" || !StringValue) {
      throw invalidParameter("The message system attribute 'AWSTraceHeader' must use field 'String'.");
    }
  }
}

/** SQS allows only the characters that XML does (AWS, SendMessage). @throws AwsError InvalidMessageContents */
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

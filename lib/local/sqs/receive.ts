/** ReceiveMessage, with long polling. */
import { AwsError } from "../errors.ts";
import { integer, notSupported, structure } from "../shapes.ts";
import { deadLettersOf, expireMessages, numberOf } from "./attributes.ts";
import { checkSeconds } from "./batch.ts";
import {
  existingQueue,
  onQueue,
  operation,
  queueArn,
  queueDoesNotExist,
  queueUrl,
  type SqsContext,
  strings,
} from "./context.ts";
import { invalidValue } from "./errors.ts";
import { md5, md5OfAttributes, type MessageAttributes } from "./message_attributes.ts";
import type { ReceivedMessage } from "./messages.ts";
import { receiptHandle } from "./receipts.ts";

const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_WAIT_SECONDS = 20;
const MAX_IN_FLIGHT = 120_000;

const SYSTEM_ATTRIBUTES = [
  "All",
  "SenderId",
  "SentTimestamp",
  "ApproximateReceiveCount",
  "ApproximateFirstReceiveTimestamp",
  "SequenceNumber",
  "MessageDeduplicationId",
  "MessageGroupId",
  "AWSTraceHeader",
  "DeadLetterQueueSourceArn",
];

export const receiveMessage = operation({
  action: "sqs:ReceiveMessage",
  input: structure({
    ...queueUrl,
    AttributeNames: strings,
    MessageSystemAttributeNames: strings,
    MessageAttributeNames: strings,
    MaxNumberOfMessages: integer(),
    VisibilityTimeout: integer(),
    WaitTimeSeconds: integer(),
    ReceiveRequestAttemptId: notSupported(),
  }),
  ...onQueue,
  async run(input, sqs) {
    const { MaxNumberOfMessages: max = 1, VisibilityTimeout, WaitTimeSeconds } = input;
    const { name } = existingQueue(sqs, input);
    if (max < 1 || max > 10) {
      throw invalidValue(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.");
    }
    checkRange(WaitTimeSeconds, "WaitTimeSeconds", MAX_WAIT_SECONDS);
    checkRange(VisibilityTimeout, "VisibilityTimeout", MAX_VISIBILITY_SECONDS);
    const system = [...input.AttributeNames ?? [], ...input.MessageSystemAttributeNames ?? []];
    const unknown = system.find((attribute) => !SYSTEM_ATTRIBUTES.includes(attribute));
    if (unknown !== undefined) {
      throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
    }
    const taken = await take(sqs, name, max, VisibilityTimeout, WaitTimeSeconds);
    const Messages = taken.map((message) =>
      shown(message, receiptHandle(sqs, name, message), system, input.MessageAttributeNames ?? [])
    );
    return { Messages: Messages.length > 0 ? Messages : undefined };
  },
});

function checkRange(seconds: number | undefined, parameter: string, max: number): void {
  checkSeconds(seconds, parameter, max, `Must be >= 0 and <= ${max}, if provided.`);
}

async function take(
  sqs: SqsContext,
  name: string,
  max: number,
  visibilitySeconds: number | undefined,
  waitSeconds: number | undefined,
): Promise<ReceivedMessage[]> {
  const { core, queues, messages, arrivals } = sqs;
  const began = core.now();
  while (!arrivals.stopped) {
    const queue = queues.get(name);
    if (!queue) throw queueDoesNotExist();
    expireMessages(sqs, queue);
    const now = core.now();
    const deadline = began + (waitSeconds ?? numberOf(queue, "ReceiveMessageWaitTimeSeconds")) * 1000;
    if (messages.count(name, now).inFlight >= MAX_IN_FLIGHT) {
      throw new AwsError("OverLimit", `Too many messages in flight in ${queueArn(sqs, name)}.`, 403);
    }
    const hideUntil = now + (visibilitySeconds ?? numberOf(queue, "VisibilityTimeout")) * 1000;
    const dead = deadLettersOf(sqs, queue);
    if (dead && messages.bury(name, now, dead)) arrivals.announce(dead.queue);
    const taken = messages.take(name, max, now, hideUntil);
    if (taken.length > 0 || now >= deadline) return taken;
    const next = Math.min(deadline, messages.nextVisible(name) ?? Infinity);
    await arrivals.wait(name, next - now);
  }
  return [];
}

function shown(message: ReceivedMessage, ReceiptHandle: string, system: string[], names: string[]): object {
  const { messageId, body, attributes, trace, senderId, sent, count, firstReceived, source } = message;
  const all = {
    SenderId: senderId,
    SentTimestamp: String(sent),
    ApproximateReceiveCount: String(count),
    ApproximateFirstReceiveTimestamp: String(firstReceived),
    AWSTraceHeader: trace,
    DeadLetterQueueSourceArn: source,
  };
  const wanted = Object.entries(all).filter(([name, value]) =>
    value !== undefined && (system.includes("All") || system.includes(name))
  );
  const MessageAttributes = selected(attributes, names);
  const hasAttributes = Object.keys(MessageAttributes).length > 0;
  return {
    MessageId: messageId,
    ReceiptHandle,
    MD5OfBody: md5(body),
    Body: body,
    Attributes: wanted.length > 0 ? Object.fromEntries(wanted) : undefined,
    MessageAttributes: hasAttributes ? MessageAttributes : undefined,
    MD5OfMessageAttributes: md5OfAttributes(MessageAttributes),
  };
}

/** The requested attributes: by name, by a prefix as `prefix.*`, or `All`. */
function selected(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const isWanted = (attribute: string) =>
    names.some((name) =>
      name === "All" || name === attribute ||
      (name.endsWith(".*") && attribute.startsWith(name.slice(0, -2)))
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

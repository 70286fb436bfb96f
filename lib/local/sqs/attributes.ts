/** Attributes of queues: which exist, their allowed values and defaults. */
import { AwsError, unsupported } from "../errors.ts";
import { parsePolicy } from "../iam/policy_document.ts";
import { type Queue, queueArn, type SqsContext } from "./context.ts";
import { invalidValue } from "./errors.ts";
import type { DeadLetters } from "./messages.ts";

/** Numeric attributes (AWS, CreateQueue). */
const NUMBERS: Readonly<Record<string, { default: number; min: number; max: number }>> = {
  VisibilityTimeout: { default: 30, min: 0, max: 43_200 },
  MaximumMessageSize: { default: 1_048_576, min: 1024, max: 1_048_576 },
  MessageRetentionPeriod: { default: 345_600, min: 60, max: 1_209_600 },
  DelaySeconds: { default: 0, min: 0, max: 900 },
  ReceiveMessageWaitTimeSeconds: { default: 0, min: 0, max: 20 },
};
const READ_ONLY = [
  "QueueArn",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
];
const SETTABLE = [...Object.keys(NUMBERS), "Policy", "RedrivePolicy", "SqsManagedSseEnabled"];
const UNSUPPORTED = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "RedriveAllowPolicy"];

/** The value of a numeric attribute. */
export function numberOf({ attributes }: Queue, name: string): number {
  return Number(attributes[name] ?? NUMBERS[name]!.default);
}

/** The dead-letter queue, if there is one. */
export function deadLettersOf(sqs: SqsContext, queue: Queue): DeadLetters | undefined {
  if (queue.attributes.RedrivePolicy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queue.attributes.RedrivePolicy);
  const target = nameIn(sqs, deadLetterTargetArn);
  // Messages cannot go to a deleted queue: they stay where they are.
  if (target === undefined || !sqs.queues.has(target)) return undefined;
  return { queue: target, maxReceiveCount: Number(maxReceiveCount), source: queueArn(sqs, queue.name) };
}

/** Deletes the messages older than the queue's retention period. */
export function expireMessages({ core, messages }: SqsContext, queue: Queue): void {
  messages.expire(queue.name, core.now() - numberOf(queue, "MessageRetentionPeriod") * 1000);
}

/**
 * Adds or replaces attributes; an empty policy removes the old one.
 * @throws AwsError InvalidAttributeName, InvalidAttributeValue, InvalidParameterValueException
 */
export function withAttributes(
  sqs: SqsContext,
  old: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const attributes = { ...old };
  for (const [name, value] of Object.entries(given)) {
    checkAttribute(sqs, name, value);
    if (value === "") delete attributes[name];
    else attributes[name] = value;
  }
  return attributes;
}

/** Values by name, as GetQueueAttributes returns them. @throws AwsError InvalidAttributeName */
export function describeQueue(
  sqs: SqsContext,
  queue: Queue,
  names: readonly string[],
): Record<string, string> {
  const unknown = names.find((name) => name !== "All" && !isKnown(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  const counts = sqs.messages.count(queue.name, sqs.core.now());
  const all: Record<string, string> = {
    QueueArn: queueArn(sqs, queue.name),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(queue.created / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modified / 1000)),
    SqsManagedSseEnabled: "true",
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, rule]) => [name, String(rule.default)])),
    ...queue.attributes,
  };
  if (names.includes("All")) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

function isKnown(name: string): boolean {
  return [...READ_ONLY, ...SETTABLE, ...UNSUPPORTED].includes(name);
}

function checkAttribute(sqs: SqsContext, name: string, value: string): void {
  if (name === "FifoQueue" && value === "true") throw unsupported("FIFO queues", "UnsupportedOperation");
  if (UNSUPPORTED.includes(name)) throw unsupported(`the queue attribute ${name}`, "UnsupportedOperation");
  if (!SETTABLE.includes(name)) throw unknownAttribute(name);
  const range = NUMBERS[name];
  if (range) {
    const valid = /^\d{1,7}$/.test(value) && Number(value) >= range.min && Number(value) <= range.max;
    if (!valid) throw invalidAttribute(name, `Must be an integer from ${range.min} to ${range.max}.`);
  } else if (name === "SqsManagedSseEnabled") {
    if (value !== "true" && value !== "false") throw invalidAttribute(name, "Must be true or false.");
  } else if (value !== "") {
    if (name === "Policy") checkPolicy(value);
    else checkRedrivePolicy(sqs, value);
  }
}

function checkPolicy(value: string): void {
  try {
    parsePolicy(value, "resource");
  } catch (error) {
    if (error instanceof AwsError) throw invalidAttribute("Policy", error.message);
    throw error;
  }
}

function checkRedrivePolicy(sqs: SqsContext, value: string): void {
  const invalid = (reason: string) => invalidValue(value, "RedrivePolicy", reason);
  let policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  try {
    policy = Object(JSON.parse(value));
  } catch {
    throw invalid("Redrive policy is not a valid JSON map.");
  }
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (deadLetterTargetArn === undefined) {
    throw invalid("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  }
  if (maxReceiveCount === undefined) {
    throw invalid("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  }
  const target = nameIn(sqs, deadLetterTargetArn);
  if (target === undefined) throw invalid("Invalid value for deadLetterTargetArn.");
  if (!sqs.queues.has(target)) throw invalid("Dead letter target does not exist.");
  if (!/^[1-9]\d{0,2}$|^1000$/.test(String(maxReceiveCount))) {
    throw invalid(
      `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
}

/** The queue's name in an ARN of this account and region; undefined for any other value. */
export function nameIn(sqs: SqsContext, arn: unknown): string | undefined {
  const prefix = queueArn(sqs, "");
  return typeof arn === "string" && arn.startsWith(prefix) && /^[\w-]{1,80}$/.test(arn.slice(prefix.length))
    ? arn.slice(prefix.length)
    : undefined;
}

function unknownAttribute(name: string): AwsError {
  return new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

function invalidAttribute(name: string, reason: string): AwsError {
  return new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}. Reason: ${reason}`);
}

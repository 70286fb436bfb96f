/** Operations by receipt handle: delete received messages, or change their visibility timeout. */
import { AwsError } from "../errors.ts";
import { integer, list, required, string, structure } from "../shapes.ts";
import { checkEntries, checkSeconds, forEach } from "./batch.ts";
import { existingQueue, onQueue, operation, queueArn, queueUrl, type SqsContext } from "./context.ts";
import { invalidValue } from "./errors.ts";

const MAX_SECONDS = 43_200;

/** A receipt of a message. Each receipt of the same message has another handle. */
interface Receipt {
  readonly messageId: string;
  readonly count: number;
}

const id = { Id: required(string()) };
const handle = { ReceiptHandle: required(string()) };

export const deleteMessage = operation({
  action: "sqs:DeleteMessage",
  input: structure({ ...queueUrl, ...handle }),
  ...onQueue,
  run: (input, sqs) => remove(sqs, existingQueue(sqs, input).name, input.ReceiptHandle),
});

export const deleteMessageBatch = operation({
  action: "sqs:DeleteMessage",
  input: structure({ ...queueUrl, Entries: required(list(structure({ ...id, ...handle }))) }),
  ...onQueue,
  run(input, sqs) {
    const { name } = existingQueue(sqs, input);
    checkEntries(input.Entries, "DeleteMessageBatchRequestEntry");
    return sqs.core.store.transaction(() =>
      forEach(input.Entries, (entry) => remove(sqs, name, entry.ReceiptHandle))
    );
  },
});

export const changeMessageVisibility = operation({
  action: "sqs:ChangeMessageVisibility",
  input: structure({ ...queueUrl, ...handle, VisibilityTimeout: required(integer()) }),
  ...onQueue,
  run(input, sqs) {
    hide(sqs, existingQueue(sqs, input).name, input.ReceiptHandle, input.VisibilityTimeout);
  },
});

export const changeMessageVisibilityBatch = operation({
  action: "sqs:ChangeMessageVisibility",
  input: structure({
    ...queueUrl,
    Entries: required(list(structure({ ...id, ...handle, VisibilityTimeout: integer() }))),
  }),
  ...onQueue,
  run(input, sqs) {
    const { name } = existingQueue(sqs, input);
    checkEntries(input.Entries, "ChangeMessageVisibilityBatchRequestEntry");
    return sqs.core.store.transaction(() =>
      forEach(input.Entries, (entry) => hide(sqs, name, entry.ReceiptHandle, entry.VisibilityTimeout ?? 0))
    );
  },
});

/** After a later receipt an older handle deletes nothing, without an error (AWS, DeleteMessage). */
function remove(sqs: SqsContext, queue: string, text: string): void {
  const { messageId, count } = readReceipt(sqs, queue, text);
  sqs.messages.delete(queue, messageId, count);
}

function hide(sqs: SqsContext, queue: string, text: string, seconds: number): void {
  const { core, messages, arrivals } = sqs;
  const range = `Must be between 0 and ${MAX_SECONDS}, if provided.`;
  checkSeconds(seconds, "VisibilityTimeout", MAX_SECONDS, range);
  const { messageId, count } = readReceipt(sqs, queue, text);
  const received = messages.receivedAt(queue, messageId, count);
  if (received === undefined) {
    throw invalidValue(
      text,
      "ReceiptHandle",
      "Message does not exist or is not available for visibility timeout change.",
    );
  }
  const until = core.now() + seconds * 1000;
  if (until > received + MAX_SECONDS * 1000) {
    throw invalidValue(
      seconds,
      "VisibilityTimeout",
      `Total VisibilityTimeout for the message is beyond the limit [${MAX_SECONDS} seconds]`,
    );
  }
  messages.hide(queue, messageId, until);
  arrivals.announce(queue);
}

export function receiptHandle(sqs: SqsContext, queue: string, { messageId, count }: Receipt): string {
  return btoa(`${queueArn(sqs, queue)} ${messageId} ${count}`);
}

function readReceipt(sqs: SqsContext, queue: string, text: string): Receipt {
  const [arn, messageId, count] = decoded(text).split(" ");
  const refused = (message: string) => new AwsError("ReceiptHandleIsInvalid", message, 404);
  if (messageId === undefined || !/^\d{1,9}$/.test(count ?? "")) {
    throw refused(`The input receipt handle "${text}" is not a valid receipt handle.`);
  }
  if (arn !== queueArn(sqs, queue)) {
    throw refused(`The receipt handle "${text}" is not valid for this queue.`);
  }
  return { messageId, count: Number(count) };
}

function decoded(text: string): string {
  try {
    return atob(text);
  } catch {
    return "";
  }
}

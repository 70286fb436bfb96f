/** What is done to received messages by their receipt handles: delete them, change how long they are hidden. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import { integer, list, required, string, structure } from "../legacy_shapes.ts";
import { checkEntries, checkSeconds, forEach } from "./batch.ts";
import { authorizedQueue, queueArn, queueUrl, type SqsContext } from "./context.ts";
import { invalidValue } from "./errors.ts";

const MAX_SECONDS = 43_200;

/** A message as it was received: the handle of an earlier receipt is another one. */
interface Receipt {
  readonly messageId: string;
  readonly count: number;
}

const id = { Id: required(string()) };
const handle = { ReceiptHandle: required(string()) };
const visibility = { ...handle, VisibilityTimeout: required(integer()) };

export function receiptOperations(sqs: SqsContext) {
  const { core, messages } = sqs;

  /** Whoever received the message after this receipt keeps it: then nothing is deleted, and that is no error (AWS, DeleteMessage). */
  const remove = (queue: string, text: string) => {
    const { messageId, count } = readReceipt(sqs, queue, text);
    messages.delete(queue, messageId, count);
  };

  const hide = (queue: string, text: string, seconds: number) => {
    checkSeconds(
      seconds,
      "VisibilityTimeout",
      MAX_SECONDS,
      `Must be between 0 and ${MAX_SECONDS}, if provided.`,
    );
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
    sqs.arrivals.announce(queue);
  };

  return {
    DeleteMessage: operation(structure({ ...queueUrl, ...handle }), ({ QueueUrl, ReceiptHandle }, call) => {
      remove(authorizedQueue(sqs, call, "DeleteMessage", QueueUrl).name, ReceiptHandle);
    }),

    DeleteMessageBatch: operation(
      structure({ ...queueUrl, Entries: required(list(structure({ ...id, ...handle }))) }),
      ({ QueueUrl, Entries }, call) => {
        const { name } = authorizedQueue(sqs, call, "DeleteMessage", QueueUrl);
        checkEntries(Entries, "DeleteMessageBatchRequestEntry");
        return core.store.transaction(() => forEach(Entries, (entry) => remove(name, entry.ReceiptHandle)));
      },
    ),

    ChangeMessageVisibility: operation(
      structure({ ...queueUrl, ...visibility }),
      ({ QueueUrl, ReceiptHandle, VisibilityTimeout }, call) => {
        const { name } = authorizedQueue(sqs, call, "ChangeMessageVisibility", QueueUrl);
        hide(name, ReceiptHandle, VisibilityTimeout);
      },
    ),

    ChangeMessageVisibilityBatch: operation(
      structure({
        ...queueUrl,
        Entries: required(list(structure({ ...id, ...handle, VisibilityTimeout: integer() }))),
      }),
      ({ QueueUrl, Entries }, call) => {
        const { name } = authorizedQueue(sqs, call, "ChangeMessageVisibility", QueueUrl);
        checkEntries(Entries, "ChangeMessageVisibilityBatchRequestEntry");
        return core.store.transaction(() =>
          forEach(Entries, (entry) => hide(name, entry.ReceiptHandle, entry.VisibilityTimeout ?? 0))
        );
      },
    ),
  };
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

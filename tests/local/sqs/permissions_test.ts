/** The permission of each operation on queues, and its resource. */
import assert from "node:assert/strict";
import { createSqs } from "../../../lib/local/sqs/sqs.ts";
import { askedPermissions } from "../iam/testing.ts";
import { QUEUE_ARN } from "./testing.ts";

const QueueUrl = "http://127.0.0.1:1/000000000000/queue";

Deno.test("every operation of SQS needs its permission on the queue, a batch that of a single entry", () => {
  const onQueue = (action: string) => ({ action: `sqs:${action}`, resource: QUEUE_ARN });
  const Entries: object[] = [];
  const inputs: Record<string, object> = {
    CreateQueue: { QueueName: "queue" },
    GetQueueUrl: { QueueName: "queue" },
    ListQueues: {},
    SetQueueAttributes: { QueueUrl, Attributes: {} },
    TagQueue: { QueueUrl, Tags: {} },
    UntagQueue: { QueueUrl, TagKeys: [] },
    SendMessage: { QueueUrl, MessageBody: "x" },
    SendMessageBatch: { QueueUrl, Entries },
    DeleteMessage: { QueueUrl, ReceiptHandle: "x" },
    DeleteMessageBatch: { QueueUrl, Entries },
    ChangeMessageVisibility: { QueueUrl, ReceiptHandle: "x", VisibilityTimeout: 1 },
    ChangeMessageVisibilityBatch: { QueueUrl, Entries },
  };
  assert.deepEqual(askedPermissions(createSqs, (name) => inputs[name] ?? { QueueUrl }), {
    CreateQueue: onQueue("CreateQueue"),
    DeleteQueue: onQueue("DeleteQueue"),
    GetQueueUrl: onQueue("GetQueueUrl"),
    ListQueues: { action: "sqs:ListQueues", resource: QUEUE_ARN.replace(/queue$/, "") },
    ListDeadLetterSourceQueues: onQueue("ListDeadLetterSourceQueues"),
    GetQueueAttributes: onQueue("GetQueueAttributes"),
    SetQueueAttributes: onQueue("SetQueueAttributes"),
    PurgeQueue: onQueue("PurgeQueue"),
    TagQueue: onQueue("TagQueue"),
    UntagQueue: onQueue("UntagQueue"),
    ListQueueTags: onQueue("ListQueueTags"),
    SendMessage: onQueue("SendMessage"),
    SendMessageBatch: onQueue("SendMessage"),
    ReceiveMessage: onQueue("ReceiveMessage"),
    DeleteMessage: onQueue("DeleteMessage"),
    DeleteMessageBatch: onQueue("DeleteMessage"),
    ChangeMessageVisibility: onQueue("ChangeMessageVisibility"),
    ChangeMessageVisibilityBatch: onQueue("ChangeMessageVisibility"),
  });
});

/** Queues against the real client. */
import assert from "node:assert/strict";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  paginateListQueues,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { failure, QUEUE_ARN, withQueue } from "./testing.ts";

const T0 = Date.UTC(2026, 0, 1);

Deno.test("a queue has AWS's defaults, and the given attributes", () =>
  withQueue(async (sqs, QueueUrl) => {
    const all = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
    assert.deepEqual((await sqs.send(all)).Attributes, {
      QueueArn: QUEUE_ARN,
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      CreatedTimestamp: String(T0 / 1000),
      LastModifiedTimestamp: String(T0 / 1000),
      VisibilityTimeout: "30",
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      DelaySeconds: "0",
      ReceiveMessageWaitTimeSeconds: "0",
      SqsManagedSseEnabled: "true",
    });
    const Attributes = { VisibilityTimeout: "5", DelaySeconds: "1" };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const some = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ["VisibilityTimeout", "DelaySeconds"],
    });
    assert.deepEqual((await sqs.send(some)).Attributes, Attributes);
    assert.equal((await sqs.send(new GetQueueAttributesCommand({ QueueUrl }))).Attributes, undefined);
  }, { now: () => T0 }));

Deno.test("creating a queue again succeeds unless its attributes differ", () =>
  withQueue(async (sqs, QueueUrl) => {
    const again = (Attributes?: Record<string, string>) =>
      sqs.send(new CreateQueueCommand({ QueueName: "queue", Attributes }));
    assert.equal((await again()).QueueUrl, QueueUrl);
    assert.equal((await again({ VisibilityTimeout: "30" })).QueueUrl, QueueUrl);
    assert.deepEqual(await failure(again({ DelaySeconds: "3" })), [
      "QueueNameExists",
      "QueueAlreadyExists",
      400,
      "A queue already exists with the same name and a different value for attribute DelaySeconds",
    ]);
  }));

Deno.test("queues are found by name, listed by prefix and in pages", () =>
  withQueue(async (sqs, QueueUrl) => {
    for (const QueueName of ["b1", "b2", "b3"]) await sqs.send(new CreateQueueCommand({ QueueName }));
    const found = await sqs.send(new GetQueueUrlCommand({ QueueName: "queue" }));
    assert.equal(found.QueueUrl, QueueUrl);
    const list = async (QueueNamePrefix: string) =>
      (await sqs.send(new ListQueuesCommand({ QueueNamePrefix }))).QueueUrls?.map((url) =>
        url.split("/").at(-1)
      );
    assert.deepEqual(await list("b"), ["b1", "b2", "b3"]);
    assert.equal(await list("z"), undefined);
    const pages = [];
    for await (const { QueueUrls } of paginateListQueues({ client: sqs, pageSize: 3 }, {})) {
      pages.push(QueueUrls?.length);
    }
    assert.deepEqual(pages, [3, 1]);
  }));

Deno.test("a page continues after the token's queue, even when that is deleted and others change", () => {
  let now = T0;
  return withQueue(async (sqs, QueueUrl) => {
    const deadLetterTargetArn = QUEUE_ARN;
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }) };
    const names = (urls: string[] = []) => urls.map((url) => url.split("/").at(-1));
    const urlOf = (name: string) => QueueUrl.replace(/queue$/, name);
    const create = (QueueName: string) => sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const set = (name: string, Attributes: Record<string, string>) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(name), Attributes }));
    const all = async (NextToken?: string) => {
      const command = new ListQueuesCommand({ QueueNamePrefix: "b", MaxResults: 2, NextToken });
      const { QueueUrls, NextToken: next } = await sqs.send(command);
      return { found: names(QueueUrls), next };
    };
    const sources = async (NextToken?: string) => {
      const command = new ListDeadLetterSourceQueuesCommand({ QueueUrl, MaxResults: 2, NextToken });
      const { queueUrls, NextToken: next } = await sqs.send(command);
      return { found: names(queueUrls), next };
    };
    for (const list of [all, sources]) {
      for (const name of ["b1", "b2", "b3", "b4"]) await create(name);
      const first = await list();
      assert.deepEqual(first.found, ["b1", "b2"]);
      await sqs.send(new DeleteQueueCommand({ QueueUrl: urlOf("b2") }));
      await set("b3", { DelaySeconds: "1" });
      const second = await list(first.next);
      assert.deepEqual(second, { found: ["b3", "b4"], next: undefined });
      for (const name of ["b1", "b3", "b4"]) {
        await sqs.send(new DeleteQueueCommand({ QueueUrl: urlOf(name) }));
      }
      now += 60_000;
    }
    // Two queues are no longer sources: one on the second page, and one before it.
    for (const name of ["b1", "b2", "b3", "b4"]) await create(name);
    const first = await sources();
    for (const name of ["b1", "b2", "b3"]) await set(name, { RedrivePolicy: "" });
    assert.deepEqual(await sources(first.next), { found: ["b4"], next: undefined });
    const refused = await failure(all("no token"));
    assert.deepEqual(refused.slice(1, 3), ["InvalidParameterValue", 400]);
    assert.match(refused[3], /no token for parameter NextToken is invalid/);
  }, { now: () => now });
});

Deno.test("tags are added and removed", () =>
  withQueue(async (sqs, QueueUrl) => {
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: "1", b: "" } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["a"] }));
    assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { b: "" });
  }));

Deno.test("a deleted queue is gone, its name free again after a minute; one purge a minute", () => {
  let now = T0;
  return withQueue(async (sqs, QueueUrl) => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    const counted = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    assert.deepEqual((await sqs.send(counted)).Attributes, { ApproximateNumberOfMessages: "0" });
    assert.deepEqual(await failure(sqs.send(new PurgeQueueCommand({ QueueUrl }))), [
      "PurgeQueueInProgress",
      "AWS.SimpleQueueService.PurgeQueueInProgress",
      403,
      "Only one PurgeQueue operation on queue is allowed every 60 seconds.",
    ]);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    assert.equal((await failure(sqs.send(counted)))[0], "QueueDoesNotExist");
    const create = new CreateQueueCommand({ QueueName: "queue" });
    assert.equal((await failure(sqs.send(create)))[0], "QueueDeletedRecently");
    now += 60_000;
    await sqs.send(create);
  }, { now: () => now });
});

Deno.test("SQS's errors have its codes", () =>
  withQueue(async (sqs, QueueUrl) => {
    const set = (name: string, value: string) =>
      failure(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [name]: value } })));
    const create = (QueueName: string, Attributes = {}) =>
      failure(sqs.send(new CreateQueueCommand({ QueueName, Attributes })));
    assert.equal((await create("a b"))[1], "InvalidParameterValue");
    assert.equal((await create("a".repeat(81)))[1], "InvalidParameterValue");
    assert.match((await create("a.fifo", { FifoQueue: "true" }))[3], /does not support FIFO queues/);
    assert.match((await create("a", { FifoQueue: "true" }))[3], /does not support FIFO queues/);
    assert.match(
      (await set("KmsMasterKeyId", "k"))[3],
      /does not support the queue attribute KmsMasterKeyId/,
    );
    assert.deepEqual(await set("FifoQueue", "false"), [
      "InvalidAttributeName",
      "InvalidAttributeName",
      400,
      "Unknown Attribute FifoQueue.",
    ]);
    assert.deepEqual((await set("VisibilityTimeout", "43201")).slice(0, 2), [
      "InvalidAttributeValue",
      "InvalidAttributeValue",
    ]);
    assert.equal((await set("DelaySeconds", "x"))[0], "InvalidAttributeValue");
    assert.equal((await set("Policy", "{}"))[0], "InvalidAttributeValue");
    const redrive = JSON.stringify({ deadLetterTargetArn: "dummy", maxReceiveCount: 42 });
    assert.deepEqual((await set("RedrivePolicy", redrive)).slice(1), [
      "InvalidParameterValue",
      400,
      `Value ${redrive} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.`,
    ]);
    assert.deepEqual(await failure(sqs.send(new GetQueueUrlCommand({ QueueName: "nope" }))), [
      "QueueDoesNotExist",
      "AWS.SimpleQueueService.NonExistentQueue",
      400,
      "The specified queue does not exist.",
    ]);
    const purge = (url: unknown) => failure(sqs.send(new PurgeQueueCommand({ QueueUrl: url as string })));
    assert.deepEqual((await purge(undefined)).slice(1), [
      "MissingParameter",
      400,
      "The request must contain the parameter QueueUrl.",
    ]);
    const sources = new ListDeadLetterSourceQueuesCommand({ QueueUrl });
    assert.deepEqual((await sqs.send(sources)).queueUrls, []);
  }));

Deno.test("a queue of another account or region does not exist, and empty lists of tags are no lists", () =>
  withQueue(async (sqs, QueueUrl) => {
    const absent = "AWS.SimpleQueueService.NonExistentQueue";
    for (
      const foreign of [
        QueueUrl.replace("000000000000", "123456789012"),
        "https://sqs.eu-west-1.amazonaws.com/000000000000/queue",
      ]
    ) {
      const [, code, status] = await failure(
        sqs.send(new GetQueueAttributesCommand({ QueueUrl: foreign, AttributeNames: ["All"] })),
      );
      assert.deepEqual([code, status], [absent, 400], foreign);
    }
    const own = "https://sqs.us-east-1.amazonaws.com/000000000000/queue";
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl: own, AttributeNames: ["All"] }));
    for (
      const [name, empty] of [
        ["Tags", sqs.send(new TagQueueCommand({ QueueUrl, Tags: {} }))],
        ["TagKeys", sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: [] }))],
      ] as const
    ) {
      const [, code, status, message] = await failure(empty);
      assert.deepEqual([code, status], ["MissingParameter", 400]);
      assert.equal(message, `The request must contain the parameter ${name}.`);
    }
  }));

/** Messages against the real client, which compares every digest with its own. */
import assert from "node:assert/strict";
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { withLocalAws } from "../testing.ts";
import { allowing, asRole } from "../iam/testing.ts";
import { failure, QUEUE_ARN, withQueue } from "./testing.ts";

const T0 = Date.UTC(2026, 0, 1);

function using(sqs: SQSClient, QueueUrl: string) {
  return {
    send: (MessageBody: string, rest: Partial<SendMessageCommandInput> = {}) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...rest })),
    async receive(rest: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...rest });
      return (await sqs.send(command)).Messages ?? [];
    },
    delete: (ReceiptHandle: string) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    hide: (ReceiptHandle: string, VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    async counts() {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
      const all = (await sqs.send(command)).Attributes!;
      return [
        all.ApproximateNumberOfMessages,
        all.ApproximateNumberOfMessagesNotVisible,
        all.ApproximateNumberOfMessagesDelayed,
      ].map(Number);
    },
  };
}

const bodies = (messages: Message[]) => messages.map(({ Body }) => Body);

Deno.test("a message is hidden after it is received, visible again later, and gone when deleted", () => {
  let now = T0;
  return withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    await queue.send("a");
    now += 1000;
    const [first] = await queue.receive({ MessageSystemAttributeNames: ["All"] });
    assert.deepEqual(first!.Attributes, {
      SenderId: "000000000000",
      SentTimestamp: String(T0),
      ApproximateReceiveCount: "1",
      ApproximateFirstReceiveTimestamp: String(now),
    });
    assert.deepEqual(await queue.counts(), [0, 1, 0]);
    assert.deepEqual(await queue.receive(), []);
    now += 30_000;
    const [second] = await queue.receive({ MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
    assert.deepEqual(second!.Attributes, { ApproximateReceiveCount: "2" });
    assert.notEqual(second!.ReceiptHandle, first!.ReceiptHandle);
    // Another consumer has received it.
    await queue.delete(first!.ReceiptHandle!);
    assert.deepEqual(await queue.counts(), [0, 1, 0]);
    await queue.delete(second!.ReceiptHandle!);
    assert.deepEqual(await queue.counts(), [0, 0, 0]);
    await queue.delete(second!.ReceiptHandle!);
  }, { now: () => now });
});

Deno.test("a visibility timeout is changed, up to 12 hours in all", () => {
  let now = T0;
  return withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    await queue.send("a");
    const [{ ReceiptHandle }] = await queue.receive() as [Message];
    await queue.hide(ReceiptHandle!, 100);
    now += 99_000;
    assert.deepEqual(await queue.receive(), []);
    assert.match(
      (await failure(queue.hide(ReceiptHandle!, 43_200)))[3],
      /beyond the limit \[43200 seconds\]/,
    );
    assert.match((await failure(queue.hide(ReceiptHandle!, 43_201)))[3], /Must be between 0 and 43200/);
    await queue.hide(ReceiptHandle!, 0);
    assert.deepEqual(bodies(await queue.receive({ VisibilityTimeout: 0 })), ["a"]);
    assert.match(
      (await failure(queue.hide(ReceiptHandle!, 1)))[3],
      /Message does not exist or is not available/,
    );
  }, { now: () => now });
});

Deno.test("delays hold messages back, the retention period ends them", () => {
  let now = T0;
  return withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    await queue.send("late", { DelaySeconds: 10 });
    await queue.send("soon");
    assert.deepEqual(await queue.counts(), [0, 0, 2]);
    now += 2000;
    assert.deepEqual(bodies(await queue.receive({ VisibilityTimeout: 0 })), ["soon"]);
    now += 8000;
    assert.deepEqual(bodies(await queue.receive({ VisibilityTimeout: 0 })), ["soon", "late"]);
    now += 50_000;
    assert.deepEqual(await queue.counts(), [0, 0, 0]);
  }, { now: () => now, attributes: { DelaySeconds: "2", MessageRetentionPeriod: "60" } });
});

Deno.test("a long poll is answered when a message comes, is no longer hidden, or the time is over", () =>
  withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    const timed = async (work: Promise<Message[]>): Promise<[string[], number]> => {
      const began = performance.now();
      return [bodies(await work) as string[], performance.now() - began];
    };
    const waiting = timed(queue.receive({ WaitTimeSeconds: 20, VisibilityTimeout: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await queue.send("a");
    const [got, after] = await waiting;
    assert.deepEqual(got, ["a"]);
    assert.ok(after < 3000, `${after} ms`);
    const [again, until] = await timed(queue.receive({ WaitTimeSeconds: 20 }));
    assert.deepEqual(again, ["a"]);
    assert.ok(until > 500 && until < 5000, `${until} ms`);
    const [none, whole] = await timed(queue.receive({ WaitTimeSeconds: 1 }));
    assert.deepEqual(none, []);
    assert.ok(whole > 900, `${whole} ms`);
  }));

Deno.test("a poll that waits is answered when the server stops", async () => {
  let poll: Promise<Response> | undefined;
  await withQueue(async (_sqs, QueueUrl) => {
    poll = fetch(QueueUrl, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.ReceiveMessage", "content-type": "application/x-amz-json-1.0" },
      body: JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }),
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  const answer = await poll!;
  assert.deepEqual([answer.status, await answer.json()], [200, {}]);
});

Deno.test("message attributes come back as they were sent, those that are asked for", () =>
  withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    const MessageAttributes = {
      "Hello": { DataType: "String", StringValue: "Thère" },
      "Help.Me": { DataType: "Number.int", StringValue: "7" },
      "bytes": { DataType: "Binary", BinaryValue: new Uint8Array([2, 3, 4]) },
    };
    const AWSTraceHeader = { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793" };
    const sent = await queue.send("msg", { MessageAttributes, MessageSystemAttributes: { AWSTraceHeader } });
    const asking = async (...MessageAttributeNames: string[]) => {
      const [message] = await queue.receive({
        MessageAttributeNames,
        MessageSystemAttributeNames: ["AWSTraceHeader"],
        VisibilityTimeout: 0,
      });
      assert.equal(message!.Attributes!.AWSTraceHeader, AWSTraceHeader.StringValue);
      return message!;
    };
    const all = await asking("All");
    assert.deepEqual(all.MessageAttributes, MessageAttributes);
    assert.equal(all.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.deepEqual(Object.keys((await asking("Hel.*")).MessageAttributes!), ["Hello", "Help.Me"]);
    assert.deepEqual(Object.keys((await asking("bytes", "none")).MessageAttributes!), ["bytes"]);
    assert.equal((await asking()).MessageAttributes, undefined);
  }));

Deno.test("digests of attributes are AWS's", () =>
  // Both were recorded from AWS.
  withQueue(async (sqs, QueueUrl) => {
    const digest = async (MessageAttributes: SendMessageCommandInput["MessageAttributes"]) =>
      (await using(sqs, QueueUrl).send("x", { MessageAttributes })).MD5OfMessageAttributes;
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    assert.equal(
      await digest({ Hello: text("There"), General: text("Kenobi") }),
      "fca026605781cb4126a1e9044df24232",
    );
    const trace = "traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";
    const BinaryValue = new TextEncoder().encode(trace);
    assert.equal(
      await digest({ attr1: { DataType: "Binary", BinaryValue } }),
      "8cbe4db156db8a94db8b801b7addb984",
    );
  }));

Deno.test("batches report successes and failures", () =>
  withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    const send = (...Entries: { Id: string; MessageBody: string; DelaySeconds?: number }[]) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const sent = await send(
      { Id: "1", MessageBody: "a" },
      { Id: "2", MessageBody: "b", DelaySeconds: 901 },
      { Id: "3", MessageBody: "c" },
    );
    assert.deepEqual(sent.Successful!.map(({ Id }) => Id), ["1", "3"]);
    assert.deepEqual(sent.Failed, [{
      Id: "2",
      SenderFault: true,
      Code: "InvalidParameterValue",
      Message:
        "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    }]);
    const received = await queue.receive();
    const handles = received.map(({ ReceiptHandle }, index) => ({ Id: `m${index}`, ReceiptHandle }));
    const hidden = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
      }),
    );
    assert.deepEqual(hidden.Successful, [{ Id: "m0" }, { Id: "m1" }]);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [...handles, { Id: "x", ReceiptHandle: "x" }],
      }),
    );
    assert.deepEqual(deleted.Successful, [{ Id: "m0" }, { Id: "m1" }]);
    assert.deepEqual(deleted.Failed!.map(({ Id, Code }) => [Id, Code]), [["x", "ReceiptHandleIsInvalid"]]);
    assert.deepEqual(await queue.counts(), [0, 0, 0]);
    const entry = (Id: string, MessageBody = "x") => ({ Id, MessageBody });
    const refused = async (...entries: ReturnType<typeof entry>[]) => (await failure(send(...entries)))[1];
    const code = "AWS.SimpleQueueService.";
    assert.equal(await refused(), `${code}EmptyBatchRequest`);
    assert.equal(await refused(entry("a"), entry("a")), `${code}BatchEntryIdsNotDistinct`);
    assert.equal(await refused(entry("a:b")), `${code}InvalidBatchEntryId`);
    assert.equal(
      await refused(...Array.from({ length: 11 }, (_, index) => entry(`${index}`))),
      `${code}TooManyEntriesInBatchRequest`,
    );
    const half = "x".repeat(524_289);
    assert.equal(await refused(entry("a", half), entry("b", half)), `${code}BatchRequestTooLong`);
  }));

Deno.test("messages received too often go to the dead-letter queue", () =>
  withQueue(async (sqs, QueueUrl) => {
    const dead = await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: QUEUE_ARN.replace(/queue$/, "dead"),
      maxReceiveCount: 2,
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    const queue = using(sqs, QueueUrl);
    const letters = using(sqs, dead.QueueUrl!);
    await queue.send("a");
    for (let n = 0; n < 2; n++) assert.equal((await queue.receive({ VisibilityTimeout: 0 })).length, 1);
    const waiting = letters.receive({ WaitTimeSeconds: 20, MessageSystemAttributeNames: ["All"] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(await queue.receive(), []);
    const [letter] = await waiting;
    assert.equal(letter!.Attributes!.DeadLetterQueueSourceArn, QUEUE_ARN);
    assert.equal(letter!.Attributes!.ApproximateReceiveCount, "3");
    const sources = new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl });
    assert.deepEqual((await sqs.send(sources)).queueUrls, [QueueUrl]);
  }));

Deno.test("SQS's errors for messages, in its wording", () =>
  withQueue(async (sqs, QueueUrl) => {
    const queue = using(sqs, QueueUrl);
    const words = async (promise: Promise<unknown>) => (await failure(promise)).slice(1);
    const attribute = (StringValue: string, DataType = "String") =>
      words(queue.send("x", { MessageAttributes: { a: { DataType, StringValue } } }));
    assert.deepEqual(await words(queue.send("")), [
      "MissingParameter",
      400,
      "The request must contain the parameter MessageBody.",
    ]);
    assert.deepEqual(await words(queue.send("é".repeat(513))), [
      "InvalidParameterValue",
      400,
      "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    ]);
    assert.equal((await words(queue.send("a\u0001")))[0], "InvalidMessageContents");
    assert.equal(
      (await attribute(""))[2],
      "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
    );
    assert.match(String((await attribute("x", "Number"))[2]), /Can't cast the value/);
    assert.match(
      String((await attribute("x", "Text"))[2]),
      /type of message \(user\) attribute 'a' is invalid/,
    );
    assert.equal(
      (await words(queue.receive({ MaxNumberOfMessages: 11 })))[2],
      "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    );
    assert.match(String((await words(queue.receive({ WaitTimeSeconds: 21 })))[2]), /<= 20, if provided/);
    for (const text of ["x", btoa(`${QUEUE_ARN}2 id 1`)]) {
      assert.deepEqual((await words(queue.delete(text))).slice(0, 2), ["ReceiptHandleIsInvalid", 404]);
    }
    assert.match(
      String((await words(queue.send("x", { MessageGroupId: "g" })))[2]),
      /does not support the member/,
    );
  }, { attributes: { MaximumMessageSize: "1024" } }));

Deno.test("roles can do what their policies or the queue's allow, and nothing that the queue's deny", () =>
  withQueue(async (sqs, QueueUrl, aws) => {
    const sender = new SQSClient(await asRole(aws, "sender", allowing("sqs:SendMessage")));
    const nobody = new SQSClient(await asRole(aws, "nobody"));
    try {
      await using(sender, QueueUrl).send("x");
      assert.deepEqual(await failure(using(sender, QueueUrl).receive()), [
        "AccessDenied",
        "AccessDenied",
        403,
        "User: arn:aws:sts::000000000000:assumed-role/sender/me is not authorized to perform: " +
        `sqs:receivemessage on resource: ${QUEUE_ARN} because no identity-based policy allows the ` +
        "sqs:receivemessage action",
      ]);
      const setPolicy = (...Statement: object[]) =>
        sqs.send(
          new SetQueueAttributesCommand({
            QueueUrl,
            Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) },
          }),
        );
      const allow = { Effect: "Allow", Action: "sqs:*", Resource: QUEUE_ARN };
      // A policy for the account needs the caller's own policies too.
      await setPolicy({ ...allow, Principal: { AWS: "000000000000" } });
      assert.equal((await failure(using(nobody, QueueUrl).receive()))[0], "AccessDenied");
      await setPolicy({ ...allow, Principal: { AWS: "arn:aws:iam::000000000000:role/nobody" } });
      const [message] = await using(nobody, QueueUrl).receive({ MessageSystemAttributeNames: ["SenderId"] });
      assert.match(message!.Attributes!.SenderId!, /^AROA[A-Z0-9]+:me$/);
      await setPolicy({ ...allow, Effect: "Deny", Action: "sqs:SendMessage", Principal: "*" });
      for (const client of [sender, sqs]) {
        const [name, , status, words] = await failure(using(client, QueueUrl).send("x"));
        assert.deepEqual([name, status], ["AccessDenied", 403]);
        assert.match(words, /with an explicit deny in a resource-based policy$/);
      }
    } finally {
      sender.destroy();
      nobody.destroy();
    }
  }));

Deno.test("a restart finds every message, and those in flight still hidden", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  let now = T0;
  try {
    await withQueue(async (sqs, QueueUrl) => {
      const queue = using(sqs, QueueUrl);
      await queue.send("a");
      await queue.send("b");
      assert.equal((await queue.receive({ MaxNumberOfMessages: 1 })).length, 1);
    }, { stateDir, now: () => now });
    await withLocalAws(async (aws) => {
      const sqs = new SQSClient(aws.client);
      const queue = using(sqs, `${aws.endpoint}/000000000000/queue`);
      assert.deepEqual(await queue.counts(), [1, 1, 0]);
      assert.deepEqual(bodies(await queue.receive()), ["b"]);
      now += 30_000;
      assert.equal((await queue.receive()).length, 2);
      sqs.destroy();
    }, { stateDir, now: () => now });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

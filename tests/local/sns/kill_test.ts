/** A server that is killed while messages are published and consumed loses none that it acknowledged. */
import assert from "node:assert/strict";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { startProgram } from "../program.ts";
import { QUEUE_ARN } from "../sqs/testing.ts";

const ROUNDS = 3;
const WRITERS = 4;
const TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:topic";
const Policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: QUEUE_ARN }],
});

Deno.test("SIGKILL at any moment loses no acknowledged message and brings back no deleted one", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const acknowledged = new Set<string>();
  /** Messages whose deletion was requested: they can be gone. */
  const deleting = new Set<string>();
  const deleted = new Set<string>();
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const server = await startProgram(stateDir);
      const { endpoint, client } = server;
      let killed: Promise<void> | undefined;
      const kill = () => killed ??= server.kill();
      const [sns, sqs] = [new SNSClient(client), new SQSClient(client)];
      const QueueUrl = `${endpoint}/000000000000/queue`;
      const receive = async (VisibilityTimeout: number, WaitTimeSeconds = 0) => {
        const command = new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout,
          WaitTimeSeconds,
        });
        return (await sqs.send(command)).Messages ?? [];
      };
      try {
        if (round === 0) {
          const Attributes = { Policy, VisibilityTimeout: "0" };
          await sqs.send(new CreateQueueCommand({ QueueName: "queue", Attributes }));
          await sns.send(new CreateTopicCommand({ Name: "topic" }));
          const raw = { RawMessageDelivery: "true" };
          await sns.send(
            new SubscribeCommand({
              TopicArn: TOPIC_ARN,
              Protocol: "sqs",
              Endpoint: QUEUE_ARN,
              Attributes: raw,
            }),
          );
        }
        if (round === ROUNDS) {
          const left = new Set<string>();
          // The killed consumer's last messages are still hidden for a second.
          for (let some = await receive(1000, 2); some.length > 0; some = await receive(1000, 2)) {
            for (const { Body } of some) left.add(Body!);
          }
          assert.ok(acknowledged.size > 20, `only ${acknowledged.size} messages were acknowledged`);
          for (const text of acknowledged) assert.ok(left.has(text) || deleting.has(text), `lost: ${text}`);
          for (const text of deleted) assert.ok(!left.has(text), `came back: ${text}`);
        } else {
          const write = async (writer: number) => {
            for (let turn = 0;; turn++) {
              const text = `${round}/${writer}/${turn}`;
              if (writer % 2) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
              else await sns.send(new PublishCommand({ TopicArn: TOPIC_ARN, Message: text }));
              acknowledged.add(text);
            }
          };
          const consume = async () => {
            for (;;) {
              for (const { Body, ReceiptHandle } of await receive(1)) {
                deleting.add(Body!);
                await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
                deleted.add(Body!);
              }
            }
          };
          const workers = [...Array.from({ length: WRITERS }, (_, writer) => write(writer)), consume()];
          const ended = workers.map((worker) => worker.catch(() => {}));
          await new Promise((resolve) => setTimeout(resolve, 300 + 200 * Math.random()));
          await Promise.all([kill(), ...ended]);
        }
      } finally {
        await kill();
        sns.destroy();
        sqs.destroy();
      }
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

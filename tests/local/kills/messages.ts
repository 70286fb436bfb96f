/** Messages that are published to a topic or sent to its queue, received and deleted. */
import assert from "node:assert/strict";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { QUEUE_ARN } from "../sqs/testing.ts";
import type { Part, Worker } from "./testing.ts";

const WRITERS = 4;
const TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:topic";
const Policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: QUEUE_ARN }],
});

export const messages: Part = {
  name: "messages",
  killAfterMs: [300, 500],
  begin() {
    const acknowledged = new Set<string>();
    /** Those whose deletion was asked for: they may be gone. */
    const deleting = new Set<string>();
    const deleted = new Set<string>();
    return ({ endpoint, client }) => {
      const [sns, sqs] = [new SNSClient(client), new SQSClient(client)];
      const QueueUrl = `${endpoint}/000000000000/queue`;
      const receive = async (VisibilityTimeout: number, WaitTimeSeconds = 0) => {
        const request = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout, WaitTimeSeconds };
        return (await sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
      };
      const consume: Worker = async () => {
        for (const { Body, ReceiptHandle } of await receive(1)) {
          deleting.add(Body!);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          deleted.add(Body!);
        }
      };
      return {
        async prepare() {
          const Attributes = { Policy, VisibilityTimeout: "0" };
          await sqs.send(new CreateQueueCommand({ QueueName: "queue", Attributes }));
          await sns.send(new CreateTopicCommand({ Name: "topic" }));
          const raw = { RawMessageDelivery: "true" };
          const subscription = { TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes: raw };
          await sns.send(new SubscribeCommand(subscription));
        },
        workers: (round) => [
          ...Array.from({ length: WRITERS }, (_, writer): Worker => async (turn) => {
            const text = `${round}/${writer}/${turn}`;
            if (writer % 2) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
            else await sns.send(new PublishCommand({ TopicArn: TOPIC_ARN, Message: text }));
            acknowledged.add(text);
          }),
          consume,
        ],
        async assertEnded() {
          const left = new Set<string>();
          // The killed consumer's last messages are hidden for a second yet.
          for (let some = await receive(1000, 2); some.length > 0; some = await receive(1000, 2)) {
            for (const { Body } of some) left.add(Body!);
          }
          assert.ok(acknowledged.size > 20, `only ${acknowledged.size} messages were acknowledged`);
          for (const text of acknowledged) assert.ok(left.has(text) || deleting.has(text), `lost: ${text}`);
          for (const text of deleted) assert.ok(!left.has(text), `came back: ${text}`);
          return { messages: acknowledged.size, deleted: deleted.size };
        },
        close() {
          sns.destroy();
          sqs.destroy();
        },
      };
    };
  },
};

/** A topic with a queue that is subscribed to it. */
import {
  CreateTopicCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { QUEUE_ARN, withQueue } from "../sqs/testing.ts";
import { type TestAws } from "../testing.ts";

export const TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:topic";

/** The policy that AWS documents for a queue that a topic delivers to. */
export function queuePolicy(SourceArn: string, Service = "sns.amazonaws.com"): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Service },
      Action: "sqs:SendMessage",
      Resource: QUEUE_ARN,
      Condition: { ArnEquals: { "aws:SourceArn": SourceArn } },
    }],
  });
}

export interface Parts {
  sns: SNSClient;
  SubscriptionArn: string;
  aws: TestAws;
  setPolicy(Policy: string): Promise<unknown>;
  publish(Message: string, rest?: Partial<PublishCommandInput>): Promise<string>;
  /** Receives what there is, and deletes it. */
  drain(): Promise<Message[]>;
}

/** A topic with a queue subscribed, whose policy lets the topic send unless `policy` is another. */
export function withTopic(
  body: (parts: Parts) => Promise<void>,
  policy = queuePolicy(TOPIC_ARN),
  stateDir?: string,
): Promise<void> {
  return withQueue(async (sqs, QueueUrl, aws) => {
    const sns = new SNSClient(aws.client);
    try {
      const setPolicy = (Policy: string) =>
        sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
      await setPolicy(policy);
      await sns.send(new CreateTopicCommand({ Name: "topic" }));
      const subscribe = new SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN });
      const { SubscriptionArn } = await sns.send(subscribe);
      await body({
        sns,
        SubscriptionArn: SubscriptionArn!,
        aws,
        setPolicy,
        async publish(Message, rest) {
          const command = new PublishCommand({ TopicArn: TOPIC_ARN, Message, ...rest });
          return (await sns.send(command)).MessageId!;
        },
        async drain() {
          const receive = new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["SenderId"],
          });
          const { Messages = [] } = await sqs.send(receive);
          for (const { ReceiptHandle } of Messages) {
            await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          }
          return Messages;
        },
      });
    } finally {
      sns.destroy();
    }
  }, { stateDir });
}

export async function failure(promise: Promise<unknown>): Promise<[string, string]> {
  try {
    await promise;
  } catch (error) {
    const { name, message } = error as Error;
    return [name, message];
  }
  throw new Error("Nothing was refused.");
}

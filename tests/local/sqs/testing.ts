/** A local AWS with an empty queue, and errors as its clients show them. */
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { LocalAwsOptions } from "../../../lib/local/server.ts";
import { type TestAws, withLocalAws } from "../testing.ts";

export const QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:queue";

export function withQueue(
  body: (sqs: SQSClient, QueueUrl: string, aws: TestAws) => Promise<void>,
  options: Partial<LocalAwsOptions> & { attributes?: Record<string, string> } = {},
): Promise<void> {
  const { attributes, ...rest } = options;
  return withLocalAws(async (aws) => {
    const sqs = new SQSClient(aws.client);
    try {
      const command = new CreateQueueCommand({ QueueName: "queue", Attributes: attributes });
      const { QueueUrl } = await sqs.send(command);
      await body(sqs, QueueUrl!, aws);
    } finally {
      sqs.destroy();
    }
  }, rest);
}

/** An error as AWS's clients show it: class, code, status and message. */
export async function failure(promise: Promise<unknown>): Promise<[string, string, number, string]> {
  try {
    await promise;
  } catch (error) {
    const { name, Code, message, $metadata } = error as {
      name: string;
      Code: string;
      message: string;
      $metadata: { httpStatusCode: number };
    };
    return [name, Code, $metadata.httpStatusCode, message];
  }
  throw new Error("Nothing was refused.");
}

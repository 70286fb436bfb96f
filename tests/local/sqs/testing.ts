/** A local AWS with an empty queue, and sessions of roles with some permissions. */
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Dispatcher, type Service } from "../../../lib/local/dispatcher.ts";
import { AwsError } from "../../../lib/local/errors.ts";
import type { LocalAwsOptions } from "../../../lib/local/server.ts";
import type { Core } from "../../../lib/local/core.ts";
import { Store } from "../../../lib/local/store.ts";
import { makeRole } from "../iam/testing.ts";
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

/** Client settings with the credentials of a session of a new role. */
export async function asRole(aws: TestAws, name: string, policy?: string): Promise<TestAws["client"]> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }],
  };
  const RoleArn = await makeRole(aws, name, JSON.stringify(trust), policy);
  const sts = new STSClient(aws.client);
  try {
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "me" }));
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
    const credentials = {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken,
    };
    return { ...aws.client, credentials };
  } finally {
    sts.destroy();
  }
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

/** The permission that each operation checks for these members, found by denying it. */
export function askedPermissions(
  create: (core: Core) => Service,
  members: (operation: string) => object,
): Record<string, { action: string; resource: string }> {
  const stateDir = Deno.makeTempDirSync({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    const [account, region] = ["000000000000", "us-east-1"];
    const service = create({ store, account, region } as Core);
    const asked: Record<string, { action: string; resource: string }> = {};
    for (const [name, operation] of service.operations) {
      const dispatcher = new Dispatcher(() => ({
        account,
        region,
        decide(principal, { action, resource }) {
          asked[name] = { action, resource };
          return { principal, action, resource };
        },
      }));
      try {
        dispatcher.run(service, operation, members(name), { principal: { arn: "someone" } });
      } catch (error) {
        if (!(error instanceof AwsError) || error.status !== 403) throw error;
      }
    }
    return asked;
  } finally {
    store.close();
    Deno.removeSync(stateDir, { recursive: true });
  }
}

/** Policy documents, roles and callers for tests of permissions. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Core } from "../../../lib/local/core.ts";
import { Dispatcher, type Service } from "../../../lib/local/dispatcher.ts";
import { AwsError } from "../../../lib/local/errors.ts";
import { Store } from "../../../lib/local/store.ts";
import type { TestAws } from "../testing.ts";

export { refusal } from "../s3/testing.ts";

/** A trust policy for services. */
export function trusting(...services: string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: services }, Action: "sts:AssumeRole" }],
  });
}

/** A policy that allows actions on everything. */
export function allowing(...Action: string[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
}

/** Creates a role with a policy; returns its ARN. */
export async function makeRole(aws: TestAws, name: string, trust: string, policy?: string): Promise<string> {
  const iam = new IAMClient(aws.client);
  try {
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }),
    );
    if (policy) {
      await iam.send(
        new PutRolePolicyCommand({ RoleName: name, PolicyName: "policy", PolicyDocument: policy }),
      );
    }
    return Role!.Arn!;
  } finally {
    iam.destroy();
  }
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
        dispatcher.run(service, operation, members(name), { principal: { arn: "someone" }, region });
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

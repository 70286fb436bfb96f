/** Policy documents and errors for tests of permissions. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
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

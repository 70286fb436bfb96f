/** Which ARN a call of a function is authorised on. */
import assert from "node:assert/strict";
import { LambdaClient, PublishVersionCommand } from "@aws-sdk/client-lambda";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { makeRole } from "../iam/testing.ts";
import type { TestAws } from "../testing.ts";
import { deploy, invoke, withLambda } from "./testing.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f";

/** A client with the keys of a role that may invoke `Resource`. */
async function caller(aws: TestAws, name: string, Resource: string): Promise<LambdaClient> {
  const version = { Version: "2012-10-17" };
  const trust = {
    ...version,
    Statement: [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }],
  };
  const policy = { ...version, Statement: [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource }] };
  const RoleArn = await makeRole(aws, name, JSON.stringify(trust), JSON.stringify(policy));
  const sts = new STSClient(aws.client);
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" }));
  sts.destroy();
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  return new LambdaClient({ ...aws.client, credentials });
}

Deno.test("a call is authorised on the ARN it names: unqualified, or with its qualifier", () =>
  withLambda(async (lambda, aws) => {
    await deploy(lambda, "f", "export const handler = async () => 1;");
    await lambda.send(new PublishVersionCommand({ FunctionName: "f" }));
    const unqualified = await caller(aws, "unqualified", FUNCTION);
    const qualified = await caller(aws, "qualified", `${FUNCTION}:*`);
    const refused = (client: LambdaClient, name: string, more = {}) =>
      assert.rejects(invoke(client, name, {}, more), (error: Error) => {
        assert.equal(error.name, "AccessDeniedException");
        const arn = more && "Qualifier" in more ? `${FUNCTION}:${more.Qualifier}` : name;
        assert.ok(error.message.includes(`lambda:InvokeFunction on resource: ${arn} because`), error.message);
        return true;
      });
    assert.equal((await invoke(unqualified, FUNCTION)).payload, 1);
    await refused(unqualified, `${FUNCTION}:$LATEST`);
    await refused(unqualified, "f", { Qualifier: "1" });
    await refused(qualified, FUNCTION);
    assert.equal((await invoke(qualified, `${FUNCTION}:$LATEST`)).payload, 1);
    assert.equal((await invoke(qualified, "f", {}, { Qualifier: "1" })).payload, 1);
    unqualified.destroy();
    qualified.destroy();
  }));

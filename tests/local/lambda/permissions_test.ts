/** What a caller must be allowed: which ARN a call is authorised on, handing over a role, reading a package. */
import assert from "node:assert/strict";
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { makeRole } from "../iam/testing.ts";
import type { TestAws } from "../testing.ts";
import { createInput, deploy, invoke, ROLE, withLambda, zip } from "./testing.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f";

/** A client with the keys of a role that may do `Action` on `Resource`. */
async function caller(
  aws: TestAws,
  name: string,
  Resource: string,
  Action = "lambda:InvokeFunction",
): Promise<LambdaClient> {
  const version = { Version: "2012-10-17" };
  const trust = {
    ...version,
    Statement: [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }],
  };
  const policy = { ...version, Statement: [{ Effect: "Allow", Action, Resource }] };
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

Deno.test("who makes or changes a function must be allowed to pass its role on", () =>
  withLambda(async (lambda, aws) => {
    const source = "export const handler = async () => 1;";
    await deploy(lambda, "f", source);
    const deployer = await caller(aws, "deployer", "*", "lambda:*");
    const refused = (call: Promise<unknown>, message: RegExp) =>
      assert.rejects(call, { name: "AccessDeniedException", message });
    const denied =
      /deployer\/test is not authorized to perform: iam:PassRole on resource: .*role\/lambda-role/;
    await refused(deployer.send(new CreateFunctionCommand(createInput("g", source))), denied);
    const update = (more: object) =>
      deployer.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f", ...more }));
    await refused(update({ Role: ROLE }), denied);
    await refused(update({ Role: "arn:aws:iam::111111111111:role/x" }), /^Cross-account pass role is not/);
    assert.equal((await update({ Timeout: 9 })).Timeout, 9);
    deployer.destroy();
  }));

Deno.test("who has a package's address may read it, without a signature", () =>
  withLambda(async (lambda, aws) => {
    const source = "export const handler = async () => 1;";
    await deploy(lambda, "f", source);
    const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName: "f" }));
    const response = await fetch(Code!.Location!);
    assert.equal(response.headers.get("content-type"), "application/zip");
    assert.deepEqual(await response.bytes(), zip({ "index.mjs": source }));
    const none = await fetch(`${aws.endpoint}/2015-03-31/code/${"0".repeat(64)}`);
    assert.equal(
      (await none.json()).message,
      "The package does not exist. The function's code may have changed since.",
    );
  }));

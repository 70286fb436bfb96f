/** Attacks by functions on the services: on their port, the only one that they reach, nobody is the administrator. */
import assert from "node:assert/strict";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import { deploy, invoke, withLambda, zip } from "../lambda/testing.ts";
import { type TestAws, withLocalAws } from "../testing.ts";
import { sessionOf, sign } from "./testing/signing.ts";

interface Asked {
  path?: string;
  target?: string;
  form?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Asks on the functions' port; the answer's status and error code. */
async function ask(
  { functionEndpoint }: TestAws,
  { path = "/", target, form, headers, body = "{}" }: Asked,
): Promise<[status: number, code: string]> {
  const answer = await fetch(`${functionEndpoint}${path}`, {
    method: target || form ? "POST" : "GET",
    headers: { ...target ? { "x-amz-target": target } : {}, ...headers },
    body: form ?? (target ? body : undefined),
  });
  const text = await answer.text();
  const code = answer.headers.get("x-amzn-errortype") ?? /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? text;
  return [answer.status, code];
}

Deno.test("unsigned, every service refuses in its words, as on AWS", () =>
  withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
    s3.destroy();
    const missing = "MissingAuthenticationTokenException";
    assert.deepEqual(await ask(aws, {}), [403, "AccessDenied"]);
    assert.deepEqual(await ask(aws, { path: "/bucket/key" }), [403, "AccessDenied"]);
    assert.deepEqual(await ask(aws, { path: "/_scones/health" }), [404, "NoSuchBucket"]);
    assert.deepEqual(await ask(aws, { path: "/2015-03-31/functions" }), [403, missing]);
    assert.deepEqual(await ask(aws, { target: "SageMaker.ListModels" }), [400, missing]);
    assert.deepEqual(await ask(aws, { target: "AWSStepFunctions.ListStateMachines" }), [400, missing]);
    assert.deepEqual(await ask(aws, { target: "Logs_20140328.DescribeLogGroups" }), [400, missing]);
    assert.deepEqual(await ask(aws, { target: "AmazonSQS.ListQueues" }), [400, missing]);
    for (const action of ["ListRoles", "GetCallerIdentity", "AssumeRole", "CreateTopic"]) {
      const asked = await ask(aws, { path: `/?Action=${action}`, form: "Name=x" });
      const code = action === "CreateTopic" ? "AuthorizationError" : "MissingAuthenticationToken";
      assert.deepEqual(asked, [403, code], action);
    }
  }));

Deno.test("a key that was not issued is refused, the administrator's too", () =>
  withLocalAws(async (aws) => {
    for (const accessKeyId of ["local", "test", "AKIAIOSFODNN7EXAMPLE"]) {
      const session = { accessKeyId, secretAccessKey: "local" };
      const endpoint = aws.functionEndpoint;
      const headers = sign(session, { endpoint, path: "/" });
      assert.deepEqual(await ask(aws, { headers }), [403, "InvalidAccessKeyId"]);
      const json = { endpoint, path: "/", service: "sagemaker", method: "POST", body: "{}" };
      const target = "SageMaker.ListModels";
      const signed = sign(session, { ...json, headers: { "x-amz-target": target } });
      assert.deepEqual(await ask(aws, { target, headers: signed }), [400, "UnrecognizedClientException"]);
    }
    const bearer = { authorization: "Bearer x" };
    assert.deepEqual(await ask(aws, { headers: bearer }), [400, "InvalidRequest"]);
    const session = await sessionOf(aws, "lister", [{
      Effect: "Allow",
      Action: "s3:ListAllMyBuckets",
      Resource: "*",
    }]);
    const headers = sign(session, { endpoint: aws.functionEndpoint, path: "/" });
    assert.equal((await ask(aws, { headers }))[0], 200);
  }));

Deno.test("a resource's policy lets in whom it names: everybody, not the account's own", () =>
  withLocalAws(async (aws) => {
    const sqs = new SQSClient(aws.client);
    const queue = async (QueueName: string, Principal: unknown, Condition?: object) => {
      const statement = { Effect: "Allow", Principal, Action: "sqs:SendMessage", Resource: "*", Condition };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }))).QueueUrl!;
    };
    const send = (QueueUrl: string) =>
      ask(aws, { target: "AmazonSQS.SendMessage", body: JSON.stringify({ QueueUrl, MessageBody: "hello" }) });
    try {
      const open = await queue("open", "*");
      assert.equal((await send(open))[0], 200);
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: open, MessageSystemAttributeNames: ["SenderId"] }),
      );
      assert.deepEqual(Messages!.map(({ Body, Attributes }) => [Body, Attributes!.SenderId]), [[
        "hello",
        "anonymous",
      ]]);
      assert.equal((await send(await queue("open-too", { AWS: "*" })))[0], 200);
      const denied = [403, "AccessDeniedException"];
      assert.deepEqual(await send(await queue("own", { AWS: "000000000000" })), denied);
      const typed = await queue("typed", "*", { StringEquals: { "aws:PrincipalType": "Account" } });
      assert.deepEqual(await send(typed), denied);
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "plain" }));
      assert.deepEqual(await send(QueueUrl!), denied);
    } finally {
      sqs.destroy();
    }
  }));

const SOURCE = `
  import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
  const sqs = new SQSClient({});
  export const handler = async ({ QueueUrl, user, path }) => {
    const own = process.env.AWS_ENDPOINT_URL;
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "from inside" }));
    const unsigned = await fetch(own + path);
    const attempt = await fetch(user).then(({ status }) => status, (error) => String(error));
    return { sent: sent.MessageId.length, unsigned: unsigned.status, attempt, own };
  };`;

Deno.test("a function reaches its port alone, where it is its role; addresses of the users' port work there", () =>
  withLambda(async (lambda, aws) => {
    const { outputFiles } = await build({
      stdin: { contents: SOURCE, resolveDir: fileURLToPath(new URL("../../../", import.meta.url)) },
      bundle: true,
      platform: "node",
      format: "cjs",
      write: false,
    });
    await stop();
    const [sqs, iam] = [new SQSClient(aws.client), new IAMClient(aws.client)];
    try {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "queue" }));
      const Statement = [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(
        new PutRolePolicyCommand({ RoleName: "lambda-role", PolicyName: "send", PolicyDocument }),
      );
      const ZipFile = zip({ "index.cjs": outputFiles[0]!.contents });
      await deploy(lambda, "inside", "", { Code: { ZipFile } });
      const event = { QueueUrl, user: aws.endpoint, path: "/2015-03-31/functions" };
      const { payload, log } = await invoke(lambda, "inside", event);
      const { attempt, ...rest } = payload as { attempt: string };
      assert.deepEqual(rest, { sent: 36, unsigned: 403, own: aws.functionEndpoint }, log.join("\n"));
      assert.match(attempt, /NotCapable|fetch failed|Requires net access/);
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      assert.deepEqual(Messages!.map(({ Body }) => Body), ["from inside"]);
      const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName: "inside" }));
      assert.deepEqual(await (await fetch(Code!.Location!)).bytes(), ZipFile);
    } finally {
      sqs.destroy();
      iam.destroy();
    }
  }));

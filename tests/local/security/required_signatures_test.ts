/** With required signatures the users' port takes callers as AWS does: only signed requests are anybody's. */
import assert from "node:assert/strict";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateTopicCommand,
  ListSubscriptionsCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { ensureLocalAws, findLocalAws, stopLocalAws } from "../../../lib/aws/local_aws.ts";
import { deploy, makeRole } from "../lambda/testing.ts";
import { refusal } from "../s3/testing.ts";
import { type TestAws, withLocalAws } from "../testing.ts";
import { presign, presignVersion2 } from "./testing/signing.ts";

const withSignatures = (body: (aws: TestAws) => Promise<void>) =>
  withLocalAws((aws) => body({ ...aws, client: clientWith(aws, "local", "local") }), {
    requireSignatures: true,
  });

function clientWith({ client }: TestAws, accessKeyId: string, secretAccessKey: string) {
  return { ...client, credentials: { accessKeyId, secretAccessKey } };
}

Deno.test("the administrator signs with the documented keys, in every service", () =>
  withSignatures(async (aws) => {
    const [s3, logs] = [new S3Client(aws.client), new CloudWatchLogsClient(aws.client)];
    const [lambda, sts] = [new LambdaClient(aws.client), new STSClient(aws.client)];
    try {
      await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
      await logs.send(new DescribeLogGroupsCommand({}));
      await lambda.send(new ListFunctionsCommand({}));
      const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
      assert.equal(Arn, "arn:aws:iam::000000000000:root");
      const keys = { accessKeyId: "local", secretAccessKey: "local" };
      const { endpoint } = aws;
      const presigned = await fetch(`${endpoint}/bucket?${presign(keys, { endpoint, path: "/bucket" })}`);
      assert.match(await presigned.text(), /<ListBucketResult/);
    } finally {
      for (const client of [s3, logs, lambda, sts]) client.destroy();
    }
  }));

Deno.test("no other key is the administrator's, nor is an unsigned request", () =>
  withSignatures(async (aws) => {
    const refused = async (accessKeyId: string, secretAccessKey: string) => {
      const client = clientWith(aws, accessKeyId, secretAccessKey);
      const [s3, lambda, sts] = [new S3Client(client), new LambdaClient(client), new STSClient(client)];
      try {
        return [
          await refusal(s3.send(new ListBucketsCommand({}))),
          await refusal(lambda.send(new ListFunctionsCommand({}))),
          await refusal(sts.send(new GetCallerIdentityCommand({}))),
        ];
      } finally {
        for (const client of [s3, lambda, sts]) client.destroy();
      }
    };
    assert.deepEqual(await refused("local", "other"), [
      ["SignatureDoesNotMatch", 403],
      ["InvalidSignatureException", 403],
      ["SignatureDoesNotMatch", 403],
    ]);
    assert.deepEqual(await refused("other", "local"), [
      ["InvalidAccessKeyId", 403],
      ["UnrecognizedClientException", 403],
      ["InvalidClientTokenId", 403],
    ]);
    const { endpoint } = aws;
    const bucket = await fetch(`${endpoint}/bucket`, { method: "PUT" });
    assert.match(await bucket.text(), /<Code>AccessDenied<\/Code><Message>Access Denied<\/Message>/);
    const functions = await fetch(`${endpoint}/2015-03-31/functions`);
    assert.match(await functions.text(), /Missing Authentication Token/);
    const keys = { accessKeyId: "local", secretAccessKey: "wrong" };
    const version2 = await fetch(`${endpoint}/bucket?${presignVersion2(keys, "GET", "/bucket")}`);
    assert.match(await version2.text(), /<Code>InvalidToken<\/Code>/);
  }));

Deno.test("links that AWS gives without a signature still open: a function's code, SNS's Unsubscribe", () =>
  withSignatures(async (aws) => {
    const [lambda, sns] = [new LambdaClient(aws.client), new SNSClient(aws.client)];
    try {
      await makeRole(aws);
      await deploy(lambda, "f", "export const handler = () => 1;");
      const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName: "f" }));
      const zip = await fetch(Code!.Location!);
      assert.equal(zip.status, 200);
      assert.equal(new TextDecoder().decode((await zip.bytes()).subarray(0, 2)), "PK");
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "topic" }));
      const Endpoint = "arn:aws:sqs:us-east-1:000000000000:queue";
      const subscribe = new SubscribeCommand({
        TopicArn,
        Protocol: "sqs",
        Endpoint,
        ReturnSubscriptionArn: true,
      });
      const { SubscriptionArn } = await sns.send(subscribe);
      const link = `${aws.endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`;
      assert.match(await (await fetch(link)).text(), /<UnsubscribeResponse/);
      assert.deepEqual((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions, []);
    } finally {
      lambda.destroy();
      sns.destroy();
    }
  }));

Deno.test("a starter that asks for it gets it, or is told that the one that is running does not have it", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const where = { stateDir, port: 0 };
  try {
    const strict = await ensureLocalAws({ ...where, requireSignatures: true });
    assert.equal((await fetch(strict.endpoint)).status, 403);
    // Who does not ask takes it as it is: the workflow signs in any case.
    assert.equal((await ensureLocalAws(where)).pid, strict.pid);
    assert.equal((await findLocalAws(where))!.requireSignatures, true);
    await stopLocalAws(where);
    const open = await ensureLocalAws(where);
    assert.equal((await fetch(open.endpoint)).status, 200);
    await assert.rejects(ensureLocalAws({ ...where, requireSignatures: true }), {
      message: /does not require signatures. Stop it with "deno task local stop"/,
    });
  } finally {
    await stopLocalAws(where);
    await Deno.remove(stateDir, { recursive: true });
  }
});

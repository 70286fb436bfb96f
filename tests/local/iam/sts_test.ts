/** STS and the verification of its credentials, against the real clients. */
import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DeleteRoleCommand, DeleteRolePolicyCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { createHash, createHmac } from "node:crypto";
import { type TestAws, withLocalAws } from "../testing.ts";
import type { LocalAwsOptions } from "../../../lib/local/server.ts";
import { makeRole, refusal } from "./testing.ts";

const KEY = "test/bike é+(1)*'!.png";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::000000000000:root" },
    Action: "sts:AssumeRole",
  }],
});
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::scones/test/*" },
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: "arn:aws:s3:::scones",
      Condition: { StringLike: { "s3:prefix": "test/*" } },
    },
    { Effect: "Allow", Action: "logs:CreateLogGroup", Resource: "arn:aws:logs:*:*:log-group:/mine/*:*" },
    { Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::scones/test/secret/*" },
  ],
});

interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

async function assume(aws: TestAws, RoleArn: string): Promise<Session> {
  const sts = new STSClient(aws.client);
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "me" }));
  sts.destroy();
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
}

/** A bucket, a role with the policy above and a session of it. */
const withSession = (
  body: (aws: TestAws, credentials: Session, RoleArn: string) => Promise<void>,
  options: Partial<LocalAwsOptions> = {},
) =>
  withLocalAws(async (aws) => {
    const admin = new S3Client(aws.client);
    await admin.send(new CreateBucketCommand({ Bucket: "scones" }));
    admin.destroy();
    const role = await makeRole(aws, "reader", trust, policy);
    await body(aws, await assume(aws, role), role);
  }, options);

Deno.test("a session is authenticated by every service's signing rules", () =>
  withSession(async (aws, credentials) => {
    const client = { ...aws.client, credentials };
    const sts = new STSClient(client);
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, "arn:aws:sts::000000000000:assumed-role/reader/me");
    assert.match(identity.UserId ?? "", /^AROA\w+:me$/);
    const root = await new STSClient(aws.client).send(new GetCallerIdentityCommand({}));
    assert.equal(root.Arn, "arn:aws:iam::000000000000:root");

    const s3 = new S3Client(client);
    await s3.send(new PutObjectCommand({ Bucket: "scones", Key: KEY, Body: "x", Metadata: { a: " b  c " } }));
    const got = await s3.send(new GetObjectCommand({ Bucket: "scones", Key: KEY }));
    assert.equal(await got.Body?.transformToString(), "x");
    await s3.send(new ListObjectsV2Command({ Bucket: "scones", Prefix: "test/b", StartAfter: "a b+c" }));
    await new CloudWatchLogsClient(client).send(new CreateLogGroupCommand({ logGroupName: "/mine/a" }));
  }));

Deno.test("a session has its role's permissions, and is denied in each service's wording", () =>
  withSession(async (aws, credentials) => {
    const client = { ...aws.client, credentials };
    const s3 = new S3Client(client);
    const get = (Key: string) => s3.send(new GetObjectCommand({ Bucket: "scones", Key }));
    assert.deepEqual(await refusal(get("train/1.png")), ["AccessDenied", 403]);
    // Without permission to list the whole bucket, a missing key looks like a forbidden one.
    await assert.rejects(get("test/none"), {
      name: "AccessDenied",
      message:
        "User: arn:aws:sts::000000000000:assumed-role/reader/me is not authorized to perform: s3:ListBucket " +
        'on resource: "arn:aws:s3:::scones" because no identity-based policy allows the s3:ListBucket action',
    });
    await assert.rejects(get("test/secret/1"), /with an explicit deny in an identity-based policy$/);
    const list = (Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket: "scones", Prefix }));
    await list("test/");
    assert.deepEqual(await refusal(list("train/")), ["AccessDenied", 403]);
    const logs = new CloudWatchLogsClient(client);
    const create = new CreateLogGroupCommand({ logGroupName: "/other" });
    assert.deepEqual(await refusal(logs.send(create)), ["AccessDeniedException", 400]);
    const iam = new IAMClient(client);
    assert.deepEqual(await refusal(iam.send(new GetRoleCommand({ RoleName: "reader" }))), [
      "AccessDenied",
      403,
    ]);
  }));

Deno.test("a wrong secret, token or date is refused in each service's wording", () =>
  withSession(async (aws, credentials) => {
    const faults = {
      secret: { credentials: { ...credentials, secretAccessKey: "no" } },
      token: { credentials: { ...credentials, sessionToken: "no" } },
      key: { credentials: { ...credentials, accessKeyId: "ASIASCONES2222222222" } },
      date: { credentials, systemClockOffset: -3600_000 },
    };
    const expected: Record<keyof typeof faults, [string, number][]> = {
      secret: [["SignatureDoesNotMatch", 403], ["InvalidSignatureException", 400], [
        "SignatureDoesNotMatch",
        403,
      ]],
      token: [["InvalidToken", 400], ["UnrecognizedClientException", 400], ["InvalidClientTokenId", 403]],
      key: [["InvalidAccessKeyId", 403], ["UnrecognizedClientException", 400], ["InvalidClientTokenId", 403]],
      date: [["RequestTimeTooSkewed", 403], ["InvalidSignatureException", 400], [
        "SignatureDoesNotMatch",
        403,
      ]],
    };
    for (const [fault, change] of Object.entries(faults)) {
      const client = { ...aws.client, ...change };
      const answers = [
        await refusal(
          new S3Client(client).send(new ListObjectsV2Command({ Bucket: "scones", Prefix: "test/" })),
        ),
        await refusal(new CloudWatchLogsClient(client).send(new DescribeLogGroupsCommand({}))),
        await refusal(new STSClient(client).send(new GetCallerIdentityCommand({}))),
      ];
      assert.deepEqual(answers, expected[fault as keyof typeof faults], fault);
    }
    const client = { ...aws.client, ...faults.secret };
    const invoke = new LambdaClient(client).send(new InvokeCommand({ FunctionName: "f" }));
    assert.deepEqual(await refusal(invoke), ["InvalidSignatureException", 403]);
    const list = new SFNClient(client).send(new ListExecutionsCommand({ stateMachineArn: "a" }));
    assert.deepEqual(await refusal(list), ["InvalidSignatureException", 400]);
  }));

Deno.test("a body that is not the signed one is refused", () =>
  withSession(async (aws, credentials) => {
    const logs = new CloudWatchLogsClient({ ...aws.client, credentials });
    logs.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body = JSON.stringify({ logGroupName: "/mine/b" });
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    const create = logs.send(new CreateLogGroupCommand({ logGroupName: "/mine/a" }));
    assert.deepEqual(await refusal(create), ["InvalidSignatureException", 400]);
  }));

Deno.test("sessions end when they expire, and with their role", async () => {
  let now = Date.now();
  await withSession(async (aws, credentials) => {
    const sts = new STSClient({ ...aws.client, credentials });
    const identity = () => sts.send(new GetCallerIdentityCommand({}));
    now += 3599_000;
    await identity();
    now += 2000;
    assert.deepEqual(await refusal(identity()), ["ExpiredToken", 403]);
    const s3 = new S3Client({ ...aws.client, credentials });
    const get = s3.send(new GetObjectCommand({ Bucket: "scones", Key: KEY }));
    assert.deepEqual(await refusal(get), ["ExpiredToken", 400]);

    const fresh = await assume(aws, "arn:aws:iam::000000000000:role/reader");
    const iam = new IAMClient(aws.client);
    await iam.send(new DeleteRolePolicyCommand({ RoleName: "reader", PolicyName: "policy" }));
    await iam.send(new DeleteRoleCommand({ RoleName: "reader" }));
    await makeRole(aws, "reader", trust, policy);
    const stale = new STSClient({ ...aws.client, credentials: fresh });
    assert.deepEqual(await refusal(stale.send(new GetCallerIdentityCommand({}))), [
      "InvalidClientTokenId",
      403,
    ]);
  }, { now: () => now });
});

Deno.test("a presigned URL is valid for its key and its time", () =>
  withSession(async (aws, credentials) => {
    const url = presign(aws.endpoint, "/scones/test/a%20b", credentials, new Date(), 60);
    const put = new S3Client({ ...aws.client, credentials });
    await put.send(new PutObjectCommand({ Bucket: "scones", Key: "test/a b", Body: "x" }));
    const got = await fetch(url);
    assert.deepEqual([got.status, await got.text()], [200, "x"]);
    const other = await fetch(url.replace("a%20b", "a"));
    assert.match(await other.text(), /SignatureDoesNotMatch/);
    const late = presign(aws.endpoint, "/scones/test/a%20b", credentials, new Date(Date.now() - 61_000), 60);
    const refused = await fetch(late);
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /Request has expired/);
  }));

Deno.test("only principals in the trust policy can assume a role", () =>
  withLocalAws(async (aws) => {
    const trustOf = (Principal: object) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
      });
    const first = await makeRole(aws, "first", trust);
    const forLambda = await makeRole(aws, "for-lambda", trustOf({ Service: "lambda.amazonaws.com" }));
    const forFirst = await makeRole(aws, "for-first", trustOf({ AWS: first }));
    const forAccount = await makeRole(aws, "for-account", trust);
    const admin = new STSClient(aws.client);
    const as = (sts: STSClient, RoleArn: string) =>
      refusal(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "me" })));
    const denied = ["AccessDenied", 403];
    assert.deepEqual(await as(admin, forLambda), denied);
    assert.deepEqual(await as(admin, forFirst), denied);
    assert.deepEqual(await as(admin, "arn:aws:iam::000000000000:role/absent"), denied);
    assert.equal(await as(admin, forAccount), undefined);
    const session = new STSClient({ ...aws.client, credentials: await assume(aws, first) });
    assert.equal(await as(session, forFirst), undefined);
    assert.deepEqual(await as(session, forAccount), denied);
    const nobody = "arn:aws:iam::000000000000:role/nobody";
    for (const DurationSeconds of [899, 43201]) {
      const outside = new AssumeRoleCommand({ RoleArn: nobody, RoleSessionName: "me", DurationSeconds });
      assert.deepEqual(await refusal(admin.send(outside)), ["ValidationError", 400]);
    }
    const long = new AssumeRoleCommand({ RoleArn: forAccount, RoleSessionName: "me", DurationSeconds: 7200 });
    assert.deepEqual(await refusal(admin.send(long)), ["ValidationError", 400]);
  }));

/** A presigned GET, made from AWS's description of it. */
function presign(endpoint: string, path: string, credentials: Session, at: Date, seconds: number): string {
  const date = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${scope}`],
    ["X-Amz-Date", date],
    ["X-Amz-Expires", String(seconds)],
    ["X-Amz-Security-Token", credentials.sessionToken],
    ["X-Amz-SignedHeaders", "host"],
  ].map((pair) => pair.map((text) => encodeURIComponent(text!)).join("=")).join("&");
  const host = new URL(endpoint).host;
  const canonical = ["GET", path, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const sign = (key: string | Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Uint8Array>(sign, `AWS4${credentials.secretAccessKey}`);
  const signature = sign(key, ["AWS4-HMAC-SHA256", date, scope, hash].join("\n")).toString("hex");
  return `${endpoint}${path}?${query}&X-Amz-Signature=${signature}`;
}

Deno.test("an unsigned request of the query protocol goes to the service that has its operation", () =>
  withLocalAws(async ({ endpoint }) => {
    const ask = async (Action: string) => {
      const response = await fetch(endpoint, { method: "POST", body: new URLSearchParams({ Action }) });
      return [response.status, await response.text()] as const;
    };
    const [status, text] = await ask("GetCallerIdentity");
    assert.equal(status, 200);
    assert.match(text, /<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com/);
    assert.match((await ask("ListRoles"))[1], /<ListRolesResponse/);
    const large = await fetch(endpoint, {
      method: "POST",
      body: new URLSearchParams({ Action: "x".repeat(2e6) }),
    });
    assert.equal(large.status, 413, await large.text());
  }));

Deno.test("where signatures are required, an unsigned request to STS is refused by STS", () =>
  withLocalAws(async ({ endpoint }) => {
    const body = new URLSearchParams({ Action: "AssumeRole" });
    const response = await fetch(endpoint, { method: "POST", body });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<ErrorResponse>.*<Code>MissingAuthenticationToken</s);
  }, { requireSignatures: true }));

/** Bucket policies: their checks, what they allow and deny, and public ones. */
import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { isPublicPolicy } from "../../../lib/local/s3/public_policy.ts";
import { allowing, asRole } from "../iam/testing.ts";
import { refusal, withBucket } from "./testing.ts";

const BUCKET = "arn:aws:s3:::scones-test";
const OBJECTS = `${BUCKET}/*`;
const ROLE = "arn:aws:iam::000000000000:role/reader";

function policyOf(...Statement: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
const allow = (Principal: unknown, Action: string, Resource: string, more: object = {}) => ({
  Effect: "Allow",
  Principal,
  Action,
  Resource,
  ...more,
});
const deny = (Action: string, Resource: string | string[], more: object = {}) => ({
  Effect: "Deny",
  Principal: "*",
  Action,
  Resource,
  ...more,
});

Deno.test("a policy is checked in S3's words, kept as it was sent, and removed", () =>
  withBucket(async (s3, Bucket) => {
    const put = (Policy: string) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const rows: [string, string][] = [
      ["[]", "Policies must be valid JSON and the first byte must be '{'"],
      ["{,", "Policies must be valid JSON and the first byte must be '{'"],
      [policyOf({ ...deny("s3:*", OBJECTS), Principal: undefined }), "Missing required field Principal"],
      [policyOf({ ...deny("s3:*", OBJECTS), Resource: undefined }), "Missing required field Resource"],
      [policyOf({ ...deny("s3:*", OBJECTS), Action: undefined }), "Missing required field Action"],
      [policyOf(deny("s3:*", OBJECTS, { Principal: { AWS: "nobody" } })), "Invalid principal in policy"],
      [policyOf(deny("ec2:RunInstances", OBJECTS)), "Policy has invalid action"],
      [policyOf(deny("s3:*", "arn:aws:s3:::another/*")), "Policy has invalid resource"],
      [policyOf(deny("s3:*", "scones-test")), "Policy has invalid resource"],
      [policyOf(deny("s3:GetObject", BUCKET)), "Action does not apply to any resource(s) in statement"],
      [policyOf(deny("s3:ListBucket", OBJECTS)), "Action does not apply to any resource(s) in statement"],
      [policyOf(deny("s3:*", OBJECTS, { Sometimes: true })), "Invalid policy syntax."],
      [`{"a":"${"x".repeat(20 * 1024)}"}`, "Policy exceeds the maximum allowed document size."],
    ];
    for (const [policy, message] of rows) {
      await assert.rejects(put(policy), { name: "MalformedPolicy", message }, policy.slice(0, 200));
    }
    const get = () => s3.send(new GetBucketPolicyCommand({ Bucket }));
    assert.deepEqual(await refusal(get()), ["NoSuchBucketPolicy", 404]);
    const status = () => s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
    assert.deepEqual(await refusal(status()), ["NoSuchBucketPolicy", 404]);
    const policy = policyOf(deny("s3:DeleteBucket", BUCKET));
    assert.equal((await put(policy)).$metadata.httpStatusCode, 204);
    assert.equal((await get()).Policy, policy);
    assert.equal((await status()).PolicyStatus!.IsPublic, false);
    for (let times = 0; times < 2; times++) {
      const { $metadata } = await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
      assert.equal($metadata.httpStatusCode, 204);
    }
    assert.deepEqual(await refusal(get()), ["NoSuchBucketPolicy", 404]);
  }));

Deno.test("a policy allows what the role's own does not, and its Deny is final", () =>
  withBucket(async (s3, Bucket, aws) => {
    const reader = new S3Client(await asRole(aws, "reader"));
    const writer = new S3Client(await asRole(aws, "writer", allowing("s3:*")));
    const put = (Policy: string) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    for (const Key of ["open", "secret/a"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const read = (client: S3Client, Key: string) => client.send(new GetObjectCommand({ Bucket, Key }));
    assert.deepEqual(await refusal(read(reader, "open")), ["AccessDenied", 403]);
    await put(policyOf(
      allow({ AWS: ROLE }, "s3:GetObject", OBJECTS),
      deny("s3:*", `${BUCKET}/secret/*`),
    ));
    assert.equal(await refusal(read(reader, "open")), undefined);
    await assert.rejects(read(reader, "secret/a"), {
      name: "AccessDenied",
      message: /with an explicit deny in a resource-based policy$/,
    });
    // The role's own rights, copies, lists of deletions and the administrator meet the Deny as well.
    for (const client of [writer, s3]) {
      assert.deepEqual(await refusal(read(client, "secret/a")), ["AccessDenied", 403]);
      const copy = new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/secret/a` });
      assert.deepEqual(await refusal(client.send(copy)), ["AccessDenied", 403]);
      const { Errors } = await client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "secret/a" }] } }),
      );
      assert.deepEqual(Errors!.map(({ Code }) => Code), ["AccessDenied"]);
    }
    // Nobody locks the account's administrator out of the policy itself.
    await put(policyOf(deny("s3:*", [BUCKET, OBJECTS])));
    assert.deepEqual(await refusal(s3.send(new HeadBucketCommand({ Bucket }))), ["Unknown", 403]);
    await s3.send(new GetBucketPolicyCommand({ Bucket }));
    assert.deepEqual(await refusal(writer.send(new DeleteBucketPolicyCommand({ Bucket }))), [
      "AccessDenied",
      403,
    ]);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    assert.equal(await refusal(read(writer, "secret/a")), undefined);
    [reader, writer].forEach((client) => client.destroy());
  }));

Deno.test("statements that ask for TLS hold over this machine's plain HTTP, and headers are condition keys", () =>
  withBucket(async (s3, Bucket) => {
    const tls = deny("s3:*", [BUCKET, OBJECTS], { Condition: { Bool: { "aws:SecureTransport": "false" } } });
    const encrypted = deny("s3:PutObject", OBJECTS, {
      Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" } },
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policyOf(tls, encrypted) }));
    const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ...more }));
    assert.deepEqual(await refusal(put({})), ["AccessDenied", 403]);
    await put({ ServerSideEncryption: "AES256" });
    await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
  }));

Deno.test("public policies are blocked until the block is taken away, and then let strangers in", () =>
  withBucket(async (s3, Bucket, aws) => {
    const open = policyOf(allow("*", "s3:GetObject", OBJECTS));
    const put = () => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: open }));
    const block = (given: object) =>
      s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: given }));
    const stranger = async (key: string) => {
      const response = await fetch(`${aws.functionEndpoint}/${Bucket}/${key}`);
      await response.body?.cancel();
      return response.status;
    };
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    await assert.rejects(put(), {
      name: "AccessDenied",
      message:
        "User: arn:aws:iam::000000000000:root is not authorized to perform: s3:PutBucketPolicy on resource: " +
        '"arn:aws:s3:::scones-test" because public policies are prevented by the BlockPublicPolicy setting in S3 ' +
        "Block Public Access.",
    });
    await block({ RestrictPublicBuckets: true });
    assert.deepEqual(
      (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration,
      {
        BlockPublicAcls: false,
        IgnorePublicAcls: false,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: true,
      },
    );
    await put();
    assert.equal((await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus!.IsPublic, true);
    assert.equal(await stranger("k"), 403);
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    assert.deepEqual(await refusal(s3.send(new GetPublicAccessBlockCommand({ Bucket }))), [
      "NoSuchPublicAccessBlockConfiguration",
      404,
    ]);
    assert.equal(await stranger("k"), 200);
    assert.equal(await stranger("absent"), 403);
    // For roles of the account the restriction changes nothing.
    const reader = new S3Client(await asRole(aws, "reader"));
    await block({ RestrictPublicBuckets: true });
    await reader.send(new GetObjectCommand({ Bucket, Key: "k" }));
    reader.destroy();
  }));

Deno.test("a policy is public when it lets everybody in, whoever they are", () => {
  const isPublic = (statement: object) => isPublicPolicy(policyOf(statement));
  const within = (Condition: object) => isPublic(allow({ AWS: "*" }, "s3:GetObject", OBJECTS, { Condition }));
  assert.ok(isPublic(allow("*", "s3:GetObject", OBJECTS)));
  assert.ok(!isPublic(allow({ AWS: ROLE }, "s3:GetObject", OBJECTS)));
  assert.ok(!isPublic(deny("s3:*", OBJECTS)));
  assert.ok(!within({ StringEquals: { "aws:PrincipalOrgID": "o-1" } }));
  assert.ok(!within({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }));
  assert.ok(within({ IpAddress: { "aws:SourceIp": "0.0.0.0/1" } }));
  assert.ok(within({ StringLike: { "aws:SourceArn": "arn:aws:*" } }));
  assert.ok(within({ StringNotEquals: { "aws:PrincipalAccount": "111111111111" } }));
  assert.ok(within({ StringEquals: { "aws:UserAgent": "secret" } }));
});

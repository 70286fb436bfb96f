import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { bucketDefinition, ensureBucket } from "../../lib/aws/bucket.ts";
import { expectOwner } from "../../lib/aws/bucket_owner.ts";
import type { Aws } from "../../lib/aws/clients.ts";
import { listObjects, uploadChanged } from "../../lib/aws/s3.ts";
import { fingerprint } from "../../lib/training/equal_job.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployEndpoint, deployFunctions, execute } from "../workflow/testing.ts";
import { playedAws, tagsOf } from "./testing.ts";

/** S3 with one bucket, or none yet, which answers as AWS does, with errors that a test wants. */
class PlayedS3 {
  exists = false;
  tags: { Key: string; Value: string }[] | undefined;
  readonly settings = new Map<string, unknown>();
  readonly calls: string[] = [];
  /** The errors that the next calls of an operation end in. */
  readonly errors = new Map<string, Error[]>();

  readonly client = Object.assign(new S3Client({ region: "us-east-1" }), {
    send: async (command: { input: Record<string, unknown> }) => {
      await Promise.resolve();
      const name = command.constructor.name.replace("Command", "");
      this.calls.push(name);
      const error = this.errors.get(name)?.shift();
      if (error) throw error;
      return this.#answer(name, command.input);
    },
  });

  #answer(name: string, input: Record<string, unknown>): object {
    const [, verb, what] = name.match(/^(Get|Put)(?:Bucket)?(.*?)(?:Configuration)?$/) ?? [];
    if (name === "HeadBucket" && !this.exists) throw failure("NotFound", 404);
    if (name === "CreateBucket") this.exists = true;
    if (what === "Tagging") {
      if (verb === "Put") this.tags = (input.Tagging as { TagSet: PlayedS3["tags"] }).TagSet;
      if (!this.tags) throw failure("NoSuchTagSet", 404);
      return { TagSet: this.tags };
    }
    if (verb === "Put") this.settings.set(what!, input);
    if (verb !== "Get") return {};
    const found = this.settings.get(what!) as Record<string, unknown> | undefined;
    const missing: Record<string, string> = {
      PublicAccessBlock: "NoSuchPublicAccessBlockConfiguration",
      Policy: "NoSuchBucketPolicy",
      Lifecycle: "NoSuchLifecycleConfiguration",
      Encryption: "ServerSideEncryptionConfigurationNotFoundError",
    };
    if (!found) throw failure(missing[what!]!, 404);
    return { ...found, Rules: (found.LifecycleConfiguration as { Rules: unknown } | undefined)?.Rules };
  }

  puts(): string[] {
    return this.calls.filter((name) => name.startsWith("Put"));
  }
}

function failure(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

Deno.test("a bucket is created tagged and protected, once", async () => {
  const s3 = new PlayedS3();
  const kmsKey = "arn:aws:kms:us-east-1:123456789012:key/1234";
  const aws = playedAws({ s3: s3.client }, { SCONES_TARGET: "aws", SCONES_KMS_KEY_ARN: kmsKey });
  assert.deepEqual(await ensureBucket(aws), { change: "created" });
  assert.deepEqual(s3.puts(), [
    "PutBucketTagging",
    "PutPublicAccessBlock",
    "PutBucketPolicy",
    "PutBucketLifecycleConfiguration",
    "PutBucketEncryption",
  ]);
  assert.deepEqual(s3.tags, tagsOf());
  const { policy, lifecycle } = bucketDefinition(aws);
  assert.deepEqual(policy.Statement[0]!.Condition, { Bool: { "aws:SecureTransport": "false" } });
  assert.equal(lifecycle.Rules[0]!.Filter.Prefix, "data_capture/");
  s3.calls.length = 0;
  assert.deepEqual(await ensureBucket(aws), { change: "unchanged" });
  assert.deepEqual(s3.puts(), []);
  s3.settings.delete("Policy");
  assert.deepEqual(await ensureBucket(aws), { change: "updated" });
  assert.deepEqual(s3.puts(), ["PutBucketPolicy"]);
});

Deno.test("a bucket without our tags is used and not changed; another stage's is refused", async () => {
  const s3 = new PlayedS3();
  s3.exists = true;
  const aws = playedAws({ s3: s3.client });
  const { change, note } = await ensureBucket(aws);
  assert.equal(change, "unchanged");
  assert.match(note!, /not made by this project/);
  s3.tags = tagsOf({ stage: "prod", caller: "arn:aws:iam::123456789012:user/bert" });
  await assert.rejects(ensureBucket(aws), /The bucket b belongs to the stage prod, made by .*bert/);
  assert.deepEqual(s3.puts(), []);
});

Deno.test("a name that S3 has not freed yet is waited for, with a message; one of another account is an error", async () => {
  const s3 = new PlayedS3();
  const aws = playedAws({ s3: s3.client });
  s3.errors.set("CreateBucket", Array(3).fill(failure("OperationAborted", 409)));
  assert.equal((await ensureBucket(aws)).change, "created");
  s3.exists = false;
  s3.errors.set("CreateBucket", [failure("BucketAlreadyExists", 409)]);
  await assert.rejects(ensureBucket(aws), /The bucket b belongs to another account.*Set SCONES_BUCKET/);
  s3.errors.set("HeadBucket", [
    Object.assign(failure("301", 301), { $response: { headers: { "x-amz-bucket-region": "eu-west-1" } } }),
  ]);
  await assert.rejects(ensureBucket(aws), /is in eu-west-1, not in us-east-1\. Set AWS_REGION/);
});

Deno.test("on the local AWS a bucket is protected as on AWS, and its policy locks nobody out", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const kmsKey = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const aws = await connectTo(endpoint, "0.01", { SCONES_BUCKET: "fresh", SCONES_KMS_KEY_ARN: kmsKey });
    const { s3, bucket: Bucket } = aws;
    assert.deepEqual(await ensureBucket(aws), { change: "created" });
    const { policy, lifecycle } = bucketDefinition(aws);
    assert.deepEqual(JSON.parse((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy!), policy);
    const rules = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    assert.deepEqual(rules.Rules, lifecycle.Rules);
    assert.deepEqual(
      (await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet,
      tagsOf({ caller: aws.caller }),
    );
    assert.deepEqual(await ensureBucket(aws), { change: "unchanged" });
    const stored = await s3.send(new PutObjectCommand({ Bucket, Key: "data_capture/a", Body: "x" }));
    assert.deepEqual([stored.ServerSideEncryption, stored.SSEKMSKeyId], ["aws:kms", kmsKey]);
    assert.match(stored.Expiration!, /rule-id="captures"$/);
    aws.close();
  });
});

Deno.test("every request to S3 expects the account to own the bucket, the functions' too", async () => {
  const without: string[] = [];
  let seen = 0;
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    try {
      await deployEndpoint(aws);
      const machine = await deployFunctions(aws);
      seen = 0;
      without.length = 0; // the tests' own clients stage the pictures
      assert.equal((await execute(aws, machine)).status, "SUCCEEDED");
      await ensureBucket(aws);
      await uploadChanged(aws, [{
        key: "x",
        body: () => Promise.resolve(new Uint8Array(1)),
        contentType: "a/b",
      }], { existing: [] });
      assert.ok(seen >= 3, `${seen}`);
      assert.deepEqual(without, []);

      const s3 = new S3Client({
        endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      });
      expectOwner(s3, "111111111111");
      await assert.rejects(ensureBucket({ ...aws, s3 }), /belongs to another account/);
      s3.destroy();
    } finally {
      aws.close();
    }
  }, {
    around: (handle) => (request) => {
      if (/\/s3\/aws4_request/.test(request.headers.get("authorization") ?? "")) {
        seen++;
        if (!request.headers.has("x-amz-expected-bucket-owner")) {
          without.push(`${request.method} ${request.url}`);
        }
      }
      return handle(request);
    },
  });
});

Deno.test("objects that KMS encrypts, whose ETag is no MD5, are neither sent nor trained on again", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const plain = await connectTo(endpoint, "0.01", { SCONES_BUCKET: "kms-bucket" });
    await ensureBucket(plain);
    const aws = { ...plain, s3: encrypted(plain.s3) };
    const upload = (text: string) => ({
      key: "train/1.png",
      body: () => Promise.resolve(new TextEncoder().encode(text)),
      contentType: "image/png",
    });
    const existing = () => listObjects(aws.s3, aws.bucket, "train/");
    const job = () =>
      fingerprint(
        aws,
        {
          TrainingJobName: "j",
          InputDataConfig: [{
            ChannelName: "train",
            DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${aws.bucket}/train/` } },
          }],
        } as Parameters<typeof fingerprint>[1],
      );
    const sent = async (text: string) =>
      (await uploadChanged(aws, [upload(text)], { existing: await existing() })).sent;
    assert.equal(await sent("one"), 1);
    const before = await job();
    assert.equal(await sent("one"), 0);
    // Written anew, as after a deletion: another ETag, the same content.
    assert.equal((await uploadChanged(aws, [upload("one")], { existing: [] })).sent, 1);
    assert.equal(await job(), before);
    assert.equal(await sent("two"), 1);
    assert.notEqual(await job(), before);
    plain.close();
  });
});

Deno.test("a file whose MD5 sum is known is not read when the object is there", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    await ensureBucket(aws);
    let read = 0;
    const upload = async (text: string) => {
      const bytes = new TextEncoder().encode(text);
      const body = () => (read++, Promise.resolve(bytes));
      const md5 = createHash("md5").update(bytes).digest("hex");
      const existing = await listObjects(aws.s3, aws.bucket, "train/");
      return await uploadChanged(aws, [{ key: "train/a.png", contentType: "image/png", body, md5 }], {
        existing,
      });
    };
    assert.deepEqual([await upload("one"), read], [{ sent: 1, unchanged: 0 }, 1]);
    assert.deepEqual([await upload("one"), read], [{ sent: 0, unchanged: 1 }, 1]);
    assert.deepEqual([await upload("two"), read], [{ sent: 1, unchanged: 0 }, 2]);
    aws.close();
  });
});

/** S3 as it answers for a bucket whose objects KMS encrypts: an ETag is another one each time that an object is listed. */
function encrypted(s3: Aws["s3"]): Aws["s3"] {
  let written = 0;
  const client = Object.create(s3) as Aws["s3"];
  const send = s3.send.bind(s3) as (command: object, ...rest: unknown[]) => Promise<unknown>;
  return Object.assign(client, {
    async send(command: object, ...rest: unknown[]) {
      const answer = await send(command, ...rest) as Record<string, unknown>;
      const { name } = command.constructor;
      if (name === "HeadObjectCommand") return { ...answer, ServerSideEncryption: "aws:kms" };
      if (name !== "ListObjectsV2Command") return answer;
      const Contents = (answer.Contents as object[] | undefined)?.map((object) => ({
        ...object,
        ETag: `"not-md5-${written++}"`,
      }));
      return { ...answer, Contents };
    },
  });
}

Deno.test("through an endpoint without TLS the bucket does not require it, which would lock us out", async () => {
  const s3 = new PlayedS3();
  await ensureBucket({ ...playedAws({ s3: s3.client }), endpoint: "http://127.0.0.1:4566" });
  assert.ok(!s3.puts().includes("PutBucketPolicy"));
  assert.ok(s3.puts().includes("PutPublicAccessBlock"));
});

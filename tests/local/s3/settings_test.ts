/** Encryption, lifecycle and tags of buckets and objects; settings that are in force anyway, and absent ones. */
import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketReplicationCommand,
  DeleteBucketTaggingCommand,
  DeleteBucketWebsiteCommand,
  DeleteObjectTaggingCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketAclCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketRequestPaymentCommand,
  PutBucketTaggingCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  S3Client,
  type Tag,
} from "@aws-sdk/client-s3";
import { allowing, asRole } from "../iam/testing.ts";
import { withLocalAws } from "../testing.ts";
import { refusal, withBucket } from "./testing.ts";

const DAY_MS = 86_400_000;
const KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const KEY = `arn:aws:kms:us-east-1:000000000000:key/${KEY_ID}`;

Deno.test("under aws:kms objects name their key, and their entity tag is no MD5", () =>
  withBucket(async (s3, Bucket, aws) => {
    const put = (more: Partial<PutObjectCommandInput> = {}, client = s3) =>
      client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ...more }));
    const configure = (ApplyServerSideEncryptionByDefault: object, ...more: object[]) =>
      s3.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }, ...more] as never,
          },
        }),
      );
    const plain = await put();
    assert.equal(plain.ServerSideEncryption, "AES256");
    assert.deepEqual(await refusal(configure({ SSEAlgorithm: "AES256" }, {})), ["MalformedXML", 400]);
    await assert.rejects(configure({ SSEAlgorithm: "AES256", KMSMasterKeyID: KEY }), {
      name: "InvalidArgument",
      message: /^a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms/,
    });
    const foreign = "arn:aws:kms:us-east-1:111111111111:key/1";
    assert.deepEqual(await refusal(configure({ SSEAlgorithm: "aws:kms", KMSMasterKeyID: foreign })), [
      "KMS.NotFoundException",
      400,
    ]);
    await configure({ SSEAlgorithm: "aws:kms", KMSMasterKeyID: KEY });
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    assert.deepEqual(ServerSideEncryptionConfiguration!.Rules, [{
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: KEY },
      BucketKeyEnabled: true,
    }]);
    const kept = await put();
    assert.deepEqual([kept.ServerSideEncryption, kept.SSEKMSKeyId, kept.BucketKeyEnabled], [
      "aws:kms",
      KEY,
      true,
    ]);
    assert.notEqual(kept.ETag, plain.ETag);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    assert.deepEqual([head.ServerSideEncryption, head.SSEKMSKeyId, head.ETag], ["aws:kms", KEY, kept.ETag]);
    assert.equal((await put({ ServerSideEncryption: "AES256" })).ETag, plain.ETag);
    assert.equal((await put({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: KEY_ID })).SSEKMSKeyId, KEY);
    assert.deepEqual(await refusal(put({ SSEKMSKeyId: KEY_ID })), ["InvalidArgument", 400]);

    // The permissions of S3 alone do not suffice for a key of one's own.
    const role = new S3Client(await asRole(aws, "writer", allowing("s3:*")));
    await assert.rejects(put({}, role), {
      name: "AccessDenied",
      message: /not authorized to perform: kms:GenerateDataKey on resource: "arn:aws:kms/,
    });
    await assert.rejects(role.send(new GetObjectCommand({ Bucket, Key: "k" })), { message: /kms:Decrypt/ });
    for (let times = 0; times < 2; times++) await s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    await put({}, role);
    assert.match(
      (await put({ ServerSideEncryption: "aws:kms" }, role)).SSEKMSKeyId!,
      /^arn:aws:kms:us-east-1:000000000000:key\/[0-9a-f-]{36}$/,
    );
    role.destroy();
  }));

Deno.test("lifecycle rules are checked, kept, and let objects expire", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  let time = Date.UTC(2026, 0, 1, 12);
  const options = { stateDir, now: () => time };
  const Bucket = "expiring";
  const rule = (more: Partial<LifecycleRule>): LifecycleRule => ({
    ID: "captures",
    Status: "Enabled",
    Filter: { Prefix: "captures/" },
    Expiration: { Days: 2 },
    ...more,
  });
  try {
    await withLocalAws(async (aws) => {
      const s3 = new S3Client(aws.client);
      await s3.send(new CreateBucketCommand({ Bucket }));
      const put = (...Rules: LifecycleRule[]) =>
        s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
      const get = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      assert.deepEqual(await refusal(get()), ["NoSuchLifecycleConfiguration", 404]);
      const rows: [LifecycleRule[], string, RegExp][] = [
        [
          [rule({}), rule({})],
          "InvalidArgument",
          /^Rule ID must be unique. Found same ID for more than one rule$/,
        ],
        [[rule({ Expiration: undefined })], "InvalidRequest", /^At least one action needs to be specified/],
        [
          [rule({ Expiration: { Days: 0 } })],
          "InvalidArgument",
          /^'Days' for Expiration action must be a positive/,
        ],
        [
          [rule({ Expiration: { Date: new Date(DAY_MS + 1000) } })],
          "InvalidArgument",
          /^'Date' must be at midnight GMT$/,
        ],
        [[rule({ Filter: undefined })], "MalformedXML", /not well-formed/],
        [
          [rule({ Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } })],
          "MalformedXML",
          /not well-formed/,
        ],
        [[], "MalformedXML", /not well-formed/],
      ];
      for (const [rules, name, message] of rows) await assert.rejects(put(...rules), { name, message });
      const rules: LifecycleRule[] = [
        rule({}),
        rule({
          ID: "tagged",
          Filter: { And: { Prefix: "", Tags: [{ Key: "keep", Value: "short" }], ObjectSizeGreaterThan: 1 } },
          Expiration: { Days: 1 },
          Transitions: [{ Days: 30, StorageClass: "GLACIER" }],
        }),
        rule({ ID: "off", Status: "Disabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }),
      ];
      await put(...rules);
      assert.deepEqual((await get()).Rules, rules);
      const object = (Key: string, more: object = {}) =>
        s3.send(new PutObjectCommand({ Bucket, Key, Body: "xx", ...more }));
      const { Expiration } = await object("captures/a");
      assert.equal(Expiration, 'expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="captures"');
      assert.equal((await object("other")).Expiration, undefined);
      await object("short", { Tagging: "keep=short" });
      await object("tiny", { Tagging: "keep=short", Body: "x" });
      assert.equal(
        (await s3.send(new HeadObjectCommand({ Bucket, Key: "captures/a" }))).Expiration,
        Expiration,
      );
      s3.destroy();
    }, options);
    const left = async () => {
      let keys: string[] = [];
      await withLocalAws(async (aws) => {
        const s3 = new S3Client(aws.client);
        for (let tries = 0; tries < 50; tries++) {
          const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
          keys = Contents.map(({ Key }) => Key!);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        for (let times = 0; times < 2; times++) await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
        if (keys.length === 2) return s3.destroy();
        const Rules = [rule({}), rule({ ID: "tagged", Filter: { Tag: { Key: "keep", Value: "short" } } })];
        await s3.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
        );
        s3.destroy();
      }, options);
      return keys;
    };
    time = Date.UTC(2026, 0, 3, 23);
    assert.deepEqual(await left(), ["captures/a", "other", "tiny"]);
    time = Date.UTC(2026, 0, 4);
    assert.deepEqual(await left(), ["other"]);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("tags of objects and buckets", () =>
  withBucket(async (s3, Bucket, aws) => {
    const Key = "k";
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x", Tagging: "a=1&b=two%20words" }));
    const tags = async (of = Key) => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: of }))).TagSet;
    const two = [{ Key: "a", Value: "1" }, { Key: "b", Value: "two words" }];
    assert.deepEqual(await tags(), two);
    assert.equal((await s3.send(new GetObjectCommand({ Bucket, Key }))).TagCount, 2);
    const put = (TagSet: Tag[]) => s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: "" }));
    const rows: [Tag[], string, string][] = [
      [many(11), "BadRequest", "Object tags cannot be greater than 10"],
      [[two[0]!, two[0]!], "InvalidTag", "Cannot provide multiple Tags with the same key"],
      [[{ Key: "", Value: "" }], "InvalidTag", "The TagKey you have provided is invalid"],
      [[{ Key: "k", Value: "x".repeat(257) }], "InvalidTag", "The TagValue you have provided is invalid"],
      [[{ Key: "aws:k", Value: "" }], "InvalidTag", "System tags cannot be added/updated by requester"],
    ];
    for (const [given, name, message] of rows) await assert.rejects(put(given), { name, message });
    const twice = new PutObjectCommand({ Bucket, Key, Body: "x", Tagging: "a=1&a=2" });
    await assert.rejects(s3.send(twice), { name: "InvalidArgument", message: /shall be encoded as UTF-8/ });
    // Copies keep the tags unless they are replaced.
    const copy = (to: string, more: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${Key}`, ...more }));
    await copy("kept", { MetadataDirective: "REPLACE" });
    assert.deepEqual(await tags("kept"), two);
    await copy("replaced", { TaggingDirective: "REPLACE", Tagging: "c=3" });
    assert.deepEqual(await tags("replaced"), [{ Key: "c", Value: "3" }]);
    await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
    assert.deepEqual(await tags(), []);

    // Tags in the header need the permission to tag.
    const role = new S3Client(await asRole(aws, "writer", allowing("s3:PutObject", "s3:GetObject")));
    const tagged = new PutObjectCommand({ Bucket, Key, Body: "x", Tagging: "a=1" });
    await assert.rejects(role.send(tagged), { message: /s3:PutObjectTagging/ });
    const copied = (TaggingDirective?: "REPLACE") =>
      role.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource: `${Bucket}/kept`, TaggingDirective }));
    await assert.rejects(copied(), { message: /s3:GetObjectTagging/ });
    await copied("REPLACE");
    role.destroy();

    const bucketTags = () => s3.send(new GetBucketTaggingCommand({ Bucket }));
    assert.deepEqual(await refusal(bucketTags()), ["NoSuchTagSet", 404]);
    const tagBucket = (TagSet: Tag[]) =>
      s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    await assert.rejects(tagBucket(many(51)), { message: "Bucket tags cannot be greater than 50" });
    await tagBucket(two);
    assert.deepEqual((await bucketTags()).TagSet, two);
    for (let times = 0; times < 2; times++) await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    assert.deepEqual(await refusal(bucketTags()), ["NoSuchTagSet", 404]);
  }));

Deno.test("what is in force can be set anyway, what is absent deleted, and the rest is refused", () =>
  withBucket(async (s3, Bucket) => {
    const statuses = await Promise.all([
      s3.send(new DeleteBucketCorsCommand({ Bucket })),
      s3.send(new DeleteBucketWebsiteCommand({ Bucket })),
      s3.send(new DeleteBucketReplicationCommand({ Bucket })),
    ]);
    assert.deepEqual(statuses.map(({ $metadata }) => $metadata.httpStatusCode), [204, 204, 204]);
    const ownership = (ObjectOwnership: "BucketOwnerEnforced" | "ObjectWriter") =>
      s3.send(
        new PutBucketOwnershipControlsCommand({
          Bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership }] },
        }),
      );
    await ownership("BucketOwnerEnforced");
    assert.deepEqual(await refusal(ownership("ObjectWriter")), ["NotImplemented", 501]);
    await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }));
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
    const queue = {
      QueueArn: "arn:aws:sqs:us-east-1:000000000000:q",
      Events: ["s3:ObjectCreated:*" as const],
    };
    const notify = new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { QueueConfigurations: [queue] },
    });
    assert.deepEqual(await refusal(s3.send(notify)), ["NotImplemented", 501]);
    await s3.send(
      new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer: "BucketOwner" } }),
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    assert.deepEqual(await refusal(s3.send(new PutBucketAclCommand({ Bucket, ACL: "private" }))), [
      "AccessControlListNotSupported",
      400,
    ]);
    await s3.send(new PutObjectAclCommand({ Bucket, Key: "k", ACL: "bucket-owner-full-control" }));
    const { Grants, Owner } = await s3.send(new GetObjectAclCommand({ Bucket, Key: "k" }));
    assert.deepEqual(Grants!.map(({ Permission, Grantee }) => [Permission, Grantee!.ID, Grantee!.Type]), [
      ["FULL_CONTROL", Owner!.ID, "CanonicalUser"],
    ]);
  }));

Deno.test("versions of a bucket without versioning, and the attributes of an object", () =>
  withBucket(async (s3, Bucket, aws) => {
    for (const Key of ["a", "b/1", "b/2", "c"]) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: "xyz" }));
    }
    const list = (more: object) => s3.send(new ListObjectVersionsCommand({ Bucket, ...more }));
    const first = await list({ MaxKeys: 2, Delimiter: "/" });
    assert.deepEqual(first.Versions!.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]), [
      ["a", "null", true],
    ]);
    assert.deepEqual(first.CommonPrefixes, [{ Prefix: "b/" }]);
    assert.deepEqual([first.IsTruncated, first.NextKeyMarker], [true, "b/"]);
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
    const rest = await list({ KeyMarker, VersionIdMarker, Delimiter: "/" });
    assert.deepEqual(rest.Versions!.map(({ Key }) => Key), ["c"]);
    assert.equal(rest.IsTruncated, false);

    const attributes = (client: S3Client, ...ObjectAttributes: string[]) =>
      client.send(
        new GetObjectAttributesCommand({ Bucket, Key: "a", ObjectAttributes: ObjectAttributes as never }),
      );
    const found = await attributes(s3, "ETag", "Checksum", "ObjectSize", "StorageClass");
    assert.deepEqual([found.ETag, found.ObjectSize, found.StorageClass], [
      "d16fb36f0911f878998c136191af705e",
      3,
      "STANDARD",
    ]);
    assert.equal(found.Checksum!.ChecksumType, "FULL_OBJECT");
    assert.ok(found.LastModified);
    assert.equal((await attributes(s3, "ETag")).ObjectSize, undefined);
    assert.deepEqual(await refusal(attributes(s3, "Colour")), ["InvalidArgument", 400]);
    const role = new S3Client(await asRole(aws, "reader", allowing("s3:GetObject")));
    await assert.rejects(attributes(role, "ETag"), { message: /s3:GetObjectAttributes/ });
    role.destroy();
  }));

Deno.test("a new bucket has none of the settings of the deleted one of its name", () =>
  withBucket(async (s3, Bucket) => {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{
        Effect: "Deny",
        Principal: "*",
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
      }],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: "a", Value: "1" }] } }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    assert.deepEqual(await refusal(s3.send(new GetBucketTaggingCommand({ Bucket }))), ["NoSuchTagSet", 404]);
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    assert.equal(PublicAccessBlockConfiguration!.BlockPublicPolicy, true);
  }));

Deno.test("a configuration that says nothing is not well-formed", () =>
  withBucket(async (_, Bucket, aws) => {
    const rows: [string, string][] = [
      ["ownershipControls", ""],
      ["ownershipControls", "<OwnershipControls/>"],
      ["ownershipControls", "<OwnershipControls><Rule/></OwnershipControls>"],
      ["requestPayment", "<RequestPaymentConfiguration/>"],
      ["logging", ""],
      ["notification", "<Other/>"],
      ["tagging", "<Tagging/>"],
      ["encryption", "<ServerSideEncryptionConfiguration/>"],
      ["publicAccessBlock", ""],
      ["lifecycle", "<LifecycleConfiguration/>"],
    ];
    for (const [parameter, body] of rows) {
      const response = await fetch(`${aws.endpoint}/${Bucket}?${parameter}`, { method: "PUT", body });
      const text = await response.text();
      assert.deepEqual(
        [response.status, /<Code>(\w+)</.exec(text)?.[1]],
        [400, "MalformedXML"],
        `${parameter} ${body}`,
      );
    }
  }));

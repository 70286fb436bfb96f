/** Buckets against the real client: names, locations, configuration. */
import assert from "node:assert/strict";
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { isBucketName } from "../../../lib/local/s3/buckets.ts";
import { withLocalAws } from "../testing.ts";
import { refusal, withBucket } from "./testing.ts";

Deno.test("names must follow S3's rules", () => {
  for (const name of ["abc", "a.b-c9", "scones-unlimited-000000000000"]) assert.ok(isBucketName(name), name);
  for (
    const name of [
      "ab",
      "a".repeat(64),
      "Abc",
      "-abc",
      "abc-",
      "a..b",
      "192.168.0.1",
      "xn--a",
      "sthree-a",
      "amzn-s3-demo-a",
      "a-s3alias",
      "a--ol-s3",
      "a.mrap",
      "a--x-s3",
      "a--table-s3",
      "a-an",
      "a_b",
    ]
  ) assert.ok(!isBucketName(name), name);
});

Deno.test("a request in the wrong region is redirected to the right one", () =>
  withLocalAws(async (aws) => {
    const s3 = new S3Client(aws.client);
    const Bucket = "bucket-in-ireland";
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
    );
    await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket })), { name: "PermanentRedirect" });
    const scope = "Credential=test/20260101/us-east-1/s3/aws4_request";
    const response = await fetch(`${aws.endpoint}/${Bucket}?location`, {
      headers: { authorization: `AWS4-HMAC-SHA256 ${scope}` },
      redirect: "manual",
    });
    await response.body?.cancel();
    assert.equal(response.headers.get("x-amz-bucket-region"), "eu-west-1");
    s3.destroy();
  }));

Deno.test("a location is required outside of us-east-1", () =>
  withLocalAws(async (aws) => {
    const clients = new Map(
      ["us-east-1", "eu-west-1"].map((region) => [region, new S3Client({ ...aws.client, region })]),
    );
    const create = (region: string, Bucket: string, constraint?: string) =>
      clients.get(region)!.send(
        new CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: constraint
            ? { LocationConstraint: constraint } as CreateBucketCommandInput["CreateBucketConfiguration"]
            : undefined,
        }),
      );
    const invalid = ["InvalidLocationConstraint", 400], illegal = ["IllegalLocationConstraintException", 400];
    assert.deepEqual(await refusal(create("us-east-1", "bucket-a", "us-east-1")), invalid);
    assert.deepEqual(await refusal(create("us-east-1", "bucket-a", "nowhere")), invalid);
    assert.deepEqual(await refusal(create("eu-west-1", "bucket-a", "us-west-2")), illegal);
    assert.equal((await create("us-east-1", "bucket-a")).Location, "/bucket-a");
    await create("us-east-1", "bucket-a");
    // The client adds the constraint by default.
    await create("eu-west-1", "bucket-b");
    assert.deepEqual(await refusal(create("eu-west-1", "bucket-b")), ["BucketAlreadyOwnedByYou", 409]);
    assert.deepEqual(await refusal(create("us-east-1", "bucket-b")), ["BucketAlreadyOwnedByYou", 409]);
    const unconstrained = await fetch(`${aws.endpoint}/bucket-c`, {
      method: "PUT",
      headers: { authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/s3/aws4_request" },
    });
    assert.match(await unconstrained.text(), /The unspecified location constraint is incompatible/);

    const location = async (region: string, Bucket: string) =>
      (await clients.get(region)!.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint;
    assert.ok(!await location("us-east-1", "bucket-a"));
    assert.equal(await location("eu-west-1", "bucket-b"), "eu-west-1");
    const elsewhere = clients.get("us-east-1")!.send(new HeadBucketCommand({ Bucket: "bucket-b" }));
    assert.equal((await refusal(elsewhere))?.[1], 301);
    for (const client of clients.values()) client.destroy();
  }));

Deno.test("a bucket is listed, found, and deleted once it is empty", () =>
  withBucket(async (s3, Bucket, aws) => {
    await s3.send(new CreateBucketCommand({ Bucket: "another" }));
    assert.deepEqual((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name), [
      "another",
      Bucket,
    ]);
    const none = s3.send(new ListBucketsCommand({ MaxBuckets: 0 }));
    assert.deepEqual(await refusal(none), ["InvalidArgument", 400]);
    const page = await s3.send(new ListBucketsCommand({ MaxBuckets: 1 }));
    const rest = await s3.send(new ListBucketsCommand({ ContinuationToken: page.ContinuationToken }));
    assert.deepEqual(rest.Buckets?.map(({ Name }) => Name), [Bucket]);
    assert.equal((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, "us-east-1");
    assert.deepEqual(await refusal(s3.send(new HeadBucketCommand({ Bucket: "absent" }))), ["NotFound", 404]);
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    assert.deepEqual(await refusal(s3.send(new DeleteBucketCommand({ Bucket }))), ["BucketNotEmpty", 409]);
    await fetch(`${aws.endpoint}/${Bucket}/k`, { method: "DELETE" });
    await s3.send(new DeleteBucketCommand({ Bucket }));
    assert.deepEqual(await refusal(s3.send(new DeleteBucketCommand({ Bucket }))), ["NoSuchBucket", 404]);
  }));

Deno.test("the list of buckets goes on when the one that its token names has gone", () =>
  withBucket(async (s3) => {
    for (const Bucket of ["aaa", "bbb"]) await s3.send(new CreateBucketCommand({ Bucket }));
    const names = async (MaxBuckets?: number, ContinuationToken?: string) => {
      const page = await s3.send(new ListBucketsCommand({ MaxBuckets, ContinuationToken }));
      return { names: page.Buckets?.map(({ Name }) => Name), next: page.ContinuationToken };
    };
    const first = await names(2);
    assert.deepEqual(first.names, ["aaa", "bbb"]);
    await s3.send(new DeleteBucketCommand({ Bucket: "bbb" }));
    await s3.send(new CreateBucketCommand({ Bucket: "abb" }));
    assert.deepEqual(await names(undefined, first.next), { names: ["scones-test"], next: undefined });
    assert.deepEqual(await refusal(names(1, "foreign")), ["InvalidArgument", 400]);
  }));

Deno.test("configuration is a new bucket's, and changing it is refused", () =>
  withBucket(async (s3, Bucket) => {
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    assert.equal(
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
        ?.SSEAlgorithm,
      "AES256",
    );
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined);
    assert.deepEqual(await refusal(s3.send(new GetBucketPolicyCommand({ Bucket }))), [
      "NoSuchBucketPolicy",
      404,
    ]);
    const versioning = new PutBucketVersioningCommand({
      Bucket,
      VersioningConfiguration: { Status: "Enabled" },
    });
    assert.deepEqual(await refusal(s3.send(versioning)), ["NotImplemented", 501]);
    const shared = new CreateBucketCommand({ Bucket: "public", ACL: "public-read" });
    assert.deepEqual(await refusal(s3.send(shared)), ["NotImplemented", 501]);
    const misnamed = new CreateBucketCommand({ Bucket: "Not_Valid" });
    assert.deepEqual(await refusal(s3.send(misnamed)), ["InvalidBucketName", 400]);
  }));

Deno.test("an empty configuration is one without a location", () =>
  withLocalAws(async (aws) => {
    const body = '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>';
    const create = async (region: string) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/s3/aws4_request`;
      const response = await fetch(`${aws.endpoint}/in-${region}`, {
        method: "PUT",
        body,
        headers: { authorization },
      });
      return [response.status, /<Code>(.*?)</.exec(await response.text())?.[1]];
    };
    assert.deepEqual(await create("us-east-1"), [200, undefined]);
    assert.deepEqual(await create("eu-west-1"), [400, "IllegalLocationConstraintException"]);
  }));

Deno.test("uploads of HTML forms are refused by name", () =>
  withLocalAws(async ({ endpoint }) => {
    const body = new FormData();
    body.set("key", "k");
    body.set("file", new Blob(["v"]));
    const response = await fetch(`${endpoint}/bucket`, { method: "POST", body });
    assert.equal(response.status, 501);
    assert.match(await response.text(), /<Code>NotImplemented<.*uploads of HTML forms \(POST Object\)/s);
  }));

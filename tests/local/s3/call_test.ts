/** S3's operations as other services call them: with members instead of a request. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dispatcher } from "../../../lib/local/dispatcher.ts";
import { createBucket } from "../../../lib/local/s3/buckets.ts";
import { copyObject } from "../../../lib/local/s3/copy.ts";
import { listObjectsV2 } from "../../../lib/local/s3/listing.ts";
import { deleteObjects, putObject } from "../../../lib/local/s3/objects.ts";
import { bytesOf, getObject, headObject } from "../../../lib/local/s3/read_objects.ts";
import { createServices } from "../../../lib/local/services.ts";
import { Store } from "../../../lib/local/store.ts";
import { files } from "./testing.ts";

const account = "000000000000";
const region = "us-east-1";
const administrator = { principal: { arn: `arn:aws:iam::${account}:root` }, region };
const nobody = { principal: { arn: `arn:aws:sts::${account}:assumed-role/r/s`, roleName: "r" }, region };
const Bucket = "scones-test";
const LARGE = new Uint8Array(3_000_000).map((_, index) => index % 251);

/** The services without a server, and one empty bucket. */
async function withServices(
  body: (call: Dispatcher["call"], directory: string) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    const { dispatcher } = createServices({
      store,
      stateDir,
      account,
      region,
      endpoint: () => "http://127.0.0.1",
      functionEndpoint: () => "http://127.0.0.1",
      fault(error) {
        throw error;
      },
      now: () => 1_800_000_000_999,
    });
    dispatcher.call(createBucket, { Bucket }, administrator);
    await body((operation, input, caller) => dispatcher.call(operation, input, caller), join(stateDir, "s3"));
  } finally {
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

Deno.test("bytes and streams are put, and come back with what was said of them", () =>
  withServices(async (call, directory) => {
    const small = { Bucket, Key: "small", ContentType: "text/x", Metadata: { Label: "0" } };
    const Body = new TextEncoder().encode("123456789");
    const put = await call(putObject, { ...small, Body }, administrator);
    assert.equal(put.ETag, '"25f9e794323b453885f5181f1b624d0b"');
    assert.deepEqual([put.ChecksumCRC64NVME, put.ChecksumType], ["rosUhgp5mIg=", "FULL_OBJECT"]);
    const got = call(getObject, { Bucket, Key: "small", ChecksumMode: "ENABLED" }, administrator);
    assert.deepEqual(await bytesOf(got), Body);
    const { ContentType, ContentLength, Metadata, LastModified, ETag, ChecksumCRC64NVME } = got;
    assert.deepEqual([ContentType, ContentLength, Metadata], ["text/x", 9, { label: "0" }]);
    assert.deepEqual([ETag, ChecksumCRC64NVME], [put.ETag, put.ChecksumCRC64NVME]);
    assert.deepEqual(LastModified, new Date(1_800_000_000_000), "whole seconds, as on AWS");

    const stream = ReadableStream.from([LARGE.subarray(0, 70_000), LARGE.subarray(70_000)]);
    const large = { Bucket, Key: "large", Body: stream, ContentLength: LARGE.length };
    await call(putObject, large, administrator);
    assert.deepEqual(await bytesOf(call(getObject, { Bucket, Key: "large" }, administrator)), LARGE);
    const range = call(getObject, { Bucket, Key: "large", Range: "bytes=5-7" }, administrator);
    assert.deepEqual([...await bytesOf(range)], [5, 6, 7]);
    assert.equal(call(headObject, { Bucket, Key: "large" }, administrator).ContentLength, LARGE.length);
    assert.equal(files(directory).length, 1);

    const copy = { Bucket, Key: "copy", CopySource: `${Bucket}/small` };
    assert.equal((await call(copyObject, copy, administrator)).CopyObjectResult.ETag, put.ETag);
    const Objects = [{ Key: "large" }, { Key: "copy" }];
    const { Deleted, Errors } = call(deleteObjects, { Bucket, Delete: { Objects } }, administrator);
    assert.deepEqual([Deleted, Errors], [Objects, []]);
    assert.deepEqual(files(directory), []);
  }));

Deno.test("a list goes on when the object that its token names has gone or changed", () =>
  withServices(async (call) => {
    const keys = ["a", "b", "c", "d"];
    for (const Key of keys) await call(putObject, { Bucket, Key, Body: new Uint8Array(1) }, administrator);
    const list = (ContinuationToken?: string) => {
      const input = { Bucket, MaxKeys: 2, ContinuationToken };
      const { Contents, NextContinuationToken } = call(listObjectsV2, input, administrator);
      return { keys: Contents.map(({ Key }) => Key), next: NextContinuationToken };
    };
    const first = list();
    assert.deepEqual(first.keys, ["a", "b"]);
    call(deleteObjects, { Bucket, Delete: { Objects: [{ Key: "b" }, { Key: "c" }] } }, administrator);
    await call(putObject, { Bucket, Key: "a", Body: new Uint8Array(2) }, administrator);
    assert.deepEqual(list(first.next), { keys: ["d"], next: undefined });
  }));

Deno.test("a refused object leaves no file, and what is denied or absent is as it is for clients", () =>
  withServices(async (call, directory) => {
    const large = { Bucket, Key: "large", Body: LARGE };
    const refused: [input: typeof large & { IfMatch?: string; ContentLength?: number }, code: string][] = [
      [{ ...large, IfMatch: "x" }, "NoSuchKey"],
      [{ ...large, ContentLength: LARGE.length + 1 }, "IncompleteBody"],
      [{ ...large, ContentLength: LARGE.length - 1 }, "IncompleteBody"],
    ];
    for (const [input, code] of refused) {
      await assert.rejects(call(putObject, input, administrator), { code });
    }
    assert.deepEqual(files(directory), []);
    const denied = { code: "AccessDenied", status: 403 };
    assert.throws(() => call(putObject, large, nobody), { ...denied, message: /s3:PutObject/ });
    assert.throws(() => call(getObject, { Bucket, Key: "none" }, nobody), denied);
    const Delete = { Objects: [{ Key: "k" }] };
    const { Errors } = call(deleteObjects, { Bucket, Delete }, nobody);
    assert.deepEqual(Errors.map(({ Key, Code }) => [Key, Code]), [["k", "AccessDenied"]]);
    const absent = { code: "NoSuchBucket", status: 404 };
    assert.throws(() => call(getObject, { Bucket: "absent", Key: "k" }, nobody), absent);
    assert.throws(() => call(getObject, { Bucket, Key: "none" }, administrator), { code: "NoSuchKey" });
  }));

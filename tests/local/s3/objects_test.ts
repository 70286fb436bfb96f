/** PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects, CopyObject against the real client. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  type ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { withLocalAws } from "../testing.ts";
import { files, refusal, withBucket } from "./testing.ts";

const KEY = "train/bike s+é\u{1F6B2}/../x%2f<&>.png";

Deno.test("an object comes back as it was put, whatever its key", () =>
  withBucket(async (s3, Bucket) => {
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: KEY,
        Body: "hello",
        ContentType: "text/x",
        CacheControl: "no-store",
        Metadata: { label: "0" },
      }),
    );
    assert.equal(put.ETag, '"5d41402abc4b2a76b9719d911017c592"');
    assert.equal(put.ChecksumCRC32, "NhCmhg==");
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: KEY, ChecksumMode: "ENABLED" }));
    assert.equal(await got.Body?.transformToString(), "hello");
    assert.equal(got.ContentType, "text/x");
    assert.equal(got.CacheControl, "no-store");
    assert.deepEqual(got.Metadata, { label: "0" });
    assert.equal(got.ETag, put.ETag);
    assert.equal(got.ChecksumCRC32, "NhCmhg==");
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    assert.equal(head.ContentLength, 5);
    assert.equal(head.ETag, put.ETag);
  }));

Deno.test("a streamed body loses its aws-chunked framing and keeps its own encoding", () =>
  withBucket(async (s3, Bucket) => {
    const pieces = ["a".repeat(100_000), "b".repeat(500_000)];
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "k",
        Body: Readable.from(pieces.map((piece) => new TextEncoder().encode(piece))),
        ContentLength: 600_000,
        ContentEncoding: "gzip",
      }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
    assert.equal(got.ContentEncoding, "gzip");
    assert.equal(got.ContentLength, 600_000);
    assert.equal(await got.Body?.transformToString(), pieces.join(""));
  }));

Deno.test("the framing can be cut anywhere, and an incomplete body is refused", () =>
  withBucket(async (_s3, bucket, aws) => {
    const send = (body: string, length: number) => {
      const bytes = new TextEncoder().encode(body);
      return fetch(`${aws.endpoint}/${bucket}/k`, {
        method: "PUT",
        headers: {
          "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
          "x-amz-decoded-content-length": String(length),
          "x-amz-trailer": "x-amz-checksum-crc32",
          "content-encoding": "aws-chunked",
        },
        body: ReadableStream.from((async function* () {
          for (const byte of bytes) yield Uint8Array.of(byte);
        })()),
      });
    };
    const trailer = "0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    const whole = await send(`2;chunk-signature=0\r\nhe\r\n3\r\nllo\r\n${trailer}`, 5);
    assert.equal(whole.status, 200, await whole.text());
    for (
      const [body, length, code] of [
        ["5\r\nhel", 5, "IncompleteBody"],
        [`5\r\nhello\r\n${trailer}`, 6, "IncompleteBody"],
        [`5\r\nhello\r\n${trailer}`, 4, "IncompleteBody"],
        [`zz\r\nhello\r\n${trailer}`, 5, "IncompleteBody"],
        [`5\r\nhullo\r\n${trailer}`, 5, "BadDigest"],
        ["5\r\nhello\r\n0\r\n\r\n", 5, "MalformedTrailerError"],
      ] as const
    ) {
      const answer = await send(body, length);
      assert.match(await answer.text(), new RegExp(`<Code>${code}</Code>`), body);
      assert.equal(answer.status, 400);
    }
    const got = await fetch(`${aws.endpoint}/${bucket}/k`);
    assert.equal(await got.text(), "hello");
  }));

Deno.test("checksums are verified and returned", () =>
  withBucket(async (s3, Bucket, aws) => {
    const put = (input: Partial<PutObjectCommandInput>) =>
      s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "123456789", ...input }));
    // The check values of the algorithms' specifications for "123456789".
    assert.equal((await put({ ChecksumCRC32C: "4waSgw==" })).ChecksumCRC32C, "4waSgw==");
    assert.equal((await put({ ChecksumCRC64NVME: "rosUhgp5mIg=" })).ChecksumCRC64NVME, "rosUhgp5mIg=");
    for (const ChecksumAlgorithm of ["SHA1", "SHA256", "CRC32"] satisfies ChecksumAlgorithm[]) {
      const answer = await put({ ChecksumAlgorithm });
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }));
      assert.ok(answer[`Checksum${ChecksumAlgorithm}`]);
      assert.equal(got[`Checksum${ChecksumAlgorithm}`], answer[`Checksum${ChecksumAlgorithm}`]);
      await got.Body?.transformToByteArray();
    }
    const plain = new S3Client({ ...aws.client, requestChecksumCalculation: "WHEN_REQUIRED" });
    const { ChecksumCRC64NVME, ChecksumType } = await plain.send(
      new PutObjectCommand({ Bucket, Key: "k", Body: "123456789" }),
    );
    assert.deepEqual([ChecksumCRC64NVME, ChecksumType], ["rosUhgp5mIg=", "FULL_OBJECT"], "AWS's default");
    plain.destroy();
    assert.deepEqual(await refusal(put({ ChecksumCRC32C: "AAAAAA==" })), ["BadDigest", 400]);
    assert.deepEqual(await refusal(put({ ChecksumCRC32C: "AAAA" })), ["InvalidRequest", 400]);
    assert.deepEqual(await refusal(put({ ContentMD5: "XUFAKrxLKna5cZ2REBfFkg==" })), ["BadDigest", 400]);
    assert.deepEqual(await refusal(put({ ContentMD5: "no" })), ["InvalidDigest", 400]);
  }));

Deno.test("ranges and conditions hold", () =>
  withBucket(async (s3, Bucket) => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "0123456789" }));
    const get = async (input: object) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k", ...input }));
      return [await got.Body?.transformToString(), got.ContentRange];
    };
    assert.deepEqual(await get({ Range: "bytes=2-4" }), ["234", "bytes 2-4/10"]);
    assert.deepEqual(await get({ Range: "bytes=7-" }), ["789", "bytes 7-9/10"]);
    assert.deepEqual(await get({ Range: "bytes=-3" }), ["789", "bytes 7-9/10"]);
    assert.deepEqual(await get({ Range: "bytes=0-99" }), ["0123456789", "bytes 0-9/10"]);
    assert.deepEqual(await refusal(get({ Range: "bytes=10-" })), ["InvalidRange", 416]);
    const past = new Date(0), future = new Date(Date.now() + 3600_000);
    assert.equal((await get({ IfMatch: ETag }))[0], "0123456789");
    assert.deepEqual(await refusal(get({ IfMatch: '"x"' })), ["PreconditionFailed", 412]);
    assert.equal((await refusal(get({ IfNoneMatch: ETag })))?.[1], 304);
    assert.deepEqual(await refusal(get({ IfUnmodifiedSince: past })), ["PreconditionFailed", 412]);
    assert.equal((await refusal(get({ IfModifiedSince: future })))?.[1], 304);
    const put = (input: object) => s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ...input }));
    assert.deepEqual(await refusal(put({ IfNoneMatch: "*" })), ["PreconditionFailed", 412]);
    assert.deepEqual(await refusal(put({ IfMatch: '"x"' })), ["PreconditionFailed", 412]);
    await put({ IfMatch: ETag });
  }));

Deno.test("AWS's errors, and unsupported features by name", () =>
  withBucket(async (s3, Bucket, aws) => {
    const put = (input: Partial<PutObjectCommandInput>) =>
      s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ...input }));
    const get = (input: object) => s3.send(new GetObjectCommand({ Bucket, Key: "absent", ...input }));
    assert.deepEqual(await refusal(get({})), ["NoSuchKey", 404]);
    assert.deepEqual(await refusal(get({ Bucket: "absent-bucket" })), ["NoSuchBucket", 404]);
    assert.deepEqual(await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: "absent" }))), [
      "NotFound",
      404,
    ]);
    assert.deepEqual(await refusal(put({ Key: "é".repeat(513) })), ["KeyTooLongError", 400]);
    assert.deepEqual(await refusal(put({ Metadata: { a: "x".repeat(2048) } })), ["MetadataTooLarge", 400]);
    assert.deepEqual(await refusal(put({ ACL: "public-read" })), ["AccessControlListNotSupported", 400]);
    assert.deepEqual(await refusal(put({ StorageClass: "GLACIER" })), ["NotImplemented", 501]);
    assert.deepEqual(await refusal(put({ ServerSideEncryption: "aws:kms:dsse" })), ["NotImplemented", 501]);
    const hold = await fetch(`${aws.endpoint}/${Bucket}/k?legal-hold`, {
      method: "PUT",
      body: "<LegalHold/>",
    });
    assert.equal(hold.status, 501);
    assert.match(await hold.text(), /does not support PUT of an S3 object.{6}s .{6}legal-hold/);
    const patch = await fetch(`${aws.endpoint}/${Bucket}/k`, { method: "PATCH" });
    assert.equal(patch.status, 405);
    await patch.body?.cancel();
    await put({});
    const override = (ResponseContentType: string) => get({ Key: "k", ResponseContentType });
    assert.equal((await override("a/b")).ContentType, "a/b");
    assert.deepEqual(await refusal(override("\u{1F6B2}")), ["InvalidArgument", 400]);
    const encoding = await fetch(`${aws.endpoint}/${Bucket}/%ff`);
    assert.match(await encoding.text(), /InvalidURI/);
  }));

Deno.test("deletes succeed with and without an object", () =>
  withBucket(async (s3, Bucket, aws) => {
    for (const Key of ["a", "b", KEY]) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x".repeat(100_000) }));
    }
    assert.equal(files(join(aws.stateDir, "s3")).length, 3);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    const answer = await s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: KEY }, { Key: "b" }, { Key: "none" }] },
      }),
    );
    assert.deepEqual(answer.Deleted?.map(({ Key }) => Key), [KEY, "b", "none"]);
    assert.deepEqual(await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: "b" }))), ["NotFound", 404]);
    assert.deepEqual(files(join(aws.stateDir, "s3")), []);
  }));

Deno.test("a copy has the same bytes, and the same or new metadata", () =>
  withBucket(async (s3, Bucket) => {
    await s3.send(
      new PutObjectCommand({ Bucket, Key: "a é", Body: "x", ContentType: "t/x", Metadata: { m: "1" } }),
    );
    const CopySource = `${Bucket}/${encodeURIComponent("a é")}`;
    const { CopyObjectResult } = await s3.send(new CopyObjectCommand({ Bucket, Key: "b", CopySource }));
    assert.equal(CopyObjectResult?.ETag, '"9dd4e461268c8034f5c8564e155c67a6"');
    const copy = await s3.send(new HeadObjectCommand({ Bucket, Key: "b" }));
    assert.deepEqual([copy.ContentType, copy.Metadata], ["t/x", { m: "1" }]);
    const onto = (input: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: "a é", CopySource, ...input }));
    assert.deepEqual(await refusal(onto({})), ["InvalidRequest", 400]);
    await onto({ MetadataDirective: "REPLACE", Metadata: { m: "2" } });
    assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: "a é" }))).Metadata, { m: "2" });
    assert.deepEqual(await refusal(onto({ CopySource: `${Bucket}/none` })), ["NoSuchKey", 404]);
    assert.deepEqual(await refusal(onto({ CopySource: "none" })), ["InvalidArgument", 400]);
    assert.deepEqual(await refusal(onto({ CopySourceIfMatch: '"x"' })), ["PreconditionFailed", 412]);
  }));

Deno.test("objects survive a restart, files without an object are deleted", async () => {
  const large = "0123456789".repeat(10_000);
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withBucket(async (s3, Bucket) => {
      await s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: "old" }));
      await s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: "new" }));
      await s3.send(new PutObjectCommand({ Bucket, Key: "large", Body: large }));
    }, { stateDir });
    const folder = join(stateDir, "s3", "00");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "00-half-written"), "ne");
    await withLocalAws(async (aws) => {
      const got = await fetch(`${aws.endpoint}/scones-test/${encodeURIComponent(KEY)}`);
      assert.equal(await got.text(), "new");
      assert.equal(await (await fetch(`${aws.endpoint}/scones-test/large`)).text(), large);
      assert.equal(files(join(stateDir, "s3")).length, 1);
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("a body can be read to its end while the object is replaced", () =>
  withBucket(async (s3, Bucket, aws) => {
    const old = "o".repeat(3_000_000);
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: old }));
    const reading = await fetch(`${aws.endpoint}/${Bucket}/k`);
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "new" }));
    assert.equal(await reading.text(), old);
    const broken = await fetch(`${aws.endpoint}/${Bucket}/k`);
    await broken.body?.cancel();
    assert.deepEqual(files(join(aws.stateDir, "s3")), []);
  }));

Deno.test("a bucket can be addressed by the host name", () =>
  withBucket(async (s3, Bucket, aws) => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "a/b", Body: "x" }));
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: aws.port });
    const head = `GET /a/b HTTP/1.1\r\nHost: ${Bucket}.localhost:${aws.port}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    assert.match(await new Response(connection.readable).text(), /^HTTP\/1\.1 200 [^]*\r\n\r\nx$/);
  }));

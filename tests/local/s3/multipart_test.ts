/** Multipart uploads against the real client. */
import assert from "node:assert/strict";
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { withLocalAws } from "../testing.ts";
import { refusal, withBucket } from "./testing.ts";

const MIB = 1024 * 1024;
const PARTS = [new Uint8Array(5 * MIB).fill(97), new Uint8Array(5 * MIB + 3).fill(98), new Uint8Array([99])];

async function upload(s3: S3Client, Bucket: string, algorithm?: ChecksumAlgorithm, type?: ChecksumType) {
  const target = { Bucket, Key: "big" };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      ...target,
      ContentType: "t/x",
      ChecksumAlgorithm: algorithm,
      ChecksumType: type,
    }),
  );
  const parts = [];
  for (const [index, Body] of PARTS.entries()) {
    const PartNumber = index + 1;
    const part = await s3.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ChecksumAlgorithm: algorithm }),
    );
    parts.push({ ...part, $metadata: undefined, PartNumber });
  }
  return { ...target, UploadId, MultipartUpload: { Parts: parts } };
}

Deno.test("an object made of parts reads as one, as ranges and as parts", () =>
  withBucket(async (s3, Bucket) => {
    const done = await s3.send(new CompleteMultipartUploadCommand(await upload(s3, Bucket)));
    assert.match(done.ETag ?? "", /^"[0-9a-f]{32}-3"$/);
    const get = (input: object) => s3.send(new GetObjectCommand({ Bucket, Key: "big", ...input }));
    const whole = await get({});
    assert.equal(whole.ContentType, "t/x");
    const bytes = await whole.Body!.transformToByteArray();
    assert.equal(Buffer.compare(bytes, Buffer.concat(PARTS)), 0);
    const seam = await get({ Range: `bytes=${5 * MIB - 1}-${5 * MIB}` });
    assert.equal(await seam.Body?.transformToString(), "ab");
    const last = await get({ PartNumber: 3 });
    assert.deepEqual([await last.Body?.transformToString(), last.PartsCount], ["c", 3]);
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.equal(uploads.Uploads, undefined);
  }));

Deno.test("checksums of an upload are of its parts or of the whole", () =>
  withBucket(async (s3, Bucket) => {
    const composite = await s3.send(new CompleteMultipartUploadCommand(await upload(s3, Bucket, "SHA256")));
    assert.match(composite.ChecksumSHA256 ?? "", /=-3$/);
    const parts = await upload(s3, Bucket, "CRC32", "FULL_OBJECT");
    const whole = await s3.send(new CompleteMultipartUploadCommand(parts));
    const { ChecksumCRC32 } = await s3.send(
      new PutObjectCommand({ Bucket, Key: "same", Body: Buffer.concat(PARTS) }),
    );
    assert.deepEqual([whole.ChecksumCRC32, whole.ChecksumType], [ChecksumCRC32, "FULL_OBJECT"]);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "big", ChecksumMode: "ENABLED" }));
    assert.equal(head.ChecksumCRC32, ChecksumCRC32);
    assert.deepEqual(await refusal(upload(s3, Bucket, "SHA1", "FULL_OBJECT")), ["InvalidRequest", 400]);
  }));

Deno.test("missing, wrong, unordered or small parts are refused", () =>
  withBucket(async (s3, Bucket) => {
    const uploaded = await upload(s3, Bucket);
    const [one, two, three] = uploaded.MultipartUpload.Parts;
    const complete = (...Parts: object[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...uploaded, MultipartUpload: { Parts } }));
    assert.deepEqual(await refusal(complete(two!, one!)), ["InvalidPartOrder", 400]);
    assert.deepEqual(await refusal(complete({ ...one, ETag: '"x"' })), ["InvalidPart", 400]);
    assert.deepEqual(await refusal(complete({ ...one, PartNumber: 9 })), ["InvalidPart", 400]);
    assert.deepEqual(await refusal(complete(three!, { ...three, PartNumber: 4 })), ["InvalidPart", 400]);
    assert.deepEqual(await refusal(complete()), ["MalformedXML", 400]);
    const nothing = new CompleteMultipartUploadCommand({ ...uploaded, MultipartUpload: undefined });
    await assert.rejects(s3.send(nothing), {
      name: "InvalidRequest",
      message: "You must specify at least one part",
    });
    await s3.send(new UploadPartCommand({ ...uploaded, PartNumber: 4, Body: "d" }));
    const parts = await s3.send(new ListPartsCommand({ ...uploaded, MaxParts: 1, PartNumberMarker: "2" }));
    assert.deepEqual([parts.Parts?.[0]?.PartNumber, parts.IsTruncated, parts.NextPartNumberMarker], [
      3,
      true,
      "3",
    ]);
    const four = (await s3.send(new ListPartsCommand(uploaded))).Parts![3]!;
    assert.deepEqual(await refusal(complete(three!, four)), ["EntityTooSmall", 400]);
    const wrong = new UploadPartCommand({ ...uploaded, PartNumber: 10_001, Body: "x" });
    assert.deepEqual(await refusal(s3.send(wrong)), ["InvalidArgument", 400]);
    await s3.send(new AbortMultipartUploadCommand(uploaded));
    assert.deepEqual(await refusal(s3.send(new AbortMultipartUploadCommand(uploaded))), [
      "NoSuchUpload",
      404,
    ]);
    assert.deepEqual(await refusal(complete(one!)), ["NoSuchUpload", 404]);
  }));

Deno.test("a repeated completion has the same answer, and changes nothing", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    let again: CompleteMultipartUploadCommand;
    let ETag: string | undefined;
    await withBucket(async (s3, Bucket) => {
      again = new CompleteMultipartUploadCommand(await upload(s3, Bucket));
      ({ ETag } = await s3.send(again));
      await s3.send(new PutObjectCommand({ Bucket, Key: "big", Body: "newer" }));
    }, { stateDir });
    await withLocalAws(async (aws) => {
      const s3 = new S3Client(aws.client);
      assert.equal((await s3.send(again)).ETag, ETag);
      const { MultipartUpload, ...target } = again.input;
      const newer = await s3.send(new GetObjectCommand({ Bucket: target.Bucket, Key: target.Key }));
      assert.equal(await newer.Body!.transformToString(), "newer");
      const Parts = MultipartUpload!.Parts!.slice(0, 1);
      const other = new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } });
      assert.deepEqual(await refusal(s3.send(other)), ["NoSuchUpload", 404]);
      s3.destroy();
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("parts are copied from objects", () =>
  withBucket(async (s3, Bucket) => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
    const target = { Bucket, Key: "copy" };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    const copy = (CopySourceRange: string) =>
      s3.send(
        new UploadPartCopyCommand({
          ...target,
          UploadId,
          PartNumber: 1,
          CopySource: `${Bucket}/source`,
          CopySourceRange,
        }),
      );
    const { CopyPartResult } = await copy("bytes=2-4");
    assert.deepEqual(await refusal(copy("bytes=2-40")), ["InvalidArgument", 400]);
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] },
      }),
    );
    const got = await s3.send(new GetObjectCommand(target));
    assert.equal(await got.Body?.transformToString(), "234");
  }));

Deno.test("an upload in progress survives a restart", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    let uploaded: Awaited<ReturnType<typeof upload>> | undefined;
    await withBucket(async (s3, Bucket) => {
      uploaded = await upload(s3, Bucket);
    }, { stateDir });
    await withLocalAws(async (aws) => {
      const s3 = new S3Client(aws.client);
      await s3.send(new CompleteMultipartUploadCommand(uploaded!));
      const { ContentLength } = await s3.send(
        new HeadObjectCommand({ Bucket: uploaded!.Bucket, Key: "big" }),
      );
      assert.equal(ContentLength, 10 * MIB + 4);
      s3.destroy();
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("lists of uploads and parts go on when the one that their markers name has gone or changed", () =>
  withBucket(async (s3, Bucket) => {
    for (const Key of ["a", "b", "b", "c"]) await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const list = (input: object) => s3.send(new ListMultipartUploadsCommand({ Bucket, ...input }));
    const first = await list({ MaxUploads: 2 });
    assert.deepEqual(first.Uploads?.map(({ Key }) => Key), ["a", "b"]);
    const { NextKeyMarker: Key, NextUploadIdMarker: UploadId } = first;
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    const second = await list({ KeyMarker: Key, UploadIdMarker: UploadId });
    assert.deepEqual(second.Uploads?.map(({ Key }) => Key), ["b", "c"]);

    const target = { Bucket, Key: "c", UploadId: second.Uploads?.[1]?.UploadId };
    const put = (PartNumber: number, Body: string) =>
      s3.send(new UploadPartCommand({ ...target, PartNumber, Body }));
    for (const number of [1, 2, 3]) await put(number, "old");
    const page = await s3.send(new ListPartsCommand({ ...target, MaxParts: 2 }));
    await put(2, "newer");
    const PartNumberMarker = page.NextPartNumberMarker;
    const { Parts } = await s3.send(new ListPartsCommand({ ...target, PartNumberMarker }));
    assert.deepEqual(Parts?.map(({ PartNumber }) => PartNumber), [3]);
  }));

Deno.test("a type of checksum needs an algorithm", () =>
  withBucket(async (s3, Bucket) => {
    const create = new CreateMultipartUploadCommand({ Bucket, Key: "k", ChecksumType: "COMPOSITE" });
    create.middlewareStack.add(
      (next) => (call) => {
        // The client adds an algorithm by default.
        delete (call.request as { headers: Record<string, string> }).headers["x-amz-checksum-algorithm"];
        return next(call);
      },
      { step: "build", priority: "low" },
    );
    assert.deepEqual(await refusal(s3.send(create)), ["InvalidRequest", 400]);
  }));

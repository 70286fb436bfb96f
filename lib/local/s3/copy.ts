/** CopyObject and UploadPartCopy. */
import { AwsError, unsupported } from "../errors.ts";
import { type Piece } from "./bodies.ts";
import { type ChecksumAlgorithm } from "./checksums.ts";
import { notModified, rangeOf } from "./conditions.ts";
import {
  authorizeObject,
  bucketArn,
  checkKey,
  existing,
  findBucket,
  invalidArgument,
  isoTime,
  type Operation,
  type S3Context,
  s3Now,
  type S3Request,
  xml,
} from "./context.ts";
import { storedHeaders } from "./headers.ts";
import type { Checksum, StoredObject } from "./index.ts";
import { existingUpload, partNumber, storePart } from "./multipart.ts";
import { encryptionHeader, storeReceived } from "./objects.ts";
import { base64, checksumAlgorithm, hex, type Received, write } from "./payload.ts";

const MAX_COPY_BYTES = 5 * 1024 ** 3;

interface Source {
  readonly bucket: string;
  readonly object: StoredObject;
}

async function copyObject(s3: S3Context, request: S3Request): Promise<Response> {
  authorizeObject(s3, request, "s3:PutObject");
  const { headers, bucket, key } = request;
  const replace = directive(headers) === "REPLACE";
  const given = storedHeaders(headers);
  const asked = headers.get("x-amz-checksum-algorithm");
  const wanted = asked === null ? undefined : checksumAlgorithm(asked);
  const { bucket: sourceBucket, object: source } = sourceOf(s3, request);
  if (!replace && sourceBucket === bucket && source.Key === key) {
    throw new AwsError(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the " +
        "object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  if (source.Size > MAX_COPY_BYTES) {
    throw new AwsError(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_COPY_BYTES}`,
    );
  }
  const algorithm = wanted ?? source.Checksum?.Algorithm;
  const { piece, md5, checksum } = await copyBytes(s3, source.Pieces, 0, source.Size, algorithm);
  const object: StoredObject = {
    Key: key,
    Size: piece.Size,
    ETag: `"${md5}"`,
    LastModified: s3Now(s3),
    Headers: replace ? given : source.Headers,
    Checksum: checksum,
    Pieces: [piece],
  };
  storeReceived(s3, request, object);
  return xml("CopyObjectResult", copyResult(object.ETag, object.LastModified, checksum), encryptionHeader);
}

async function uploadPartCopy(s3: S3Context, request: S3Request): Promise<Response> {
  authorizeObject(s3, request, "s3:PutObject");
  const number = partNumber(request.query);
  const upload = existingUpload(s3, request);
  const { object: source } = sourceOf(s3, request);
  const asked = request.headers.get("x-amz-copy-source-range");
  const range = rangeOf(asked, source.Size);
  if (asked !== null && (!range || asked !== `bytes=${range.start}-${range.end}`)) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${source.Size}`,
      "x-amz-copy-source-range",
      asked,
    );
  }
  const start = range?.start ?? 0;
  const length = range ? range.end - range.start + 1 : source.Size;
  const received = await copyBytes(s3, source.Pieces, start, length, upload.ChecksumAlgorithm);
  const part = storePart(s3, request, number, received);
  return xml(
    "CopyPartResult",
    copyResult(`"${part.Md5}"`, part.LastModified, part.Checksum),
    encryptionHeader,
  );
}

/** The object that `x-amz-copy-source` names, if the caller may read it and the request's conditions hold. */
function sourceOf(s3: S3Context, { call, headers }: S3Request): Source {
  const text = headers.get("x-amz-copy-source")!;
  const [, bucket, name, version] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.*))?$/s.exec(text) ?? [];
  if (bucket === undefined || name === undefined) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      text,
    );
  }
  if (bucket.startsWith("arn:")) throw unsupported("access points as copy source", "NotImplemented", 501);
  if (version !== undefined && version !== "null") {
    throw invalidArgument("Invalid version id specified", "versionId", version);
  }
  const key = decodeKey(name, text);
  findBucket(s3, bucket);
  checkKey(key);
  s3.core.siblings.iam.authorize(call.principal, "s3:GetObject", `${bucketArn(bucket)}/${key}`);
  const object = existing(s3, call.principal, bucket, key);
  notModified(headers, object, "x-amz-copy-source-");
  return { bucket, object };
}

function decodeKey(name: string, text: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalidArgument("Invalid copy source encoding.", "x-amz-copy-source", text);
  }
}

function directive(headers: Headers): string {
  const given = headers.get("x-amz-metadata-directive") ?? "COPY";
  if (given === "COPY" || given === "REPLACE") return given;
  throw invalidArgument("Unknown metadata directive.", "x-amz-metadata-directive", given);
}

async function copyBytes(
  s3: S3Context,
  pieces: readonly Piece[],
  start: number,
  length: number,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Received> {
  const source = new Response(s3.bodies.read(pieces, start, length)).body!;
  const { piece, md5, checksums } = await write(s3, source, algorithm ? [algorithm] : [], length);
  return {
    piece,
    md5: hex(md5),
    checksum: algorithm &&
      { Algorithm: algorithm, Value: base64(checksums.get(algorithm)!), Type: "FULL_OBJECT" },
  };
}

function copyResult(ETag: string, modified: number, checksum: Checksum | undefined) {
  return {
    LastModified: isoTime(modified),
    ETag,
    ...checksum && { [`Checksum${checksum.Algorithm}`]: checksum.Value, ChecksumType: checksum.Type },
  };
}

export const copyOperations: readonly Operation[] = [
  { method: "PUT", on: "object", header: "x-amz-copy-source", run: copyObject },
  { method: "PUT", on: "object", query: "uploadId", header: "x-amz-copy-source", run: uploadPartCopy },
];

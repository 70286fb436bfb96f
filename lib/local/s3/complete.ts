/** CompleteMultipartUpload: an object made of its parts' files, which stay where they are. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../errors.ts";
import { createHasher } from "./checksums.ts";
import {
  authorizeObject,
  malformedXml,
  type Operation,
  readXml,
  type S3Context,
  s3Now,
  type S3Request,
  xml,
} from "./context.ts";
import type { Checksum, StoredObject } from "./index.ts";
import { existingUpload } from "./multipart.ts";
import { encryptionHeader, replaceObject } from "./objects.ts";
import { base64, checksumHeader, fromBase64 } from "./payload.ts";
import type { Completed, Part, Upload } from "./uploads.ts";

/** Of every part but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

async function completeMultipartUpload(s3: S3Context, request: S3Request): Promise<Response> {
  authorizeObject(s3, request, "s3:PutObject");
  const before = s3.uploads.completed(request.query.get("uploadId") ?? "");
  if (!before) existingUpload(s3, request);
  if (request.headers.get("content-length") === "0") {
    throw new AwsError("InvalidRequest", "You must specify at least one part");
  }
  const { Part: given } = await readXml(request, "CompleteMultipartUpload");
  const list = listedParts(given);
  const Parts = list.map(({ number, etag }) => [number, etag] as const);
  // A client that saw no answer asks again, and gets the same.
  if (
    before?.Bucket === request.bucket && before.Key === request.key && isDeepStrictEqual(before.Parts, Parts)
  ) {
    return answer(s3, before);
  }
  // Read again: the upload may have been completed while the list arrived.
  const upload = existingUpload(s3, request);
  const { UploadId, Headers } = upload;
  const parts = chosenParts(upload, byNumber(s3.uploads.parts(UploadId)), list);
  const checksum = await checksumOf(s3, upload, parts);
  const size = parts.reduce((sum, { Piece }) => sum + Piece.Size, 0);
  checkExpected(request.headers, size, checksum);
  const md5 = createHash("md5");
  for (const { Md5 } of parts) md5.update(Md5, "hex");
  const object: StoredObject = {
    Key: request.key,
    Size: size,
    ETag: `"${md5.digest("hex")}-${parts.length}"`,
    LastModified: s3Now(s3),
    Headers,
    Checksum: checksum,
    Pieces: parts.map(({ Piece }) => Piece),
  };
  const completed = {
    UploadId,
    Bucket: request.bucket,
    Key: request.key,
    Parts,
    ETag: object.ETag,
    Checksum: checksum,
  };
  let unused: Part[] = [];
  replaceObject(s3, request, object, () => {
    existingUpload(s3, request);
    const now = byNumber(s3.uploads.remove(UploadId));
    for (const part of parts) {
      // A part may have been sent anew while the checksum was computed.
      const { Piece } = now.get(part.PartNumber) ?? {};
      if (JSON.stringify(Piece) !== JSON.stringify(part.Piece)) throw invalidPart(UploadId, {});
      now.delete(part.PartNumber);
    }
    unused = [...now.values()];
    s3.uploads.putCompleted(completed, s3.core.now());
  });
  s3.bodies.remove(unused.map(({ Piece }) => Piece));
  return answer(s3, completed);
}

function answer(s3: S3Context, { Bucket, Key, ETag, Checksum: checksum }: Completed): Response {
  return xml("CompleteMultipartUploadResult", {
    Location: `${s3.core.endpoint()}/${Bucket}/${encodeURIComponent(Key)}`,
    Bucket,
    Key,
    ETag,
    ...checksum && { [`Checksum${checksum.Algorithm}`]: checksum.Value, ChecksumType: checksum.Type },
  }, encryptionHeader);
}

/** A part as the client lists it. */
interface Listed {
  number: number;
  /** Without quotes. */
  etag: string;
  entry: Record<string, unknown>;
}

/** @throws AwsError MalformedXML */
function listedParts(given: unknown): Listed[] {
  const list = (Array.isArray(given) ? given : [given]) as (Record<string, unknown> | undefined)[];
  return list.map((entry) => {
    const number = Number(entry?.PartNumber);
    if (!Number.isInteger(number) || typeof entry?.ETag !== "string") throw malformedXml();
    return { number, etag: entry.ETag.replaceAll('"', ""), entry };
  });
}

function byNumber(parts: readonly Part[]): Map<number, Part> {
  return new Map(parts.map((part) => [part.PartNumber, part]));
}

/** The uploaded parts that the client lists, which must be ascending, as uploaded, and large enough. */
function chosenParts(upload: Upload, uploaded: ReadonlyMap<number, Part>, list: readonly Listed[]): Part[] {
  const { UploadId } = upload;
  let last = 0;
  const parts = list.map(({ number, etag, entry }) => {
    if (number <= last) {
      throw new AwsError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
        400,
        { UploadId },
      );
    }
    last = number;
    const part = uploaded.get(number);
    const checksum = part?.Checksum && entry[`Checksum${part.Checksum.Algorithm}`];
    if (upload.ChecksumType === "COMPOSITE" && part && checksum === undefined) {
      throw new AwsError(
        "InvalidRequest",
        `The upload was created using a ${upload.ChecksumAlgorithm!.toLowerCase()} checksum. The complete ` +
          `request must include the checksum for each part. It was missing for part ${number} in the request.`,
      );
    }
    if (
      part?.Md5 === etag &&
      (checksum === undefined || checksum === part.Checksum?.Value)
    ) return part;
    throw invalidPart(UploadId, { PartNumber: number, ETag: entry.ETag });
  });
  const small = parts.slice(0, -1).find(({ Piece }) => Piece.Size < MIN_PART_BYTES);
  if (!small) return parts;
  throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
    ProposedSize: small.Piece.Size,
    MinSizeAllowed: MIN_PART_BYTES,
    PartNumber: small.PartNumber,
    ETag: small.Md5,
  });
}

function invalidPart(UploadId: string, part: object): AwsError {
  return new AwsError(
    "InvalidPart",
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the " +
      "specified entity tag may not match the part's entity tag.",
    400,
    { UploadId, ...part },
  );
}

async function checksumOf(
  s3: S3Context,
  { ChecksumAlgorithm: Algorithm, ChecksumType: Type }: Upload,
  parts: readonly Part[],
): Promise<Checksum | undefined> {
  if (!Algorithm || !Type) return undefined;
  const hasher = createHasher(Algorithm);
  if (Type === "COMPOSITE") {
    for (const { Checksum } of parts) hasher.update(fromBase64(Checksum!.Value)!);
    return { Algorithm, Type, Value: `${base64(hasher.digest())}-${parts.length}` };
  }
  for (const { Piece } of parts) {
    for await (const bytes of new Response(s3.bodies.read([Piece], 0, Piece.Size)).body!) {
      hasher.update(bytes);
    }
  }
  return { Algorithm, Type, Value: base64(hasher.digest()) };
}

/** What the client says that the object will be. */
function checkExpected(headers: Headers, size: number, checksum: Checksum | undefined): void {
  const expectedSize = headers.get("x-amz-mp-object-size");
  if (expectedSize !== null && Number(expectedSize) !== size) {
    throw new AwsError(
      "InvalidRequest",
      `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match what was computed: ${size}`,
    );
  }
  const expected = checksum && headers.get(checksumHeader(checksum.Algorithm));
  if (checksum && expected && expected !== checksum.Value) {
    throw new AwsError(
      "BadDigest",
      `The ${checksum.Algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

export const completeOperations: readonly Operation[] = [
  { method: "POST", on: "object", query: "uploadId", run: completeMultipartUpload },
];

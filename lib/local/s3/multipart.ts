/** CreateMultipartUpload, UploadPart, AbortMultipartUpload, ListParts, ListMultipartUploads. */
import { AwsError, unsupported } from "../errors.ts";
import { type ChecksumAlgorithm } from "./checksums.ts";
import {
  authorizeBucket,
  authorizeObject,
  countParameter,
  invalidArgument,
  isoTime,
  type Operation,
  OWNER_ID,
  type S3Context,
  s3Now,
  type S3Request,
  xml,
} from "./context.ts";
import { storedHeaders } from "./headers.ts";
import type { Checksum } from "./index.ts";
import { encoder } from "./listing.ts";
import { encryptionHeader } from "./objects.ts";
import { checksumAlgorithm, checksumHeader, receive, type Received } from "./payload.ts";
import type { Part, Upload } from "./uploads.ts";

function createMultipartUpload(s3: S3Context, request: S3Request): Response {
  authorizeObject(s3, request, "s3:PutObject");
  const { headers, bucket: Bucket, key: Key } = request;
  const asked = headers.get("x-amz-checksum-algorithm");
  const algorithm = asked === null ? undefined : checksumAlgorithm(asked);
  const askedType = headers.get("x-amz-checksum-type");
  if (askedType !== null && !algorithm) {
    throw new AwsError(
      "InvalidRequest",
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  const type = algorithm && checksumType(algorithm, askedType);
  const UploadId = crypto.getRandomValues(new Uint8Array(48)).toBase64({ alphabet: "base64url" });
  s3.uploads.add({
    UploadId,
    Bucket,
    Key,
    Initiated: s3Now(s3),
    Headers: storedHeaders(headers),
    ChecksumAlgorithm: algorithm,
    ChecksumType: type,
  });
  return xml("InitiateMultipartUploadResult", { Bucket, Key, UploadId }, {
    ...encryptionHeader,
    ...algorithm && { "x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": type! },
  });
}

/** SHA checksums of an upload are made of its parts' only, CRC64NVME of the whole object only. */
function checksumType(algorithm: ChecksumAlgorithm, asked: string | null): Checksum["Type"] {
  const possible: Checksum["Type"][] = algorithm === "CRC64NVME"
    ? ["FULL_OBJECT"]
    : algorithm.startsWith("SHA")
    ? ["COMPOSITE"]
    : ["COMPOSITE", "FULL_OBJECT"];
  const type = possible.find((type) => type === (asked ?? possible[0]));
  if (type) return type;
  throw new AwsError(
    "InvalidRequest",
    `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

async function uploadPart(s3: S3Context, request: S3Request): Promise<Response> {
  authorizeObject(s3, request, "s3:PutObject");
  const number = partNumber(request.query);
  const upload = existingUpload(s3, request);
  // Of a composite checksum the client must know the parts', of a whole object's it need not.
  const received = await receive(
    s3,
    request,
    upload.ChecksumType === "FULL_OBJECT" ? upload.ChecksumAlgorithm : undefined,
  );
  const { checksum } = received;
  const { Md5 } = storePart(s3, request, number, received);
  return new Response(null, {
    headers: {
      etag: `"${Md5}"`,
      ...checksum && { [checksumHeader(checksum.Algorithm)]: checksum.Value },
      ...encryptionHeader,
    },
  });
}

/** Adds a received part to its upload, which must still be there; its file is removed again when it is not. */
export function storePart(
  s3: S3Context,
  request: S3Request,
  PartNumber: number,
  { piece, md5, checksum }: Received,
): Part {
  try {
    const { UploadId, ChecksumAlgorithm } = existingUpload(s3, request);
    // An upload that names no algorithm takes parts with any, and forgets it: clients send one by default.
    if (ChecksumAlgorithm && checksum?.Algorithm !== ChecksumAlgorithm) {
      throw new AwsError(
        "InvalidRequest",
        `Checksum Type mismatch occurred, expected checksum Type: ${ChecksumAlgorithm.toLowerCase()}, actual checksum Type: ${
          checksum?.Algorithm.toLowerCase() ?? null
        }`,
      );
    }
    const Checksum = ChecksumAlgorithm && checksum;
    const part = { PartNumber, Md5: md5, LastModified: s3Now(s3), Piece: piece, Checksum };
    const replaced = s3.uploads.putPart(UploadId, part);
    if (replaced) s3.bodies.remove([replaced.Piece]);
    return part;
  } catch (error) {
    s3.bodies.remove([piece]);
    throw error;
  }
}

/** The upload that the request names. @throws AwsError NoSuchUpload */
export function existingUpload(s3: S3Context, { bucket, key, query }: S3Request): Upload {
  const id = query.get("uploadId") ?? "";
  const upload = s3.uploads.get(id);
  if (upload?.Bucket === bucket && upload.Key === key) return upload;
  throw new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted " +
      "or completed.",
    404,
    { UploadId: id },
  );
}

export function partNumber(query: URLSearchParams): number {
  const text = query.get("partNumber") ?? "";
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return Number(text);
  throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
}

function abortMultipartUpload(s3: S3Context, request: S3Request): Response {
  authorizeObject(s3, request, "s3:AbortMultipartUpload");
  const parts = s3.uploads.remove(existingUpload(s3, request).UploadId);
  s3.bodies.remove(parts.map(({ Piece }) => Piece));
  return new Response(null, { status: 204 });
}

function listParts(s3: S3Context, request: S3Request): Response {
  authorizeObject(s3, request, "s3:ListMultipartUploadParts");
  const { query } = request;
  const { UploadId, Bucket, Key, ChecksumAlgorithm, ChecksumType } = existingUpload(s3, request);
  const marker = query.has("part-number-marker") ? countParameter(query, "part-number-marker", 10_000) : 0;
  const limit = countParameter(query, "max-parts", 1000);
  const behind = s3.uploads.parts(UploadId).filter(({ PartNumber }) => PartNumber > marker);
  const parts = behind.slice(0, limit);
  return xml("ListPartsResult", {
    Bucket,
    Key: encoder(query)(Key),
    UploadId,
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.PartNumber ?? 0,
    MaxParts: limit,
    IsTruncated: parts.length < behind.length,
    ChecksumAlgorithm,
    ChecksumType,
    Part: parts.map(({ PartNumber, LastModified, Md5, Piece, Checksum }) => ({
      PartNumber,
      LastModified: isoTime(LastModified),
      ETag: `"${Md5}"`,
      Size: Piece.Size,
      ...Checksum && { [`Checksum${Checksum.Algorithm}`]: Checksum.Value },
    })),
    Initiator: { ID: OWNER_ID },
    Owner: { ID: OWNER_ID },
    StorageClass: "STANDARD",
  });
}

function listMultipartUploads(s3: S3Context, request: S3Request): Response {
  authorizeBucket(s3, request, "s3:ListBucketMultipartUploads");
  const { query, bucket } = request;
  if (query.get("delimiter")) throw unsupported("a delimiter in ListMultipartUploads", "NotImplemented", 501);
  const prefix = query.get("prefix") ?? "";
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const limit = countParameter(query, "max-uploads", 1000);
  const encode = encoder(query);
  const all = s3.uploads.of(bucket);
  // Both markers name the last upload seen; a key alone stands behind all of its uploads.
  const start = keyMarker === ""
    ? 0
    : 1 + all.findLastIndex(({ Key, UploadId }) =>
      Key < keyMarker || (Key === keyMarker && (idMarker === "" || UploadId <= idMarker))
    );
  const behind = all.slice(start).filter(({ Key }) => Key.startsWith(prefix));
  const uploads = behind.slice(0, limit);
  const truncated = uploads.length < behind.length;
  return xml("ListMultipartUploadsResult", {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated ? encode(uploads.at(-1)?.Key ?? "") : undefined,
    NextUploadIdMarker: truncated ? uploads.at(-1)?.UploadId : undefined,
    Prefix: encode(prefix),
    EncodingType: query.get("encoding-type") ?? undefined,
    MaxUploads: limit,
    IsTruncated: truncated,
    Upload: uploads.map(({ Key, UploadId, Initiated, ChecksumAlgorithm, ChecksumType }) => ({
      UploadId,
      Key: encode(Key),
      Initiated: isoTime(Initiated),
      StorageClass: "STANDARD",
      Owner: { ID: OWNER_ID },
      Initiator: { ID: OWNER_ID },
      ChecksumAlgorithm,
      ChecksumType,
    })),
  });
}

export const multipartOperations: readonly Operation[] = [
  { method: "POST", on: "object", query: "uploads", run: createMultipartUpload },
  { method: "PUT", on: "object", query: "uploadId", run: uploadPart },
  { method: "DELETE", on: "object", query: "uploadId", run: abortMultipartUpload },
  { method: "GET", on: "object", query: "uploadId", run: listParts },
  { method: "GET", on: "bucket", query: "uploads", run: listMultipartUploads },
];

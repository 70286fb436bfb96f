/** CreateMultipartUpload, UploadPart, AbortMultipartUpload. */
import { AwsError } from "../errors.ts";
import { header, query, required, string, type Structure, structure } from "../shapes.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import { count, objectInput, onObject, operation, partNumberOf, type S3Context, s3Now } from "./context.ts";
import { CHECKSUM_HEADERS, checksumMember, objectHeaders, storedHeaders } from "./headers.ts";
import { ENCRYPTION_HEADERS, encryptionOf } from "./encryption.ts";
import type { Checksum } from "./index.ts";
import { bodyInput, checksumAlgorithm, receive, type Received } from "./payload.ts";
import { newHeaders, writeKeys } from "./objects.ts";
import type { Part, Upload } from "./uploads.ts";

/** Members that name an upload. */
export const uploadInput = { ...objectInput, UploadId: required(query("uploadId", string())) };

type UploadInput = Structure<typeof uploadInput>;

export const createMultipartUpload = operation({
  action: "s3:PutObject",
  input: structure({
    ...objectInput,
    ...objectHeaders,
    ChecksumAlgorithm: header("x-amz-checksum-algorithm", string()),
    ChecksumType: header("x-amz-checksum-type", string()),
  }),
  resource: onObject,
  conditions: writeKeys,
  http: {
    at: "POST /{Bucket}/{Key+}?uploads",
    root: "InitiateMultipartUploadResult",
    headers: {
      ...ENCRYPTION_HEADERS,
      ChecksumAlgorithm: "x-amz-checksum-algorithm",
      ChecksumType: "x-amz-checksum-type",
    },
  },
  run(input, s3, call) {
    const { Bucket, Key, ChecksumAlgorithm: asked, ChecksumType: askedType } = input;
    const algorithm = asked === undefined ? undefined : checksumAlgorithm(asked);
    if (askedType !== undefined && !algorithm) {
      throw new AwsError(
        "InvalidRequest",
        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
      );
    }
    const checksum = {
      ChecksumAlgorithm: algorithm,
      ChecksumType: algorithm && checksumType(algorithm, askedType),
    };
    const Headers = { ...storedHeaders(input), ...newHeaders(s3, input, call) };
    const UploadId = crypto.getRandomValues(new Uint8Array(48)).toBase64({ alphabet: "base64url" });
    s3.uploads.add({
      UploadId,
      Bucket,
      Key,
      Initiated: s3Now(s3),
      Headers,
      ...checksum,
    });
    return { Bucket, Key, UploadId, ...encryptionOf(Headers), ...checksum };
  },
});

/** SHA checksums can only be composite, CRC64NVME only of the full object. */
function checksumType(algorithm: ChecksumAlgorithm, asked: string | undefined): Checksum["Type"] {
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

export const uploadPart = operation({
  action: "s3:PutObject",
  input: structure({ ...uploadInput, ...bodyInput, PartNumber: query("partNumber", count) }),
  resource: onObject,
  http: {
    at: "PUT /{Bucket}/{Key+}?uploadId",
    headers: { ETag: "etag", ...CHECKSUM_HEADERS, ...ENCRYPTION_HEADERS },
  },
  async run(input, s3) {
    const number = partNumberOf(input.PartNumber);
    const upload = existingUpload(s3, input);
    // For a composite checksum the client must send each part's; for a full-object one it is computed here.
    const wanted = upload.ChecksumType === "FULL_OBJECT" ? upload.ChecksumAlgorithm : undefined;
    const received = await receive(s3, input, wanted);
    const { Md5 } = storePart(s3, input, number, received);
    return { ETag: `"${Md5}"`, ...checksumMember(received.checksum), ...encryptionOf(upload.Headers) };
  },
});

/** Adds a received part to its upload. If the upload is gone, the part's file is deleted. @throws AwsError NoSuchUpload */
export function storePart(
  s3: S3Context,
  input: UploadInput,
  PartNumber: number,
  { piece, md5, checksum }: Received,
): Part {
  try {
    const { UploadId, ChecksumAlgorithm } = existingUpload(s3, input);
    // An upload without an algorithm accepts parts with any checksum, which clients send by default, and drops it.
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
export function existingUpload(s3: S3Context, { Bucket, Key, UploadId }: UploadInput): Upload {
  const upload = s3.uploads.get(UploadId);
  if (upload?.Bucket === Bucket && upload.Key === Key) return upload;
  throw new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted " +
      "or completed.",
    404,
    { UploadId },
  );
}

export const abortMultipartUpload = operation({
  action: "s3:AbortMultipartUpload",
  input: structure(uploadInput),
  resource: onObject,
  http: { at: "DELETE /{Bucket}/{Key+}?uploadId", status: 204 },
  run(input, s3) {
    const parts = s3.uploads.remove(existingUpload(s3, input).UploadId);
    s3.bodies.remove(parts.map(({ Piece }) => Piece));
    return {};
  },
});

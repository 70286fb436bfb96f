/** CompleteMultipartUpload: the object refers to its parts' files, which are not copied. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../errors.ts";
import { createHasher } from "./checksums.ts";
import {
  element,
  header,
  type Infer,
  integer,
  list,
  payload,
  required,
  string,
  structure,
} from "../shapes.ts";
import { writeConditions } from "./conditions.ts";
import { count, onObject, operation, type S3Context, s3Now } from "./context.ts";
import { ENCRYPTION_HEADERS, encryptionOf, hidesDigest } from "./encryption.ts";
import { checksumInput, checksumMembers, type Checksums } from "./headers.ts";
import type { Checksum, StoredObject } from "./index.ts";
import { expirationOf } from "./lifecycle.ts";
import { existingUpload, uploadInput } from "./multipart.ts";
import { replaceObject } from "./objects.ts";
import { base64, fromBase64 } from "./payload.ts";
import type { Completed, Part, Upload } from "./uploads.ts";

/** For every part but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

const completedPart = structure({
  PartNumber: required(integer()),
  ETag: required(string()),
  ChecksumCRC32: string(),
  ChecksumCRC32C: string(),
  ChecksumCRC64NVME: string(),
  ChecksumSHA1: string(),
  ChecksumSHA256: string(),
});
/** A part as the client lists it. */
type Listed = Infer<typeof completedPart>;

export const completeMultipartUpload = operation({
  action: "s3:PutObject",
  input: structure({
    ...uploadInput,
    ...writeConditions,
    ...checksumInput,
    MpuObjectSize: header("x-amz-mp-object-size", count),
    MultipartUpload: payload(
      structure({ Parts: required(element("Part", list(completedPart))) }),
      "CompleteMultipartUpload",
    ),
  }),
  resource: onObject,
  http: {
    at: "POST /{Bucket}/{Key+}?uploadId",
    root: "CompleteMultipartUploadResult",
    headers: { ...ENCRYPTION_HEADERS, Expiration: "x-amz-expiration" },
  },
  async run(input, s3, call) {
    const { Bucket, Key, UploadId, MultipartUpload } = input;
    const before = s3.uploads.completed(UploadId);
    if (!before) existingUpload(s3, input);
    if (!MultipartUpload) throw new AwsError("InvalidRequest", "You must specify at least one part");
    const listed = MultipartUpload.Parts;
    const Parts = listed.map(({ PartNumber, ETag }) => [PartNumber, bare(ETag)] as const);
    // A client that did not get the answer asks again, and gets the same.
    if (before?.Bucket === Bucket && before.Key === Key && isDeepStrictEqual(before.Parts, Parts)) {
      return answer(s3, before, s3.index.object(Bucket, Key));
    }
    const upload = existingUpload(s3, input);
    const parts = chosenParts(upload, byNumber(s3.uploads.parts(UploadId)), listed);
    const Checksum = await checksumOf(s3, upload, parts);
    const Size = parts.reduce((sum, { Piece }) => sum + Piece.Size, 0);
    checkExpected(input, Size, Checksum);
    const md5 = createHash("md5");
    for (const { Md5 } of parts) md5.update(Md5, "hex");
    const object: StoredObject = {
      Key,
      Size,
      ETag: `"${
        hidesDigest(upload.Headers) ? crypto.randomUUID().replaceAll("-", "") : md5.digest("hex")
      }-${parts.length}"`,
      LastModified: s3Now(s3),
      Headers: upload.Headers,
      Checksum,
      Pieces: parts.map(({ Piece }) => Piece),
    };
    const completed = { UploadId, Bucket, Key, Parts, ETag: object.ETag, Checksum };
    let unused: Part[] = [];
    replaceObject(s3, input, call, object, () => {
      existingUpload(s3, input);
      const now = byNumber(s3.uploads.remove(UploadId));
      for (const part of parts) {
        // A part may have been uploaded again while the checksum was computed.
        const { Piece } = now.get(part.PartNumber) ?? {};
        if (JSON.stringify(Piece) !== JSON.stringify(part.Piece)) throw invalidPart(UploadId, {});
        now.delete(part.PartNumber);
      }
      unused = [...now.values()];
      s3.uploads.putCompleted(completed, s3.core.now());
    });
    s3.bodies.remove(unused.map(({ Piece }) => Piece));
    return answer(s3, completed, object);
  },
});

function answer(
  s3: S3Context,
  { Bucket, Key, ETag, Checksum }: Completed,
  object: StoredObject | undefined,
) {
  return {
    Location: `${s3.core.endpoint()}/${Bucket}/${encodeURIComponent(Key)}`,
    Bucket,
    Key,
    ETag,
    ...checksumMembers(Checksum),
    ...encryptionOf(object?.Headers ?? {}),
    Expiration: object && expirationOf(s3, Bucket, object),
  };
}

/** An entity tag without quotes. */
function bare(etag: string): string {
  return etag.replaceAll('"', "");
}

function byNumber(parts: readonly Part[]): Map<number, Part> {
  return new Map(parts.map((part) => [part.PartNumber, part]));
}

/** The uploaded parts that the client lists. They must be ascending, match the uploaded ones, and be large enough. */
function chosenParts(upload: Upload, uploaded: ReadonlyMap<number, Part>, listed: readonly Listed[]): Part[] {
  const { UploadId } = upload;
  let last = 0;
  const parts = listed.map((entry) => {
    const { PartNumber, ETag } = entry;
    if (PartNumber <= last) {
      throw new AwsError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
        400,
        { UploadId },
      );
    }
    last = PartNumber;
    const part = uploaded.get(PartNumber);
    const checksum = part?.Checksum && entry[`Checksum${part.Checksum.Algorithm}`];
    if (upload.ChecksumType === "COMPOSITE" && part && checksum === undefined) {
      throw new AwsError(
        "InvalidRequest",
        `The upload was created using a ${upload.ChecksumAlgorithm!.toLowerCase()} checksum. The complete ` +
          `request must include the checksum for each part. It was missing for part ${PartNumber} in the request.`,
      );
    }
    const isSame = checksum === undefined || checksum === part?.Checksum?.Value;
    if (part?.Md5 === bare(ETag) && isSame) return part;
    throw invalidPart(UploadId, { PartNumber, ETag });
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

/** Compares the object with the size and checksum that the client expects. */
function checkExpected(
  input: Checksums & { MpuObjectSize?: number },
  size: number,
  checksum: Checksum | undefined,
): void {
  const { MpuObjectSize: expectedSize = size } = input;
  if (expectedSize !== size) {
    throw new AwsError(
      "InvalidRequest",
      `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match what was computed: ${size}`,
    );
  }
  const expected = checksum && input[`Checksum${checksum.Algorithm}`];
  if (checksum && expected && expected !== checksum.Value) {
    throw new AwsError(
      "BadDigest",
      `The ${checksum.Algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

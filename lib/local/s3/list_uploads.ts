/** ListParts and ListMultipartUploads. A page starts after the part number or key with which the previous one ended. */
import { notSupported, query, string, structure } from "../shapes.ts";
import { bucketInput, count, countOf, onBucket, onObject, operation, OWNER_ID } from "./context.ts";
import { checksumMember } from "./headers.ts";
import { encoder } from "./listing.ts";
import { existingUpload, uploadInput } from "./multipart.ts";

const MAX_ITEMS = 1000;
const MAX_PARTS = 10_000;

export const listParts = operation({
  action: "s3:ListMultipartUploadParts",
  input: structure({
    ...uploadInput,
    EncodingType: query("encoding-type", string()),
    MaxParts: query("max-parts", count),
    PartNumberMarker: query("part-number-marker", count),
  }),
  resource: onObject,
  http: { at: "GET /{Bucket}/{Key+}?uploadId", root: "ListPartsResult", elements: { Parts: "Part" } },
  run(input, s3) {
    const { UploadId, Bucket, Key, ChecksumAlgorithm, ChecksumType } = existingUpload(s3, input);
    const marker = countOf(input.PartNumberMarker ?? 0, "part-number-marker", MAX_PARTS);
    const limit = countOf(input.MaxParts, "max-parts", MAX_ITEMS);
    const behind = s3.uploads.parts(UploadId).filter(({ PartNumber }) => PartNumber > marker);
    const parts = behind.slice(0, limit);
    return {
      Bucket,
      Key: encoder(input.EncodingType)(Key),
      UploadId,
      PartNumberMarker: marker,
      NextPartNumberMarker: parts.at(-1)?.PartNumber ?? 0,
      MaxParts: limit,
      IsTruncated: parts.length < behind.length,
      ChecksumAlgorithm,
      ChecksumType,
      Parts: parts.map(({ PartNumber, LastModified, Md5, Piece, Checksum }) => ({
        PartNumber,
        LastModified: new Date(LastModified),
        ETag: `"${Md5}"`,
        Size: Piece.Size,
        ...checksumMember(Checksum),
      })),
      Initiator: { ID: OWNER_ID },
      Owner: { ID: OWNER_ID },
      StorageClass: "STANDARD",
    };
  },
});

export const listMultipartUploads = operation({
  action: "s3:ListBucketMultipartUploads",
  input: structure({
    ...bucketInput,
    Delimiter: query("delimiter", notSupported("")),
    EncodingType: query("encoding-type", string()),
    KeyMarker: query("key-marker", string()),
    MaxUploads: query("max-uploads", count),
    Prefix: query("prefix", string()),
    UploadIdMarker: query("upload-id-marker", string()),
  }),
  resource: onBucket,
  http: { at: "GET /{Bucket}?uploads", root: "ListMultipartUploadsResult", elements: { Uploads: "Upload" } },
  run(input, s3) {
    const { Bucket, EncodingType, KeyMarker = "", Prefix = "", UploadIdMarker = "" } = input;
    const limit = countOf(input.MaxUploads, "max-uploads", MAX_ITEMS);
    const encode = encoder(EncodingType);
    const all = s3.uploads.of(Bucket);
    // The two markers are the last upload of the previous page; a key marker alone skips all uploads of that key.
    const start = KeyMarker === ""
      ? 0
      : 1 + all.findLastIndex(({ Key, UploadId }) =>
        Key < KeyMarker || (Key === KeyMarker && (UploadIdMarker === "" || UploadId <= UploadIdMarker))
      );
    const behind = all.slice(start).filter(({ Key }) => Key.startsWith(Prefix));
    const uploads = behind.slice(0, limit);
    const truncated = uploads.length < behind.length;
    return {
      Bucket,
      KeyMarker: encode(KeyMarker),
      UploadIdMarker,
      NextKeyMarker: truncated ? encode(uploads.at(-1)?.Key ?? "") : undefined,
      NextUploadIdMarker: truncated ? uploads.at(-1)?.UploadId : undefined,
      Prefix: encode(Prefix),
      EncodingType,
      MaxUploads: limit,
      IsTruncated: truncated,
      Uploads: uploads.map(({ Key, UploadId, Initiated, ChecksumAlgorithm, ChecksumType }) => ({
        UploadId,
        Key: encode(Key),
        Initiated: new Date(Initiated),
        StorageClass: "STANDARD",
        Owner: { ID: OWNER_ID },
        Initiator: { ID: OWNER_ID },
        ChecksumAlgorithm,
        ChecksumType,
      })),
    };
  },
});

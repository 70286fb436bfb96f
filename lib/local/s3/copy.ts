/** CopyObject and UploadPartCopy. */
import { AwsError, unsupported } from "../errors.ts";
import type { Call } from "../operation.ts";
import { header, notSupported, query, required, string, type Structure, structure } from "../shapes.ts";
import type { Piece } from "./bodies.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import { checkRead, rangeOf, writeConditions } from "./conditions.ts";
import {
  checkVersion,
  count,
  existing,
  findBucket,
  invalidArgument,
  objectArn,
  type ObjectInput,
  objectInput,
  onObject,
  operation,
  partNumberOf,
  type S3Context,
} from "./context.ts";
import { checksumMembers, inHeaders, objectHeaders, storedHeaders } from "./headers.ts";
import {
  checkDecryption,
  encryptedHeaders,
  ENCRYPTION_HEADERS,
  encryptionOf,
  withoutEncryption,
} from "./encryption.ts";
import type { Checksum, StoredObject } from "./index.ts";
import { existingUpload, storePart } from "./multipart.ts";
import { storeReceived, writeKeys } from "./objects.ts";
import { headerTags, storedTags, TAGGING, taggingHeader } from "./tags.ts";
import { checksumAlgorithm, type Received, received, write } from "./payload.ts";

const MAX_COPY_BYTES = 5 * 1024 ** 3;

const sourceInput = {
  CopySource: required(header("x-amz-copy-source", string())),
  ...inHeaders(string(), {
    CopySourceIfMatch: "x-amz-copy-source-if-match",
    CopySourceIfModifiedSince: "x-amz-copy-source-if-modified-since",
    CopySourceIfNoneMatch: "x-amz-copy-source-if-none-match",
    CopySourceIfUnmodifiedSince: "x-amz-copy-source-if-unmodified-since",
  }),
};

interface Source {
  readonly bucket: string;
  readonly object: StoredObject;
}

export const copyObject = operation({
  action: "s3:PutObject", // and s3:GetObject on the source: see sourceOf
  input: structure({
    ...objectInput,
    ...objectHeaders,
    ...writeConditions,
    ...sourceInput,
    MetadataDirective: header("x-amz-metadata-directive", string()),
    TaggingDirective: header("x-amz-tagging-directive", string()),
    AnnotationDirective: header("x-amz-object-annotation-directive", notSupported("COPY")),
    ChecksumAlgorithm: header("x-amz-checksum-algorithm", string()),
    ...inHeaders(notSupported(), {
      CopySourceSSECustomerAlgorithm: "x-amz-copy-source-server-side-encryption-customer-algorithm",
      CopySourceSSECustomerKey: "x-amz-copy-source-server-side-encryption-customer-key",
      CopySourceSSECustomerKeyMD5: "x-amz-copy-source-server-side-encryption-customer-key-md5",
    }),
  }),
  resource: onObject,
  conditions: writeKeys,
  http: {
    at: "PUT /{Bucket}/{Key+}",
    given: "x-amz-copy-source",
    payload: "CopyObjectResult",
    root: "CopyObjectResult",
    headers: ENCRYPTION_HEADERS,
  },
  async run(input, s3, call) {
    const { Bucket, Key, MetadataDirective = "COPY", TaggingDirective = "COPY", ChecksumAlgorithm: asked } =
      input;
    if (MetadataDirective !== "COPY" && MetadataDirective !== "REPLACE") {
      throw invalidArgument("Unknown metadata directive.", "x-amz-metadata-directive", MetadataDirective);
    }
    if (TaggingDirective !== "COPY" && TaggingDirective !== "REPLACE") {
      throw invalidArgument("Unknown tagging directive.", "x-amz-tagging-directive", TaggingDirective);
    }
    const given = storedHeaders(input);
    const tags = input.Tagging === undefined ? [] : headerTags(input.Tagging);
    const algorithm = asked === undefined ? undefined : checksumAlgorithm(asked);
    const found = sourceOf(s3, input, call);
    const { bucket, object: source } = found;
    const encrypted = encryptedHeaders(s3, input, call);
    const changes = MetadataDirective === "REPLACE" || input.ServerSideEncryption !== undefined;
    if (!changes && bucket === Bucket && source.Key === Key) {
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
    const tagging = TaggingDirective === "REPLACE" ? tags : storedTags(source.Headers);
    if (tagging.length > 0) authorizeTags(s3, input, call, TaggingDirective === "COPY" ? found : undefined);
    const copied = await copyBytes(
      s3,
      source.Pieces,
      0,
      source.Size,
      algorithm ?? source.Checksum?.Algorithm,
    );
    const kept = MetadataDirective === "REPLACE" ? given : withoutEncryption(source.Headers);
    const { [TAGGING]: _, ...headers } = kept;
    const stored = { ...headers, ...taggingHeader(tagging), ...encrypted };
    const { ETag, LastModified, Checksum } = storeReceived(s3, input, call, copied, stored);
    return { CopyObjectResult: copyResult(ETag, LastModified, Checksum), ...encryptionOf(stored) };
  },
});

export const uploadPartCopy = operation({
  action: "s3:PutObject", // and s3:GetObject on the source: see sourceOf
  input: structure({
    ...objectInput,
    ...sourceInput,
    UploadId: required(query("uploadId", string())),
    PartNumber: query("partNumber", count),
    CopySourceRange: header("x-amz-copy-source-range", string()),
  }),
  resource: onObject,
  http: {
    at: "PUT /{Bucket}/{Key+}?uploadId",
    given: "x-amz-copy-source",
    payload: "CopyPartResult",
    root: "CopyPartResult",
    headers: ENCRYPTION_HEADERS,
  },
  async run(input, s3, call) {
    const number = partNumberOf(input.PartNumber);
    const upload = existingUpload(s3, input);
    const { Size, Pieces } = sourceOf(s3, input, call).object;
    const asked = input.CopySourceRange;
    const range = rangeOf(asked, Size);
    if (asked !== undefined && (!range || asked !== `bytes=${range.start}-${range.end}`)) {
      throw invalidArgument(
        `Range specified is not valid for source object of size: ${Size}`,
        "x-amz-copy-source-range",
        asked,
      );
    }
    const start = range?.start ?? 0;
    const length = range ? range.end - range.start + 1 : Size;
    const copied = await copyBytes(s3, Pieces, start, length, upload.ChecksumAlgorithm);
    const part = storePart(s3, input, number, copied);
    return {
      CopyPartResult: copyResult(`"${part.Md5}"`, part.LastModified, part.Checksum),
      ...encryptionOf(upload.Headers),
    };
  },
});

/** Asks for the permission to tag the copy. @param source whose tags are read, if they are kept */
function authorizeTags(s3: S3Context, input: ObjectInput, { authorize }: Call, source?: Source): void {
  if (source) {
    const { bucket: Bucket, object: { Key } } = source;
    const resource = objectArn({ Bucket, Key });
    authorize({ action: "s3:GetObjectTagging", resource, policy: s3.policyOf(Bucket) });
  }
  const policy = s3.policyOf(input.Bucket);
  authorize({ action: "s3:PutObjectTagging", resource: objectArn(input), policy });
}

/** The object that CopySource names. Checks the permission to read it, and the conditions on it. */
function sourceOf(s3: S3Context, input: Structure<typeof sourceInput>, call: Call): Source {
  const { CopySource: text } = input;
  const [, Bucket, name, version] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.*))?$/s.exec(text) ?? [];
  if (Bucket === undefined || name === undefined) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      text,
    );
  }
  if (Bucket.startsWith("arn:")) throw unsupported("access points as copy source", "NotImplemented", 501);
  checkVersion(version);
  const source = { Bucket, Key: decodeKey(name, text) };
  findBucket(s3, Bucket);
  const policy = s3.policyOf(Bucket);
  call.authorize({ action: "s3:GetObject", resource: objectArn(source), policy });
  const object = existing(s3, source, call);
  checkDecryption(s3, object.Headers, call);
  const conditions = {
    IfMatch: input.CopySourceIfMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  };
  checkRead(conditions, object, "x-amz-copy-source-");
  return { bucket: Bucket, object };
}

function decodeKey(name: string, text: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalidArgument("Invalid copy source encoding.", "x-amz-copy-source", text);
  }
}

async function copyBytes(
  s3: S3Context,
  pieces: readonly Piece[],
  start: number,
  length: number,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Received> {
  const source = new Response(s3.bodies.read(pieces, start, length)).body!;
  return received(await write(s3, source, algorithm ? [algorithm] : [], length), algorithm);
}

function copyResult(ETag: string, modified: number, checksum: Checksum | undefined) {
  return {
    LastModified: new Date(modified),
    ETag,
    ...checksumMembers(checksum),
  };
}

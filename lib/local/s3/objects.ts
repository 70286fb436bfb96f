/** PutObject, DeleteObject, DeleteObjects. */
import { AwsError } from "../errors.ts";
import { type Call, OPEN } from "../operation.ts";
import { malformedXml } from "../protocols/xml.ts";
import {
  boolean,
  element,
  list,
  notSupported,
  payload,
  query,
  required,
  string,
  structure,
} from "../shapes.ts";
import { checkWrite, type WriteConditions, writeConditions } from "./conditions.ts";
import {
  bucketInput,
  checkVersion,
  objectArn,
  type ObjectInput,
  objectInput,
  onBucket,
  onObject,
  operation,
  type S3Context,
  s3Now,
  theBucket,
} from "./context.ts";
import { encryptedHeaders, encryptionOf, hidesDigest } from "./encryption.ts";
import { checksumMembers, OBJECT_HEADERS, objectHeaders, storedHeaders } from "./headers.ts";
import type { StoredObject } from "./index.ts";
import { expirationOf } from "./lifecycle.ts";
import { bodyInput, receive, type Received } from "./payload.ts";
import { headerTags, taggingHeader } from "./tags.ts";

/** `Body` is bytes or a stream, which needs ContentLength. Without a checksum the object gets AWS's default, CRC64NVME. */
export const putObject = operation({
  action: "s3:PutObject",
  input: structure({ ...objectInput, ...objectHeaders, ...bodyInput, ...writeConditions }),
  resource: onObject,
  conditions: writeKeys,
  http: { at: "PUT /{Bucket}/{Key+}", headers: OBJECT_HEADERS },
  async run(input, s3, call) {
    const Headers = { ...storedHeaders(input), ...newHeaders(s3, input, call) };
    const received = await receive(s3, input, "CRC64NVME");
    const object = storeReceived(s3, input, call, received, Headers);
    return {
      ETag: object.ETag,
      ...checksumMembers(object.Checksum),
      ...encryptionOf(Headers),
      Expiration: expirationOf(s3, input.Bucket, object),
    };
  },
});

/** The tags and the encryption of a new object, as stored headers. Asks for the permissions for them. */
export function newHeaders(
  s3: S3Context,
  input: ObjectInput & { Tagging?: string } & Parameters<typeof encryptedHeaders>[1],
  call: Call,
): Record<string, string> {
  const tags = input.Tagging === undefined ? [] : headerTags(input.Tagging);
  if (tags.length > 0) {
    const policy = s3.policyOf(input.Bucket);
    call.authorize({ action: "s3:PutObjectTagging", resource: objectArn(input), policy });
  }
  return { ...taggingHeader(tags), ...encryptedHeaders(s3, input, call) };
}

/** The condition keys of the request's headers. */
export function writeKeys(input: {
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly ACL?: string;
}): Record<string, string> {
  const keys = {
    "s3:x-amz-server-side-encryption": input.ServerSideEncryption,
    "s3:x-amz-server-side-encryption-aws-kms-key-id": input.SSEKMSKeyId,
    "s3:x-amz-acl": input.ACL,
  };
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]),
  );
}

/** Stores a received body as an object. If that fails, the body is deleted. @throws AwsError like `replaceObject` */
export function storeReceived(
  s3: S3Context,
  input: ObjectInput & WriteConditions,
  call: Pick<Call, "region">,
  { piece, md5, checksum }: Received,
  Headers: StoredObject["Headers"],
): StoredObject {
  const object: StoredObject = {
    Key: input.Key,
    Size: piece.Size,
    ETag: hidesDigest(Headers) ? `"${crypto.randomUUID().replaceAll("-", "")}"` : `"${md5}"`,
    LastModified: s3Now(s3),
    Headers,
    Checksum: checksum,
    Pieces: [piece],
  };
  try {
    replaceObject(s3, input, call, object);
    return object;
  } catch (error) {
    s3.bodies.remove(object.Pieces);
    throw error;
  }
}

/**
 * Creates or replaces an object in one transaction.
 * @param alongside what else belongs to the transaction
 * @throws AwsError when the bucket is gone or the request's conditions do not hold
 */
export function replaceObject(
  s3: S3Context,
  input: ObjectInput & WriteConditions,
  call: Pick<Call, "region">,
  object: StoredObject,
  alongside: () => void = () => {},
): void {
  const replaced = s3.core.store.transaction(() => {
    theBucket(s3, input, call);
    const current = s3.index.object(input.Bucket, input.Key);
    checkWrite(input, input.Key, current);
    s3.index.putObject(input.Bucket, object);
    alongside();
    return current;
  });
  if (replaced) s3.bodies.remove(replaced.Pieces);
}

export const deleteObject = operation({
  action: "s3:DeleteObject",
  input: structure({
    ...objectInput,
    VersionId: query("versionId", string()),
    IfMatch: writeConditions.IfMatch,
  }),
  resource: onObject,
  http: { at: "DELETE /{Bucket}/{Key+}", status: 204 },
  run({ Bucket, Key, VersionId, IfMatch }, s3) {
    checkVersion(VersionId);
    const object = s3.index.object(Bucket, Key);
    checkWrite({ IfMatch }, Key, object);
    removeObject(s3, Bucket, object);
    return {};
  },
});

function removeObject(s3: S3Context, bucket: string, object: StoredObject | undefined): void {
  if (!object) return;
  s3.index.removeObject(bucket, object.Key);
  s3.bodies.remove(object.Pieces);
}

const objectIdentifier = structure({
  Key: required(string({ min: 1 })),
  VersionId: notSupported("null"),
  ETag: notSupported(),
  LastModifiedTime: notSupported(),
  Size: notSupported(),
});

export const deleteObjects = operation({
  action: OPEN, // checked for each key: a denial is one of the answer's errors
  input: structure({
    ...bucketInput,
    Delete: payload(
      structure({
        Objects: required(element("Object", list(objectIdentifier, { min: 1, max: 1000 }))),
        Quiet: boolean(),
      }),
      "Delete",
    ),
  }),
  resource: onBucket,
  http: { at: "POST /{Bucket}?delete", root: "DeleteResult", elements: { Errors: "Error" } },
  run({ Bucket, Delete }, s3, { authorize }) {
    if (!Delete) throw malformedXml();
    const policy = s3.policyOf(Bucket);
    const Deleted: { Key: string }[] = [];
    const Errors: { Key: string; Code: string; Message: string }[] = [];
    for (const { Key } of Delete.Objects) {
      try {
        authorize({ action: "s3:DeleteObject", resource: objectArn({ Bucket, Key }), policy });
        removeObject(s3, Bucket, s3.index.object(Bucket, Key));
        Deleted.push({ Key });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Errors.push({ Key, Code: error.code, Message: error.message });
      }
    }
    return { Deleted: Delete.Quiet ? [] : Deleted, Errors };
  },
});

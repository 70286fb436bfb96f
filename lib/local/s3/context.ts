/** What S3's operations share: the store, the request as S3 reads it, and the checks that many of them make. */
import { AwsError, unsupported } from "../errors.ts";
import { fromXml, toXml } from "../legacy_protocols.ts";
import type { Call, Core, Principal } from "../services.ts";
import type { Bodies } from "./bodies.ts";
import type { Bucket, Index, StoredObject } from "./index.ts";
import type { Uploads } from "./uploads.ts";

export interface S3Context {
  readonly core: Core;
  readonly index: Index;
  readonly bodies: Bodies;
  readonly uploads: Uploads;
}

/** A request to S3; `bucket` and `key` are "" where the path names none. */
export interface S3Request {
  readonly call: Call;
  readonly headers: Headers;
  readonly query: URLSearchParams;
  readonly bucket: string;
  readonly key: string;
}

export interface Operation {
  readonly method: string;
  readonly on: "service" | "bucket" | "object";
  /** The query parameter that names the operation, for example `uploads`. */
  readonly query?: string;
  /** A header that makes it this operation, for example `x-amz-copy-source`. */
  readonly header?: string;
  run(s3: S3Context, request: S3Request): Response | Promise<Response>;
}

export const XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/";
export const OWNER_ID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
const MAX_KEY_BYTES = 1024;
/** A CompleteMultipartUpload of 10,000 parts with checksums stays below this. */
const MAX_XML_BYTES = 4 * 1024 * 1024;

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

/** The bucket, or throws as S3 does when it is absent, in another region or of another owner. */
export function theBucket(s3: S3Context, { bucket, call, headers }: S3Request): Bucket {
  const found = findBucket(s3, bucket);
  const owner = headers.get("x-amz-expected-bucket-owner");
  if (owner !== null && owner !== s3.core.account) throw new AwsError("AccessDenied", "Access Denied", 403);
  if (found.Region !== call.region) {
    throw new AwsError(
      "PermanentRedirect",
      "The bucket you are attempting to access must be addressed using the specified endpoint. Please send " +
        "all future requests to this endpoint.",
      301,
      { Endpoint: `${bucket}.s3.${found.Region}.amazonaws.com`, Bucket: bucket },
      { "x-amz-bucket-region": found.Region },
    );
  }
  return found;
}

/** @throws AwsError NoSuchBucket */
export function findBucket(s3: S3Context, name: string): Bucket {
  const found = s3.index.bucket(name);
  if (found) return found;
  throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: name });
}

/** Checks that the caller may do `action` to the bucket, which must exist. */
export function authorizeBucket(
  s3: S3Context,
  request: S3Request,
  action: string,
  context: Record<string, string> = {},
): Bucket {
  const bucket = theBucket(s3, request);
  s3.core.siblings.iam.authorize(request.call.principal, action, bucketArn(request.bucket), context);
  return bucket;
}

/** Checks that the caller may do `action` to the object, whose bucket must exist. */
export function authorizeObject(s3: S3Context, request: S3Request, action: string): void {
  theBucket(s3, request);
  checkKey(request.key);
  s3.core.siblings.iam.authorize(
    request.call.principal,
    action,
    `${bucketArn(request.bucket)}/${request.key}`,
  );
}

/** @throws AwsError KeyTooLongError */
export function checkKey(key: string): void {
  const size = new TextEncoder().encode(key).length;
  if (size > MAX_KEY_BYTES) {
    throw new AwsError("KeyTooLongError", "Your key is too long", 400, {
      Size: size,
      MaxSizeAllowed: MAX_KEY_BYTES,
    });
  }
  if (key.includes("\0")) throw unsupported("keys with the character U+0000", "NotImplemented", 501);
}

/**
 * The object.
 * @throws AwsError NoSuchKey, or AccessDenied when the caller may not list the bucket, so that missing keys
 * cannot be told from forbidden ones.
 */
export function existing(s3: S3Context, principal: Principal, bucket: string, key: string): StoredObject {
  const object = s3.index.object(bucket, key);
  if (object) return object;
  s3.core.siblings.iam.authorize(principal, "s3:ListBucket", bucketArn(bucket));
  throw new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

/** The request's XML body below its root element; the root must be `root`. */
export async function readXml({ call }: S3Request, root: string): Promise<Record<string, unknown>> {
  if (Number(call.request.headers.get("content-length") ?? 0) > MAX_XML_BYTES) {
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const content = fromXml(await call.request.text())[root];
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw malformedXml();
  return content as Record<string, unknown>;
}

export function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}

export function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
}

/** An answer of S3 in XML. */
export function xml(
  root: string,
  value: Record<string, unknown>,
  headers: Record<string, string> = {},
): Response {
  return new Response(toXml(root, value, XMLNS), {
    headers: { "content-type": "application/xml", ...headers },
  });
}

/** A whole number from the query within [least, 2147483647], cut to `most`. */
export function countParameter(query: URLSearchParams, name: string, most: number, least = 0): number {
  const text = query.get(name);
  if (text === null || text === "") return most;
  if (!/^-?\d{1,10}$/.test(text) || Number(text) > 2147483647) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  if (Number(text) < least) {
    throw invalidArgument(`Argument ${name} must be an integer between ${least} and 2147483647`, name, text);
  }
  return Math.min(Number(text), most);
}

/** Whole seconds, the resolution of S3's times. */
export function s3Now(s3: S3Context): number {
  return Math.floor(s3.core.now() / 1000) * 1000;
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

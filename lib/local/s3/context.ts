/** What S3's operations share: their context, members, look-ups, errors and checks of parameters. */
import { AwsError, unsupported } from "../errors.ts";
import { type Call, type Definition, type Operation, operationsOn } from "../operation.ts";
import type { Core } from "../core.ts";
import { header, required, type Shape, string, type Structure } from "../shapes.ts";
import type { Bodies } from "./bodies.ts";
import type { Bucket, Index, StoredObject } from "./index.ts";
import type { SettingsTable } from "./settings.ts";
import type { Uploads } from "./uploads.ts";

export interface S3Context {
  readonly core: Core;
  readonly settings: SettingsTable;
  /** A bucket's policy as it decides on requests. */
  policyOf(bucket: string): string | undefined;
  readonly index: Index;
  readonly bodies: Bodies;
  readonly uploads: Uploads;
}

const operationOn = operationsOn<S3Context>();

/** An operation of S3: the policy of the bucket that it names decides with the caller's own. */
export function operation<I, O>(definition: Definition<I, S3Context, O>): Operation<I, S3Context, O> {
  return operationOn<I, O>({
    policy: (input, s3) => {
      const { Bucket } = input as { Bucket?: string };
      return Bucket === undefined ? undefined : s3.policyOf(Bucket);
    },
    ...definition,
  });
}

export const XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/";
export const OWNER_ID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
const MAX_KEY_BYTES = 1024;
const MAX_INTEGER = 2 ** 31 - 1;

/** Members that name a bucket. */
export const bucketInput = {
  Bucket: required(string()),
  ExpectedBucketOwner: header("x-amz-expected-bucket-owner", string()),
};

/** Members that name an object. */
export const objectInput = { ...bucketInput, Key: required(string()) };

export type BucketInput = Structure<typeof bucketInput>;
export type ObjectInput = Structure<typeof objectInput>;

/** A whole number, which S3 checks only after the permission: see `countOf`. */
export const count: Shape<number> = { kind: "integer", check() {} };

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

/** An operation's `resource`: the bucket. @throws AwsError like `theBucket` */
export function onBucket(input: BucketInput, s3: S3Context, call: Pick<Call, "region">): string {
  theBucket(s3, input, call);
  return bucketArn(input.Bucket);
}

/** An operation's `resource`: the object. @throws AwsError like `theBucket`, and KeyTooLongError */
export function onObject(input: ObjectInput, s3: S3Context, call: Pick<Call, "region">): string {
  theBucket(s3, input, call);
  return objectArn(input);
}

/** @throws AwsError KeyTooLongError */
export function objectArn({ Bucket, Key }: ObjectInput): string {
  const size = new TextEncoder().encode(Key).length;
  if (size > MAX_KEY_BYTES) {
    throw new AwsError("KeyTooLongError", "Your key is too long", 400, {
      Size: size,
      MaxSizeAllowed: MAX_KEY_BYTES,
    });
  }
  if (Key.includes("\0")) throw unsupported("keys with the character U+0000", "NotImplemented", 501);
  return `${bucketArn(Bucket)}/${Key}`;
}

/** @throws AwsError NoSuchBucket, PermanentRedirect for another region, AccessDenied for another expected owner */
export function theBucket(
  s3: S3Context,
  { Bucket, ExpectedBucketOwner: owner }: BucketInput,
  { region }: Pick<Call, "region">,
): Bucket {
  const found = findBucket(s3, Bucket);
  if (owner !== undefined && owner !== s3.core.account) {
    throw new AwsError("AccessDenied", "Access Denied", 403);
  }
  if (found.Region !== region) {
    throw new AwsError(
      "PermanentRedirect",
      "The bucket you are attempting to access must be addressed using the specified endpoint. Please send " +
        "all future requests to this endpoint.",
      301,
      { Endpoint: `${Bucket}.s3.${found.Region}.amazonaws.com`, Bucket },
      { "x-amz-bucket-region": found.Region },
    );
  }
  return found;
}

/** @throws AwsError NoSuchBucket */
export function findBucket(s3: S3Context, name: string): Bucket {
  const found = s3.index.bucket(name);
  if (found) return found;
  throw noSuchBucket(name);
}

export function noSuchBucket(BucketName: string): AwsError {
  return new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName });
}

/**
 * @throws AwsError NoSuchKey, or AccessDenied when the caller may not list the bucket: who may not list it does not
 * learn which keys exist
 */
export function existing(
  s3: S3Context,
  { Bucket, Key }: ObjectInput,
  call: Pick<Call, "authorize">,
): StoredObject {
  const object = s3.index.object(Bucket, Key);
  if (object) return object;
  call.authorize({ action: "s3:ListBucket", resource: bucketArn(Bucket), policy: s3.policyOf(Bucket) });
  throw noSuchKey(Key);
}

/** A configuration that was never set. */
export function notFound(code: string, message: string, BucketName: string): AwsError {
  return new AwsError(code, message, 404, { BucketName });
}

export function noSuchKey(Key: string): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key });
}

export function invalidArgument(message: string, name: string, value: unknown): AwsError {
  return new AwsError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
}

/** Without versioning, an object's only version is `null`. @throws AwsError InvalidArgument */
export function checkVersion(version: string | undefined): void {
  if (version === undefined || version === "null") return;
  throw invalidArgument("Invalid version id specified", "versionId", version);
}

/**
 * The value of a count parameter, `most` when it is absent or larger.
 * @param given a string when it is not a number
 * @throws AwsError InvalidArgument when it is no integer, or below `least`
 */
export function countOf(given: number | undefined, name: string, most: number, least = 0): number {
  if (given === undefined || String(given) === "") return most;
  if (!Number.isInteger(given) || Math.abs(given) > MAX_INTEGER) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, given);
  }
  if (given < least) {
    const message = `Argument ${name} must be an integer between ${least} and ${MAX_INTEGER}`;
    throw invalidArgument(message, name, given);
  }
  return Math.min(given, most);
}

/** A part number, 1 to 10,000. @throws AwsError InvalidArgument */
export function partNumberOf(given: number | undefined): number {
  if (Number.isInteger(given) && given! >= 1 && given! <= 10_000) return given!;
  const message = "Part number must be an integer between 1 and 10000, inclusive";
  throw invalidArgument(message, "partNumber", given ?? "");
}

/** Milliseconds since the epoch, cut to whole seconds, the resolution of S3's times. */
export function s3Now(s3: S3Context): number {
  return Math.floor(s3.core.now() / 1000) * 1000;
}

/** CreateBucket, DeleteBucket, HeadBucket, ListBuckets, GetBucketLocation. */
import { AwsError } from "../errors.ts";
import { page } from "../pages.ts";
import { header, type Infer, notSupported, payload, query, required, string, structure } from "../shapes.ts";
import {
  bucketArn,
  bucketInput,
  count,
  countOf,
  invalidArgument,
  onBucket,
  operation,
  OWNER_ID,
  s3Now,
} from "./context.ts";
import { inHeaders } from "./headers.ts";
import { ALL_BLOCKED } from "./settings.ts";

const MAX_BUCKETS = 10_000;

/** Reserved prefixes and suffixes (AWS, "General purpose bucket naming rules"). */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/;

/** Whether a name follows S3's rules for general purpose buckets. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) && !RESERVED.test(name);
}

const bucketConfiguration = structure({
  LocationConstraint: string(),
  Location: notSupported(""),
  Bucket: notSupported(""),
  Tags: notSupported(""),
});

export const createBucket = operation({
  action: "s3:CreateBucket",
  input: structure({
    Bucket: required(string()),
    CreateBucketConfiguration: payload(bucketConfiguration, "CreateBucketConfiguration"),
    ACL: header("x-amz-acl", notSupported("private")),
    ...inHeaders(notSupported(), {
      GrantFullControl: "x-amz-grant-full-control",
      GrantRead: "x-amz-grant-read",
      GrantReadACP: "x-amz-grant-read-acp",
      GrantWrite: "x-amz-grant-write",
      GrantWriteACP: "x-amz-grant-write-acp",
    }),
    ObjectLockEnabledForBucket: header("x-amz-bucket-object-lock-enabled", notSupported("false")),
    ObjectOwnership: header("x-amz-object-ownership", notSupported("BucketOwnerEnforced")),
    BucketNamespace: header("x-amz-bucket-namespace", notSupported("global")),
  }),
  resource: ({ Bucket }) => bucketArn(Bucket),
  http: { at: "PUT /{Bucket}", headers: { Location: "location" } },
  run({ Bucket, CreateBucketConfiguration }, s3, call) {
    if (!isBucketName(Bucket)) {
      const message = "The specified bucket is not valid.";
      throw new AwsError("InvalidBucketName", message, 400, { BucketName: Bucket });
    }
    const region = locationOf(CreateBucketConfiguration, call.region);
    const exists = s3.index.bucket(Bucket);
    if (!exists) {
      if (s3.core.strict?.takenBuckets.includes(Bucket)) throw taken(Bucket);
      s3.core.store.transaction(() => {
        s3.index.addBucket({ Name: Bucket, Region: region, CreationDate: s3Now(s3) });
        s3.settings.put(Bucket, "publicAccessBlock", ALL_BLOCKED);
      });
    } else if (region !== "us-east-1" || exists.Region !== region) {
      throw new AwsError(
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
        409,
        { BucketName: Bucket },
      );
    }
    return { Location: `/${Bucket}` };
  },
});

/** The region of a new bucket, by the rules of S3's regional endpoints for the LocationConstraint. */
function locationOf(configuration: Infer<typeof bucketConfiguration> | undefined, region: string): string {
  const constraint = configuration?.LocationConstraint;
  const isRegion = constraint !== undefined && /^[a-z]{2}(-[a-z]+)+-\d$/.test(constraint);
  if (region === "us-east-1" || (!isRegion && constraint === region)) {
    if (constraint === undefined) return region;
    if (constraint !== "us-east-1" && isRegion) return constraint;
    throw new AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {
      LocationConstraint: constraint,
    });
  }
  if (constraint === region) return region;
  throw new AwsError(
    "IllegalLocationConstraintException",
    `The ${
      constraint ?? "unspecified"
    } location constraint is incompatible for the region specific endpoint ` +
      "this request was sent to.",
  );
}

export const deleteBucket = operation({
  action: "s3:DeleteBucket",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "DELETE /{Bucket}", status: 204 },
  run({ Bucket }, s3) {
    if (s3.index.scan(Bucket, "", undefined, 1).length > 0) {
      const message = "The bucket you tried to delete is not empty";
      throw new AwsError("BucketNotEmpty", message, 409, { BucketName: Bucket });
    }
    const unfinished = s3.uploads.removeAll(Bucket);
    s3.index.removeBucket(Bucket);
    s3.settings.removeAll(Bucket);
    s3.bodies.remove(unfinished);
    return {};
  },
});

export const headBucket = operation({
  action: "s3:ListBucket",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "HEAD /{Bucket}", headers: { BucketRegion: "x-amz-bucket-region" } },
  run: ({ Bucket }, s3) => ({ BucketRegion: s3.index.bucket(Bucket)?.Region }),
});

export const getBucketLocation = operation({
  action: "s3:GetBucketLocation",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "GET /{Bucket}?location", payload: "LocationConstraint", root: "LocationConstraint" },
  run({ Bucket }, s3) {
    const region = s3.index.bucket(Bucket)?.Region;
    return { LocationConstraint: region === "us-east-1" ? undefined : region };
  },
});

export const listBuckets = operation({
  action: "s3:ListAllMyBuckets",
  input: structure({
    BucketRegion: query("bucket-region", string()),
    ContinuationToken: query("continuation-token", string()),
    MaxBuckets: query("max-buckets", count),
    Prefix: query("prefix", string()),
  }),
  http: { at: "GET /", root: "ListAllMyBucketsResult", elements: { Buckets: "Buckets/Bucket" } },
  run({ BucketRegion, ContinuationToken, MaxBuckets, Prefix = "" }, s3) {
    const limit = countOf(MaxBuckets, "max-buckets", MAX_BUCKETS, 1);
    const matching = s3.index.buckets().filter(({ Name, Region }) =>
      Name.startsWith(Prefix) && (BucketRegion === undefined || Region === BucketRegion)
    );
    const { items, next } = page(matching, {
      key: ({ Name }) => [Name],
      limit,
      token: ContinuationToken || undefined,
      invalidToken: () =>
        invalidArgument(
          "The continuation token provided is incorrect",
          "continuation-token",
          ContinuationToken,
        ),
    });
    const showsRegion = MaxBuckets !== undefined || BucketRegion !== undefined;
    return {
      Owner: { ID: OWNER_ID },
      Buckets: items.map(({ Name, Region, CreationDate }) => ({
        Name,
        CreationDate: new Date(CreationDate),
        BucketRegion: showsRegion ? Region : undefined,
      })),
      ContinuationToken: next,
      Prefix: Prefix || undefined,
    };
  },
});

/** The name is another account's. */
function taken(BucketName: string): AwsError {
  return new AwsError(
    "BucketAlreadyExists",
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please " +
      "select a different name and try again.",
    409,
    { BucketName },
  );
}

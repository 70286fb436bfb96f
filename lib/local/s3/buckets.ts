/** CreateBucket, DeleteBucket, HeadBucket, ListBuckets, GetBucketLocation. */
import { AwsError, unsupported } from "../errors.ts";
import {
  authorizeBucket,
  bucketArn,
  countParameter,
  isoTime,
  malformedXml,
  type Operation,
  OWNER_ID,
  readXml,
  type S3Context,
  s3Now,
  type S3Request,
  xml,
} from "./context.ts";

/** Names that S3 keeps to itself (AWS, "General purpose bucket naming rules"). */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/;

/** Whether a name keeps S3's rules for general purpose buckets. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) && !RESERVED.test(name);
}

async function createBucket(s3: S3Context, request: S3Request): Promise<Response> {
  const { bucket: name, call, headers } = request;
  s3.core.siblings.iam.authorize(call.principal, "s3:CreateBucket", bucketArn(name));
  if (!isBucketName(name)) {
    throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: name });
  }
  refuseBucketHeaders(headers);
  const region = await locationOf(request);
  const exists = s3.index.bucket(name);
  if (!exists) {
    s3.index.addBucket({ Name: name, Region: region, CreationDate: s3Now(s3) });
  } else if (region !== "us-east-1" || exists.Region !== region) {
    throw new AwsError(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      409,
      { BucketName: name },
    );
  }
  return new Response(null, { headers: { location: `/${name}` } });
}

/** What CreateBucket may ask for beside the defaults of today's buckets, and the local AWS has not. */
function refuseBucketHeaders(headers: Headers): void {
  const acl = headers.get("x-amz-acl") ?? "private";
  const ownership = headers.get("x-amz-object-ownership") ?? "BucketOwnerEnforced";
  const granted = [...headers.keys()].find((name) => name.startsWith("x-amz-grant-"));
  const refused = acl !== "private"
    ? `the bucket ACL '${acl}' (public and shared buckets)`
    : granted
    ? `the header ${granted}`
    : ownership !== "BucketOwnerEnforced"
    ? `the object ownership '${ownership}'`
    : headers.get("x-amz-bucket-object-lock-enabled") === "true"
    ? "object lock"
    : (headers.get("x-amz-bucket-namespace") ?? "global") !== "global"
    ? `the bucket namespace '${headers.get("x-amz-bucket-namespace")}'`
    : undefined;
  if (refused) throw unsupported(refused, "NotImplemented", 501);
}

/** The region for a new bucket, by the rules that S3's regional endpoints have for the LocationConstraint. */
async function locationOf(request: S3Request): Promise<string> {
  const { region } = request.call;
  const empty = !request.call.request.body || request.headers.get("content-length") === "0";
  const configuration = empty ? {} : await readXml(request, "CreateBucketConfiguration");
  const { LocationConstraint: constraint } = configuration;
  for (const name of ["Location", "Bucket", "Tags"]) {
    if (configuration[name]) {
      throw unsupported(`CreateBucketConfiguration's ${name}`, "NotImplemented", 501);
    }
  }
  if (constraint !== undefined && typeof constraint !== "string") throw malformedXml();
  if (region === "us-east-1") {
    if (constraint === undefined) return region;
    if (constraint !== "us-east-1" && /^[a-z]{2}(-[a-z]+)+-\d$/.test(constraint)) return constraint;
    throw new AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {
      LocationConstraint: constraint,
    });
  }
  if (constraint === region) return region;
  const given = constraint === undefined ? "unspecified" : constraint;
  throw new AwsError(
    "IllegalLocationConstraintException",
    `The ${given} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function deleteBucket(s3: S3Context, request: S3Request): Response {
  authorizeBucket(s3, request, "s3:DeleteBucket");
  if (s3.index.scan(request.bucket, "", undefined, 1).length > 0) {
    throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {
      BucketName: request.bucket,
    });
  }
  const unfinished = s3.uploads.removeAll(request.bucket);
  s3.index.removeBucket(request.bucket);
  s3.bodies.remove(unfinished);
  return new Response(null, { status: 204 });
}

function headBucket(s3: S3Context, request: S3Request): Response {
  const { Region } = authorizeBucket(s3, request, "s3:ListBucket");
  return new Response(null, {
    headers: { "x-amz-bucket-region": Region, "content-type": "application/xml" },
  });
}

function getBucketLocation(s3: S3Context, request: S3Request): Response {
  const { Region } = authorizeBucket(s3, request, "s3:GetBucketLocation");
  // For us-east-1 the answer is an empty element.
  return xml("LocationConstraint", { "#text": Region === "us-east-1" ? "" : Region });
}

function listBuckets(s3: S3Context, { call, query }: S3Request): Response {
  s3.core.siblings.iam.authorize(call.principal, "s3:ListAllMyBuckets", "*");
  const prefix = query.get("prefix") ?? "";
  const region = query.get("bucket-region");
  const start = query.get("continuation-token") ?? "";
  const limit = countParameter(query, "max-buckets", 10_000, 1);
  const matching = s3.index.buckets().filter(({ Name, Region }) =>
    Name.startsWith(prefix) && Name > start && (region === null || Region === region)
  );
  const page = matching.slice(0, limit);
  return xml("ListAllMyBucketsResult", {
    Owner: { ID: OWNER_ID },
    Buckets: {
      Bucket: page.map(({ Name, Region, CreationDate }) => ({
        Name,
        CreationDate: isoTime(CreationDate),
        ...(query.has("max-buckets") || region !== null ? { BucketRegion: Region } : {}),
      })),
    },
    ContinuationToken: page.length < matching.length ? page.at(-1)?.Name : undefined,
    Prefix: prefix || undefined,
  });
}

export const bucketOperations: readonly Operation[] = [
  { method: "GET", on: "service", run: listBuckets },
  { method: "PUT", on: "bucket", run: createBucket },
  { method: "HEAD", on: "bucket", run: headBucket },
  { method: "DELETE", on: "bucket", run: deleteBucket },
  { method: "GET", on: "bucket", query: "location", run: getBucketLocation },
];

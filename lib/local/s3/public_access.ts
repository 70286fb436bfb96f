/** PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock. New buckets block all public access. */
import { malformedXml } from "../protocols/xml.ts";
import { boolean, payload, structure } from "../shapes.ts";
import { bucketInput, notFound, onBucket, operation, type S3Context } from "./context.ts";
import { ALL_BLOCKED, type PublicAccessBlock } from "./settings.ts";

/** @returns undefined when it has been removed */
export function publicAccessBlockOf(s3: S3Context, bucket: string): PublicAccessBlock | undefined {
  return s3.settings.get(bucket, "publicAccessBlock");
}

export const putPublicAccessBlock = operation({
  action: "s3:PutBucketPublicAccessBlock",
  input: structure({
    ...bucketInput,
    PublicAccessBlockConfiguration: payload(
      structure({
        BlockPublicAcls: boolean(),
        IgnorePublicAcls: boolean(),
        BlockPublicPolicy: boolean(),
        RestrictPublicBuckets: boolean(),
      }),
      "PublicAccessBlockConfiguration",
    ),
  }),
  resource: onBucket,
  http: { at: "PUT /{Bucket}?publicAccessBlock" },
  run({ Bucket, PublicAccessBlockConfiguration: given }, s3) {
    if (!given) throw malformedXml();
    // What is not said is not blocked.
    const nothing = Object.fromEntries(Object.keys(ALL_BLOCKED).map((name) => [name, false]));
    s3.settings.put(Bucket, "publicAccessBlock", { ...nothing, ...given });
    return {};
  },
});

export const getPublicAccessBlock = operation({
  action: "s3:GetBucketPublicAccessBlock",
  input: structure(bucketInput),
  resource: onBucket,
  http: {
    at: "GET /{Bucket}?publicAccessBlock",
    root: "PublicAccessBlockConfiguration",
    payload: "PublicAccessBlockConfiguration",
  },
  run({ Bucket }, s3) {
    const found = publicAccessBlockOf(s3, Bucket);
    if (found) return { PublicAccessBlockConfiguration: found };
    throw notFound(
      "NoSuchPublicAccessBlockConfiguration",
      "The public access block configuration was not found",
      Bucket,
    );
  },
});

export const deletePublicAccessBlock = operation({
  action: "s3:PutBucketPublicAccessBlock",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "DELETE /{Bucket}?publicAccessBlock", status: 204 },
  run({ Bucket }, s3) {
    s3.settings.remove(Bucket, "publicAccessBlock");
    return {};
  },
});

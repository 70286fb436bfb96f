/** A bucket's configuration, which is always that of a new bucket: changing it is not supported. */
import { AwsError } from "../errors.ts";
import type { Http } from "../operation.ts";
import { structure } from "../shapes.ts";
import { bucketInput, onBucket, operation, OWNER_ID } from "./context.ts";

const input = structure(bucketInput);

/** An operation with the same answer for every bucket. */
function configured<O extends object>(
  parameter: string,
  action: `s3:${string}`,
  http: Omit<Http, "at">,
  output: O,
) {
  return operation({
    action,
    input,
    resource: onBucket,
    http: { at: `GET /{Bucket}?${parameter}`, ...http },
    run: () => output,
  });
}

/** An operation with S3's error for a configuration that was never set. */
function notConfigured(parameter: string, action: `s3:${string}`, code: string, message: string) {
  return operation({
    action,
    input,
    resource: onBucket,
    http: { at: `GET /{Bucket}?${parameter}` },
    run({ Bucket: BucketName }): object {
      throw new AwsError(code, message, 404, { BucketName });
    },
  });
}

export const getBucketVersioning = configured(
  "versioning",
  "s3:GetBucketVersioning",
  { root: "VersioningConfiguration" },
  {},
);

export const getBucketAccelerateConfiguration = configured(
  "accelerate",
  "s3:GetAccelerateConfiguration",
  { root: "AccelerateConfiguration" },
  {},
);

export const getBucketLogging = configured(
  "logging",
  "s3:GetBucketLogging",
  { root: "BucketLoggingStatus" },
  {},
);

export const getBucketNotificationConfiguration = configured(
  "notification",
  "s3:GetBucketNotification",
  { root: "NotificationConfiguration" },
  {},
);

export const getBucketRequestPayment = configured(
  "requestPayment",
  "s3:GetBucketRequestPayment",
  { root: "RequestPaymentConfiguration" },
  { Payer: "BucketOwner" },
);

export const getBucketAcl = configured(
  "acl",
  "s3:GetBucketAcl",
  { root: "AccessControlPolicy", elements: { Grants: "AccessControlList/Grant" } },
  {
    Owner: { ID: OWNER_ID },
    Grants: [{
      // The grantee's type is an attribute of its element.
      Grantee: {
        "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "@xsi:type": "CanonicalUser",
        ID: OWNER_ID,
      },
      Permission: "FULL_CONTROL",
    }],
  },
);

export const getBucketOwnershipControls = configured(
  "ownershipControls",
  "s3:GetBucketOwnershipControls",
  { root: "OwnershipControls", payload: "OwnershipControls", elements: { Rules: "Rule" } },
  { OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } },
);

export const getPublicAccessBlock = configured(
  "publicAccessBlock",
  "s3:GetBucketPublicAccessBlock",
  { root: "PublicAccessBlockConfiguration", payload: "PublicAccessBlockConfiguration" },
  {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  },
);

export const getBucketEncryption = configured(
  "encryption",
  "s3:GetEncryptionConfiguration",
  {
    root: "ServerSideEncryptionConfiguration",
    payload: "ServerSideEncryptionConfiguration",
    elements: { Rules: "Rule" },
  },
  {
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
    },
  },
);

export const getBucketPolicy = notConfigured(
  "policy",
  "s3:GetBucketPolicy",
  "NoSuchBucketPolicy",
  "The bucket policy does not exist",
);

export const getBucketPolicyStatus = notConfigured(
  "policyStatus",
  "s3:GetBucketPolicyStatus",
  "NoSuchBucketPolicy",
  "The bucket policy does not exist",
);

export const getBucketTagging = notConfigured(
  "tagging",
  "s3:GetBucketTagging",
  "NoSuchTagSet",
  "The TagSet does not exist",
);

export const getBucketLifecycleConfiguration = notConfigured(
  "lifecycle",
  "s3:GetLifecycleConfiguration",
  "NoSuchLifecycleConfiguration",
  "The lifecycle configuration does not exist",
);

export const getBucketCors = notConfigured(
  "cors",
  "s3:GetBucketCORS",
  "NoSuchCORSConfiguration",
  "The CORS configuration does not exist",
);

export const getBucketWebsite = notConfigured(
  "website",
  "s3:GetBucketWebsite",
  "NoSuchWebsiteConfiguration",
  "The specified bucket does not have a website configuration",
);

export const getBucketReplication = notConfigured(
  "replication",
  "s3:GetReplicationConfiguration",
  "ReplicationConfigurationNotFoundError",
  "The replication configuration was not found",
);

export const getObjectLockConfiguration = notConfigured(
  "object-lock",
  "s3:GetBucketObjectLockConfiguration",
  "ObjectLockConfigurationNotFoundError",
  "Object Lock configuration does not exist for this bucket",
);

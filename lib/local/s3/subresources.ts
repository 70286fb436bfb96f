/** Buckets' and objects' sub-resources: which there are, and what S3 answers of a bucket that has none configured. */
import { AwsError } from "../errors.ts";
import { authorizeBucket, type Operation, OWNER_ID, xml } from "./context.ts";

/** The query parameters that name an operation; any other is an argument or none of S3's. */
export const SUBRESOURCES = [
  "abac",
  "accelerate",
  "acl",
  "analytics",
  "annotation",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "list-type",
  "location",
  "logging",
  "metadataConfiguration",
  "metadataTable",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
] as const;

/** An answer about a bucket that is as it was created. */
function configured(query: string, action: string, root: string, value: Record<string, unknown>): Operation {
  return {
    method: "GET",
    on: "bucket",
    query,
    run(s3, request) {
      authorizeBucket(s3, request, action);
      return xml(root, value);
    },
  };
}

function notConfigured(query: string, action: string, code: string, message: string): Operation {
  return {
    method: "GET",
    on: "bucket",
    query,
    run(s3, request) {
      authorizeBucket(s3, request, action);
      throw new AwsError(code, message, 404, { BucketName: request.bucket });
    },
  };
}

const grantee = {
  "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
  "@xsi:type": "CanonicalUser",
  ID: OWNER_ID,
};

export const configurationOperations: readonly Operation[] = [
  configured("versioning", "s3:GetBucketVersioning", "VersioningConfiguration", {}),
  configured("accelerate", "s3:GetAccelerateConfiguration", "AccelerateConfiguration", {}),
  configured("logging", "s3:GetBucketLogging", "BucketLoggingStatus", {}),
  configured("notification", "s3:GetBucketNotification", "NotificationConfiguration", {}),
  configured("requestPayment", "s3:GetBucketRequestPayment", "RequestPaymentConfiguration", {
    Payer: "BucketOwner",
  }),
  configured("acl", "s3:GetBucketAcl", "AccessControlPolicy", {
    Owner: { ID: OWNER_ID },
    AccessControlList: { Grant: { Grantee: grantee, Permission: "FULL_CONTROL" } },
  }),
  configured("ownershipControls", "s3:GetBucketOwnershipControls", "OwnershipControls", {
    Rule: { ObjectOwnership: "BucketOwnerEnforced" },
  }),
  configured("publicAccessBlock", "s3:GetBucketPublicAccessBlock", "PublicAccessBlockConfiguration", {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  }),
  configured("encryption", "s3:GetEncryptionConfiguration", "ServerSideEncryptionConfiguration", {
    Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
  }),
  notConfigured("policy", "s3:GetBucketPolicy", "NoSuchBucketPolicy", "The bucket policy does not exist"),
  notConfigured(
    "policyStatus",
    "s3:GetBucketPolicyStatus",
    "NoSuchBucketPolicy",
    "The bucket policy does not exist",
  ),
  notConfigured("tagging", "s3:GetBucketTagging", "NoSuchTagSet", "The TagSet does not exist"),
  notConfigured(
    "lifecycle",
    "s3:GetLifecycleConfiguration",
    "NoSuchLifecycleConfiguration",
    "The lifecycle configuration does not exist",
  ),
  notConfigured(
    "cors",
    "s3:GetBucketCORS",
    "NoSuchCORSConfiguration",
    "The CORS configuration does not exist",
  ),
  notConfigured(
    "website",
    "s3:GetBucketWebsite",
    "NoSuchWebsiteConfiguration",
    "The specified bucket does not have a website configuration",
  ),
  notConfigured(
    "replication",
    "s3:GetReplicationConfiguration",
    "ReplicationConfigurationNotFoundError",
    "The replication configuration was not found",
  ),
  notConfigured(
    "object-lock",
    "s3:GetBucketObjectLockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "Object Lock configuration does not exist for this bucket",
  ),
];

/**
 * Configurations of a bucket that are always those of a new one. What is in force can be set anyway, what is not there be
 * deleted; anything else is not supported.
 */
import type { Http } from "../operation.ts";
import { malformedXml } from "../protocols/xml.ts";
import { element, list, notSupported, payload, required, type Shape, structure } from "../shapes.ts";
import { bucketInput, notFound, onBucket, operation } from "./context.ts";

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
    run({ Bucket }): object {
      throw notFound(code, message, Bucket);
    },
  });
}

/** An operation that sets what is in force. @param configuration accepts nothing else */
function inForce(parameter: string, action: `s3:${string}`, root: string, configuration: Shape<object>) {
  return operation({
    action,
    input: structure({ ...bucketInput, Configuration: payload(configuration, root) }),
    resource: onBucket,
    http: { at: `PUT /{Bucket}?${parameter}` },
    run({ Configuration }) {
      if (!Configuration) throw malformedXml();
      return {};
    },
  });
}

/** An operation that deletes what is not there. */
function absent(parameter: string, action: `s3:${string}`) {
  return operation({
    action,
    input,
    resource: onBucket,
    http: { at: `DELETE /{Bucket}?${parameter}`, status: 204 },
    run: () => ({}),
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

export const putBucketLogging = inForce(
  "logging",
  "s3:PutBucketLogging",
  "BucketLoggingStatus",
  structure({ LoggingEnabled: notSupported() }),
);

export const getBucketNotificationConfiguration = configured(
  "notification",
  "s3:GetBucketNotification",
  { root: "NotificationConfiguration" },
  {},
);

export const putBucketNotificationConfiguration = inForce(
  "notification",
  "s3:PutBucketNotification",
  "NotificationConfiguration",
  structure({
    TopicConfigurations: element("TopicConfiguration", notSupported()),
    QueueConfigurations: element("QueueConfiguration", notSupported()),
    LambdaFunctionConfigurations: element("CloudFunctionConfiguration", notSupported()),
    EventBridgeConfiguration: notSupported(),
  }),
);

export const getBucketRequestPayment = configured(
  "requestPayment",
  "s3:GetBucketRequestPayment",
  { root: "RequestPaymentConfiguration" },
  { Payer: "BucketOwner" },
);

export const putBucketRequestPayment = inForce(
  "requestPayment",
  "s3:PutBucketRequestPayment",
  "RequestPaymentConfiguration",
  structure({ Payer: required(notSupported("BucketOwner")) }),
);

export const getBucketOwnershipControls = configured(
  "ownershipControls",
  "s3:GetBucketOwnershipControls",
  { root: "OwnershipControls", payload: "OwnershipControls", elements: { Rules: "Rule" } },
  { OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } },
);

export const putBucketOwnershipControls = inForce(
  "ownershipControls",
  "s3:PutBucketOwnershipControls",
  "OwnershipControls",
  structure({
    Rules: required(
      element("Rule", list(structure({ ObjectOwnership: required(notSupported("BucketOwnerEnforced")) }))),
    ),
  }),
);

export const getBucketCors = notConfigured(
  "cors",
  "s3:GetBucketCORS",
  "NoSuchCORSConfiguration",
  "The CORS configuration does not exist",
);
export const deleteBucketCors = absent("cors", "s3:PutBucketCORS");

export const getBucketWebsite = notConfigured(
  "website",
  "s3:GetBucketWebsite",
  "NoSuchWebsiteConfiguration",
  "The specified bucket does not have a website configuration",
);
export const deleteBucketWebsite = absent("website", "s3:DeleteBucketWebsite");

export const getBucketReplication = notConfigured(
  "replication",
  "s3:GetReplicationConfiguration",
  "ReplicationConfigurationNotFoundError",
  "The replication configuration was not found",
);
export const deleteBucketReplication = absent("replication", "s3:PutReplicationConfiguration");

export const getObjectLockConfiguration = notConfigured(
  "object-lock",
  "s3:GetBucketObjectLockConfiguration",
  "ObjectLockConfigurationNotFoundError",
  "Object Lock configuration does not exist for this bucket",
);

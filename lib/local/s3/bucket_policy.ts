/** PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus, and the checks of a policy. */
import { AwsError } from "../errors.ts";
import { glob, matchesGlob } from "../glob.ts";
import { parsePolicy, type PolicyDocument } from "../iam/policy_document.ts";
import { blob, boolean, header, payload, required, structure } from "../shapes.ts";
import { bucketArn, bucketInput, onBucket, operation, type S3Context } from "./context.ts";
import { notFound } from "./context.ts";
import { publicAccessBlockOf } from "./public_access.ts";
import { isPublicPolicy } from "./public_policy.ts";

const MAX_POLICY_BYTES = 20 * 1024;
const input = structure(bucketInput);

export const putBucketPolicy = operation({
  action: "s3:PutBucketPolicy",
  input: structure({
    ...bucketInput,
    Policy: required(payload(blob<BodyInit>())),
    ConfirmRemoveSelfBucketAccess: header("x-amz-confirm-remove-self-bucket-access", boolean()),
  }),
  resource: onBucket,
  http: { at: "PUT /{Bucket}?policy", status: 204 },
  async run({ Bucket, Policy }, s3, call) {
    const text = await new Response(Policy).text();
    checkPolicy(text, Bucket);
    if (publicAccessBlockOf(s3, Bucket)?.BlockPublicPolicy && isPublicPolicy(text)) {
      throw new AwsError(
        "AccessDenied",
        `User: ${call.principal.arn} is not authorized to perform: s3:PutBucketPolicy on resource: ` +
          `"${
            bucketArn(Bucket)
          }" because public policies are prevented by the BlockPublicPolicy setting in S3 ` +
          "Block Public Access.",
        403,
      );
    }
    onBucket({ Bucket }, s3, call); // it may have been deleted meanwhile
    s3.settings.put(Bucket, "policy", text);
    return {};
  },
});

export const getBucketPolicy = operation({
  action: "s3:GetBucketPolicy",
  input,
  resource: onBucket,
  http: { at: "GET /{Bucket}?policy", payload: "Policy", contentType: "application/json" },
  run: ({ Bucket }, s3) => ({ Policy: existingPolicy(s3, Bucket) }),
});

export const getBucketPolicyStatus = operation({
  action: "s3:GetBucketPolicyStatus",
  input,
  resource: onBucket,
  http: { at: "GET /{Bucket}?policyStatus", root: "PolicyStatus" },
  run: ({ Bucket }, s3) => ({ IsPublic: isPublicPolicy(existingPolicy(s3, Bucket)) }),
});

export const deleteBucketPolicy = operation({
  action: "s3:DeleteBucketPolicy",
  input,
  resource: onBucket,
  http: { at: "DELETE /{Bucket}?policy", status: 204 },
  run({ Bucket }, s3) {
    s3.settings.remove(Bucket, "policy");
    return {};
  },
});

function existingPolicy(s3: S3Context, Bucket: string): string {
  const policy = s3.settings.get(Bucket, "policy");
  if (policy !== undefined) return policy;
  throw notFound("NoSuchBucketPolicy", "The bucket policy does not exist", Bucket);
}

/** @throws AwsError MalformedPolicy */
function checkPolicy(text: string, bucket: string): void {
  if (new TextEncoder().encode(text).length > MAX_POLICY_BYTES) {
    throw malformed("Policy exceeds the maximum allowed document size.");
  }
  let document: PolicyDocument;
  try {
    if (!text.startsWith("{")) throw new SyntaxError();
    JSON.parse(text);
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  try {
    document = parsePolicy(text, "resource");
  } catch (error) {
    if (error instanceof AwsError) throw malformed(inS3sWords(error.message));
    throw error;
  }
  for (const { Action = [], Resource = [] } of document.Statement) {
    if (!Action.every((action) => action === "*" || /^s3:/i.test(action))) {
      throw malformed("Policy has invalid action");
    }
    if (!Resource.every((resource) => isOfBucket(resource, bucket))) {
      throw malformed("Policy has invalid resource");
    }
    if (Resource.length > 0 && !Action.every((action) => Resource.some((one) => applies(action, one)))) {
      throw malformed("Action does not apply to any resource(s) in statement");
    }
  }
}

/** IAM's findings as S3 words them. */
function inS3sWords(message: string): string {
  const missing = /Missing required field (\w+)/.exec(message)?.[0] ??
    /must contain (action|resource)s/.exec(message)?.[1]?.replace(
      /^./,
      (first) => `Missing required field ${first.toUpperCase()}`,
    );
  if (missing) return missing;
  if (/principal/i.test(message)) return "Invalid principal in policy";
  if (/ARN format/.test(message)) return "Policy has invalid resource";
  if (/prefaced by a vendor/.test(message)) return "Policy has invalid action";
  if (/Condition type/.test(message)) return message.replace(/\.$/, "");
  return "Invalid policy syntax.";
}

function isOfBucket(resource: string, bucket: string): boolean {
  const pattern = /^arn:aws:s3:::([^/]+)(\/.*)?$/s.exec(resource)?.[1];
  return pattern !== undefined && pattern !== "*" && matchesGlob(glob(pattern, "?"), bucket);
}

/** Whether an action can be one on the resource: on objects, whose ARNs have a slash, or on the bucket. */
function applies(action: string, resource: string): boolean {
  if (/[*?]/.test(action)) return true;
  const onObjects = /object|^s3:(Abort|ListMultipartUploadParts)/i.test(action) &&
    !/BucketObjectLock/i.test(action);
  const bucketPart = resource.split("/")[0]!;
  return onObjects ? resource.includes("/") || bucketPart.endsWith("*") : !resource.includes("/");
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicy", message);
}

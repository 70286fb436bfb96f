/**
 * Encryption at rest as requests and answers show it: AES256, or aws:kms with a key of the account. Nothing is encrypted
 * here, but objects say what AWS's say, their entity tag is no MD5 under aws:kms, and the key's permissions are asked for.
 */
import { createHash } from "node:crypto";
import { AwsError } from "../errors.ts";
import type { Call } from "../operation.ts";
import { malformedXml } from "../protocols/xml.ts";
import {
  boolean,
  element,
  header,
  list,
  notSupported,
  payload,
  required,
  string,
  structure,
} from "../shapes.ts";
import { bucketInput, findBucket, invalidArgument, onBucket, operation, type S3Context } from "./context.ts";
import type { Encryption } from "./settings.ts";

const ALGORITHM = "x-amz-server-side-encryption";
const KEY = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled";

/** The headers of an answer. */
export const ENCRYPTION_HEADERS = {
  ServerSideEncryption: ALGORITHM,
  SSEKMSKeyId: KEY,
  BucketKeyEnabled: BUCKET_KEY,
};

/** Members of the requests that create an object. */
export const encryptionInput = {
  ServerSideEncryption: header(ALGORITHM, notSupported("AES256", "aws:kms")),
  SSEKMSKeyId: header(KEY, string()),
  BucketKeyEnabled: header(BUCKET_KEY, boolean()),
};

interface EncryptionInput {
  readonly Bucket: string;
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
}

/** S3's own since 2023. */
const DEFAULT: Encryption = { SSEAlgorithm: "AES256", BucketKeyEnabled: false };

/**
 * The headers to store with a new object: none for AES256. Asks for the permission to use the key.
 * @throws AwsError InvalidArgument, KMS.NotFoundException
 */
export function encryptedHeaders(
  s3: S3Context,
  { Bucket, ServerSideEncryption: asked, SSEKMSKeyId, BucketKeyEnabled }: EncryptionInput,
  { authorize }: Pick<Call, "authorize">,
): Record<string, string> {
  if (SSEKMSKeyId !== undefined && asked !== "aws:kms") {
    throw invalidArgument(
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
      ALGORITHM,
      asked,
    );
  }
  const set = s3.settings.get(Bucket, "encryption") ?? DEFAULT;
  if ((asked ?? set.SSEAlgorithm) !== "aws:kms") return {};
  const { Region } = findBucket(s3, Bucket);
  const named = SSEKMSKeyId ?? (set.SSEAlgorithm === "aws:kms" ? set.KMSMasterKeyID : undefined);
  const managed = managedKey(s3, Region);
  const key = named === undefined ? managed : keyArn(s3, Region, named);
  if (key !== managed) authorize({ action: "kms:GenerateDataKey", resource: key });
  const bucketKey = BucketKeyEnabled ?? set.BucketKeyEnabled;
  return { [ALGORITHM]: "aws:kms", [KEY]: key, ...bucketKey ? { [BUCKET_KEY]: "true" } : {} };
}

/** What an answer says of stored headers. */
export function encryptionOf(stored: Readonly<Record<string, string>>) {
  return {
    ServerSideEncryption: stored[ALGORITHM] ?? "AES256",
    SSEKMSKeyId: stored[KEY],
    BucketKeyEnabled: stored[BUCKET_KEY],
  };
}

/** Asks for the permission to decrypt an object. */
export function checkDecryption(
  s3: S3Context,
  stored: Readonly<Record<string, string>>,
  { authorize }: Pick<Call, "authorize">,
): void {
  const key = stored[KEY];
  if (key === undefined || key === managedKey(s3, key.split(":")[3]!)) return;
  authorize({ action: "kms:Decrypt", resource: key });
}

/** A copy's headers are encrypted anew. */
export function withoutEncryption(stored: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !name.startsWith(ALGORITHM)));
}

/** Whether the object's entity tag says nothing about its bytes, as under aws:kms. */
export function hidesDigest(stored: Readonly<Record<string, string>>): boolean {
  return stored[ALGORITHM] === "aws:kms";
}

/** The account's key for S3, `aws/s3`, which all of the account may use. */
function managedKey({ core }: S3Context, region: string): string {
  const digest = createHash("sha256").update(`aws/s3 ${core.account} ${region}`).digest("hex");
  const id = digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  return `arn:aws:kms:${region}:${core.account}:key/${id}`;
}

/**
 * The ARN of a key of the bucket's region that is named by its id, alias or ARN. The local AWS has no KMS: every key that could be the account's
 * exists. @throws AwsError KMS.NotFoundException
 */
function keyArn({ core }: S3Context, region: string, named: string): string {
  const arn = /^(key|alias)\//.test(named) || named.startsWith("arn:")
    ? named
    : `arn:aws:kms:${region}:${core.account}:key/${named}`;
  const ours = `arn:aws:kms:${region}:${core.account}:`;
  const full = arn.startsWith("arn:") ? arn : ours + arn;
  if (full.startsWith(ours) && /^(key\/[0-9a-zA-Z-]+|alias\/[\w/-]+)$/.test(full.slice(ours.length))) {
    return full;
  }
  throw new AwsError("KMS.NotFoundException", `Invalid keyId '${named}'`);
}

const serverSideEncryptionConfiguration = structure({
  Rules: required(element(
    "Rule",
    list(structure({
      ApplyServerSideEncryptionByDefault: structure({
        SSEAlgorithm: required(notSupported("AES256", "aws:kms")),
        KMSMasterKeyID: string(),
      }),
      BucketKeyEnabled: boolean(),
      BlockedEncryptionTypes: notSupported(),
    })),
  )),
});

export const putBucketEncryption = operation({
  action: "s3:PutEncryptionConfiguration",
  input: structure({
    ...bucketInput,
    ServerSideEncryptionConfiguration: payload(
      serverSideEncryptionConfiguration,
      "ServerSideEncryptionConfiguration",
    ),
  }),
  resource: onBucket,
  http: { at: "PUT /{Bucket}?encryption" },
  run({ Bucket, ServerSideEncryptionConfiguration: given }, s3) {
    const [rule, ...more] = given?.Rules ?? [];
    const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
    if (!rule || more.length > 0 || SSEAlgorithm === undefined) throw malformedXml();
    if (KMSMasterKeyID !== undefined && SSEAlgorithm !== "aws:kms") {
      throw new AwsError(
        "InvalidArgument",
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
        400,
        { ArgumentName: "ApplyServerSideEncryptionByDefault" },
      );
    }
    if (KMSMasterKeyID !== undefined) keyArn(s3, findBucket(s3, Bucket).Region, KMSMasterKeyID);
    s3.settings.put(Bucket, "encryption", {
      SSEAlgorithm,
      KMSMasterKeyID,
      BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
    });
    return {};
  },
});

export const getBucketEncryption = operation({
  action: "s3:GetEncryptionConfiguration",
  input: structure(bucketInput),
  resource: onBucket,
  http: {
    at: "GET /{Bucket}?encryption",
    root: "ServerSideEncryptionConfiguration",
    payload: "ServerSideEncryptionConfiguration",
    elements: { Rules: "Rule" },
  },
  run({ Bucket }, s3) {
    const { BucketKeyEnabled, ...byDefault } = s3.settings.get(Bucket, "encryption") ?? DEFAULT;
    return {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled }],
      },
    };
  },
});

export const deleteBucketEncryption = operation({
  action: "s3:PutEncryptionConfiguration",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "DELETE /{Bucket}?encryption", status: 204 },
  run({ Bucket }, s3) {
    s3.settings.remove(Bucket, "encryption");
    return {};
  },
});

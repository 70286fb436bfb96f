/** The bucket of a deployment: created, checked to be the account's own, and protected. */
import { isDeepStrictEqual } from "node:util";
import {
  type BucketLifecycleConfiguration,
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { S3_LAYOUT } from "../names.ts";
import type { Aws } from "./clients.ts";
import { byKey, checkOurs, isOurs, ownTagList, type Tags } from "./ownership.ts";
import { partitionOf } from "./partition.ts";
import { type RetryOptions, retryWhile } from "./retries.ts";

/** How long captured traffic is kept. */
export const CAPTURE_DAYS = 90;

/** How a bucket of this project is protected. */
export function bucketDefinition({ bucket, region, settings }: Pick<Aws, "bucket" | "region" | "settings">) {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const { kmsKey } = settings;
  return {
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    policy: {
      Version: "2012-10-17",
      Statement: [{
        Sid: "EncryptedConnectionsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }],
    },
    lifecycle: {
      Rules: [{
        ID: "captures",
        Status: "Enabled",
        Filter: { Prefix: `${S3_LAYOUT.dataCapture}/` },
        Expiration: { Days: CAPTURE_DAYS },
      }],
    } satisfies BucketLifecycleConfiguration,
    /** Of new objects; undefined: S3's own default, AES256. */
    encryption: kmsKey === undefined ? undefined : {
      Rules: [{
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: "aws:kms" as const,
          KMSMasterKeyID: kmsKey,
        },
        BucketKeyEnabled: true,
      }],
    },
  };
}

export interface EnsuredBucket {
  change: "created" | "updated" | "unchanged";
  /** What is not as it should be, and why. */
  note?: string;
}

/**
 * Creates the bucket unless it exists, and protects it: tags, public access blocked, encrypted connections only, captures
 * deleted after 90 days, the key of SCONES_KMS_KEY_ARN. A bucket without this project's tags is used as it is.
 * @throws Error if the bucket belongs to another account or is in another region; NotOursError if it is another stage's
 */
export async function ensureBucket(
  aws: Aws,
  options: Pick<RetryOptions, "onWait" | "signal"> = {},
): Promise<EnsuredBucket> {
  const created = !await bucketExists(aws);
  if (created) {
    await createBucket(aws, options);
    await aws.s3.send(
      new PutBucketTaggingCommand({ Bucket: aws.bucket, Tagging: { TagSet: ownTagList(aws) } }),
    );
  } else {
    const tags = await bucketTags(aws);
    if (tags.project !== undefined) checkOurs(aws, `The bucket ${aws.bucket}`, tags);
    if (!isOurs(aws, tags)) return { change: "unchanged", note: "not made by this project, used as it is" };
  }
  const changes = await bucketChanges(aws);
  for (const { write } of changes) await write();
  return { change: created ? "created" : changes.length > 0 ? "updated" : "unchanged" };
}

/**
 * Whether the bucket exists.
 * @throws Error if it is not usable: another account's, or in another region
 */
export async function bucketExists({ s3, bucket, region }: Aws): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    const { name, $metadata, $response } = error as {
      name: string;
      $metadata?: { httpStatusCode?: number };
      $response?: { headers?: Record<string, string> };
    };
    if ($metadata?.httpStatusCode === 403) {
      throw new Error(
        `The bucket ${bucket} belongs to another account, or you have no permission to use it. Set SCONES_BUCKET to another name.`,
        { cause: error },
      );
    }
    if ($metadata?.httpStatusCode === 301) {
      const elsewhere = $response?.headers?.["x-amz-bucket-region"] ?? "another region";
      throw new Error(
        `The bucket ${bucket} is in ${elsewhere}, not in ${region}. Set AWS_REGION to its region, or SCONES_BUCKET to ` +
          "another name.",
        { cause: error },
      );
    }
    if (name !== "NotFound" && name !== "NoSuchBucket") throw error;
    return false;
  }
}

async function createBucket(
  { s3, bucket, region }: Aws,
  options: Pick<RetryOptions, "onWait" | "signal">,
): Promise<void> {
  // us-east-1 is the only region that must not be named here.
  const CreateBucketConfiguration = region === "us-east-1"
    ? undefined
    : { LocationConstraint: region as BucketLocationConstraint };
  try {
    await retryWhile(
      // A bucket of this name was deleted lately: S3 takes up to an hour or two to free the name.
      (error) => error.name === "OperationAborted",
      () => s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration })),
      { timeoutSeconds: 600, waitingFor: `S3 to free the name of the bucket ${bucket}`, ...options },
    );
  } catch (cause) {
    if ((cause as Error).name !== "BucketAlreadyExists") throw cause;
    throw new Error(
      `The bucket ${bucket} belongs to another account; names are shared by all of AWS. Set SCONES_BUCKET to another name.`,
      { cause },
    );
  }
}

/** The bucket's tags. */
export async function bucketTags({ s3, bucket }: Aws): Promise<Tags> {
  try {
    return byKey((await s3.send(new GetBucketTaggingCommand({ Bucket: bucket }))).TagSet);
  } catch (error) {
    if ((error as Error).name === "NoSuchTagSet") return {};
    throw error;
  }
}

/** A setting of the bucket that is not as it should be. */
interface BucketChange {
  what: string;
  write(): Promise<unknown>;
}

/** What is to be set on the bucket; its tags are not among them. */
export async function bucketChanges(aws: Aws): Promise<BucketChange[]> {
  const { s3, bucket: Bucket } = aws;
  const { publicAccessBlock, policy, lifecycle, encryption } = bucketDefinition(aws);
  const changes: BucketChange[] = [];
  const compare = async (
    what: string,
    wanted: unknown,
    read: Promise<unknown>,
    write: () => Promise<unknown>,
  ) => {
    if (!isDeepStrictEqual(await unlessNotSet(read), wanted)) changes.push({ what, write });
  };
  await compare(
    "public access blocked",
    publicAccessBlock,
    s3.send(new GetPublicAccessBlockCommand({ Bucket })).then((is) => is.PublicAccessBlockConfiguration),
    () =>
      s3.send(
        new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: publicAccessBlock }),
      ),
  );
  // Through an endpoint without TLS, such as an AWS look-alike's, the policy would lock this project out. The local AWS
  // counts as one with TLS.
  if (aws.settings.target === "local" || !aws.endpoint?.startsWith("http:")) {
    await compare(
      "encrypted connections only",
      policy,
      s3.send(new GetBucketPolicyCommand({ Bucket })).then((is) => JSON.parse(is.Policy!)),
      () => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) })),
    );
  }
  await compare(
    `captures deleted after ${CAPTURE_DAYS} days`,
    lifecycle.Rules,
    s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })).then((is) => is.Rules),
    () =>
      s3.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: lifecycle }),
      ),
  );
  if (encryption) {
    const [{ ApplyServerSideEncryptionByDefault: wanted }] = encryption.Rules as [
      typeof encryption.Rules[number],
    ];
    await compare(
      "encrypted with the key of SCONES_KMS_KEY_ARN",
      wanted,
      s3.send(new GetBucketEncryptionCommand({ Bucket })).then((is) =>
        is.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
      ),
      () =>
        s3.send(
          new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption }),
        ),
    );
  }
  return changes;
}

/** S3's answer; undefined for a configuration that was never set. */
async function unlessNotSet<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const never = [
      "NoSuchPublicAccessBlockConfiguration",
      "NoSuchBucketPolicy",
      "NoSuchLifecycleConfiguration",
      "ServerSideEncryptionConfigurationNotFoundError",
    ];
    if (never.includes((error as Error).name)) return undefined;
    throw error;
  }
}

/**
 * A small training job: pictures that a network learns in one epoch, lists and requests; and a context for
 * operations that are tested without a server.
 */
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import sharp from "sharp";
import type { SageMakerContext } from "../../../lib/local/sagemaker/context.ts";
import { openRecords } from "../../../lib/local/sagemaker/records.ts";
import type { Core } from "../../../lib/local/core.ts";
import { Store } from "../../../lib/local/store.ts";
import type { TestAws } from "../testing.ts";

export const BUCKET = "scones-test";
export const IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1";

/** Creates a role that SageMaker can assume, with permissions for the bucket, for logs and for the image. */
export async function createRole(aws: TestAws, name = "scones-test-role"): Promise<string> {
  const iam = new IAMClient(aws.client);
  const trust = {
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Service: "sagemaker.amazonaws.com" },
      Action: "sts:AssumeRole",
    }],
  };
  const Statement = [{ Effect: "Allow", Action: ["s3:*", "logs:*", "ecr:*"], Resource: "*" }];
  const policy = { Version: "2012-10-17", Statement };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: "all", PolicyDocument: JSON.stringify(policy) }),
  );
  iam.destroy();
  return Role!.Arn!;
}

/** A PNG of one colour: red for class 0, blue for class 1. */
export async function picture(label: number): Promise<Uint8Array> {
  const background = label === 0 ? "#c03020" : "#2030c0";
  return await sharp({ create: { width: 32, height: 32, channels: 3, background } }).png().toBuffer();
}

/** Puts `count` pictures per split and their lists into the bucket. */
export async function stagePictures(aws: Pick<TestAws, "client">, count = 64): Promise<void> {
  const s3 = new S3Client(aws.client);
  const put = (Key: string, Body: Uint8Array | string) =>
    s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const pictures = [await picture(0), await picture(1)];
  for (const split of ["train", "test"]) {
    const rows = Array.from({ length: count }, (_, i) => ({ name: `${i}.png`, label: i % 2 }));
    await Promise.all(rows.map(({ name, label }) => put(`${split}/${name}`, pictures[label]!)));
    await put(`${split}.lst`, rows.map(({ name, label }, i) => `${i}\t${label}\t${name}\n`).join(""));
  }
  s3.destroy();
}

/** The request of a job that takes about a second of training. */
export function trainingJob(
  role: string,
  changes: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput {
  const channel = (ChannelName: string, path: string) => ({
    ChannelName,
    ContentType: "application/x-image",
    DataSource: {
      S3DataSource: {
        S3DataType: "S3Prefix" as const,
        S3Uri: `s3://${BUCKET}/${path}`,
        S3DataDistributionType: "FullyReplicated" as const,
      },
    },
  });
  return {
    TrainingJobName: `job-${crypto.randomUUID().slice(0, 8)}`,
    AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: "File" },
    RoleArn: role,
    HyperParameters: { image_shape: "3,32,32", num_classes: "2", num_training_samples: "64", epochs: "2" },
    InputDataConfig: [
      channel("train", "train/"),
      channel("validation", "test/"),
      channel("train_lst", "train.lst"),
      channel("validation_lst", "test.lst"),
    ],
    OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models` },
    ResourceConfig: { InstanceType: "ml.g4dn.xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    ...changes,
  };
}

/** Waits until the job has ended. */
export async function jobEnded(
  client: SageMakerClient,
  name: string,
): Promise<DescribeTrainingJobCommandOutput> {
  while (true) {
    const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    if (job.TrainingJobStatus !== "InProgress" && job.TrainingJobStatus !== "Stopping") return job;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Stages pictures and trains on them; returns the role and where the model is. */
export async function trainedModel(aws: TestAws): Promise<{ role: string; modelDataUrl: string }> {
  const client = new SageMakerClient(aws.client);
  const role = await createRole(aws);
  await stagePictures(aws);
  const request = trainingJob(role);
  await client.send(new CreateTrainingJobCommand(request));
  const job = await jobEnded(client, request.TrainingJobName!);
  if (job.TrainingJobStatus !== "Completed") throw new Error(`The training job failed: ${job.FailureReason}`);
  client.destroy();
  return { role, modelDataUrl: job.ModelArtifacts!.S3ModelArtifacts! };
}

/**
 * A context for operations without a server: an empty store, and the fakes in `played`.
 */
export async function withContext(
  body: (context: SageMakerContext) => void | Promise<void>,
  played: Partial<Record<keyof Core, unknown>> = {},
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    await body(
      {
        ...openRecords(store),
        core: testCore(store, played),
        quotas: () => undefined,
      } as unknown as SageMakerContext,
    );
  } finally {
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** A core whose roles can all be assumed, and whose other parts are the given ones. */
export function testCore(store: Store, played: Partial<Record<keyof Core, unknown>>): Core {
  const iam = {
    decide: () => undefined,
    isAssumable: () => true,
    assumeRole: () => ({ principal: { arn: "arn:test" } }),
  };
  return {
    store,
    stateDir: store.stateDir,
    account: "000000000000",
    region: "us-east-1",
    now: Date.now,
    iam,
    ...played,
  } as unknown as Core;
}

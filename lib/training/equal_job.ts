/** Finds an existing training job with identical inputs: image, hyperparameters, instance type and data. */
import { createHash } from "node:crypto";
import {
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  paginateListTrainingJobs,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { contentTags, listObjects, objectExists, parseS3Uri } from "../aws/s3.ts";
import { sagemakerTags } from "./describe_endpoint.ts";
import { FINGERPRINT_TAG, isOwnJob } from "./running_jobs.ts";

/**
 * A digest of everything that decides what a job learns; the data is represented by its objects' contents.
 * @throws Error if a channel has no objects: SageMaker words this as it words a role that has not reached it yet
 */
export async function fingerprint(aws: Aws, request: CreateTrainingJobCommandInput): Promise<string> {
  const hash = createHash("sha256");
  const { AlgorithmSpecification, HyperParameters = {}, ResourceConfig, Environment = {} } = request;
  hash.update(JSON.stringify([
    AlgorithmSpecification?.TrainingImage,
    Object.entries(HyperParameters).toSorted(),
    ResourceConfig?.InstanceType,
    Object.entries(Environment).toSorted(),
  ]));
  for (const { ChannelName, ContentType, DataSource } of request.InputDataConfig ?? []) {
    hash.update(`\n${ChannelName} ${ContentType}\n`);
    const uri = DataSource!.S3DataSource!.S3Uri!;
    const { bucket, key } = parseS3Uri(uri);
    const objects = await listObjects(aws.s3, bucket, key);
    if (objects.length === 0) {
      throw new Error(
        `There are no objects under ${uri}, the channel "${ChannelName}". Run notebook 1 first.`,
      );
    }
    for (const [name, tag] of await contentTags(aws.s3, bucket, objects)) hash.update(`${name} ${tag}\n`);
  }
  return hash.digest("hex");
}

/** An existing job with identical inputs. */
export interface EqualJob {
  jobName: string;
  status: "Completed" | "InProgress";
}

/**
 * This deployment's newest completed job with that fingerprint whose model still exists, else the newest running one. Jobs
 * that failed, were stopped or are being stopped give no model and are ignored.
 * @param options.bucket where the model must be
 * @param options.status told about a job whose model is gone
 */
export async function findEqualJob(
  aws: Aws,
  options: { baseName: string; equal: string; bucket: string; status?(message: string): void },
): Promise<EqualJob | undefined> {
  // One listing of all statuses: a job that completes between two listings could be missing in both.
  const query = { NameContains: options.baseName, SortBy: "CreationTime", SortOrder: "Descending" } as const;
  let running: EqualJob | undefined;
  for await (
    const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: aws.sagemaker }, query)
  ) {
    for (const { TrainingJobName, TrainingJobArn, TrainingJobStatus: status } of TrainingJobSummaries) {
      if (status !== "Completed" && (status !== "InProgress" || running)) continue;
      const tags = await sagemakerTags(aws, TrainingJobArn!);
      if (tags[FINGERPRINT_TAG] !== options.equal || !isOwnJob(aws, tags)) continue;
      const job: EqualJob = { jobName: TrainingJobName!, status };
      if (status === "InProgress") running = job;
      else if (await hasModel(aws, job.jobName, options.bucket)) return job;
      else options.status?.(`The training job ${job.jobName} has the same inputs, but its model is gone`);
    }
  }
  return running;
}

/** Whether a job's model is in the bucket: jobs are remembered after their models and buckets have been deleted. */
async function hasModel(aws: Aws, TrainingJobName: string, wanted: string): Promise<boolean> {
  const { ModelArtifacts } = await aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
  const { bucket, key } = parseS3Uri(ModelArtifacts!.S3ModelArtifacts!);
  return bucket === wanted && await objectExists(aws.s3, bucket, key);
}

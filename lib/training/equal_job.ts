/** Finds an existing training job with identical inputs: image, hyperparameters, instance type and data. */
import { createHash } from "node:crypto";
import {
  type CreateTrainingJobCommandInput,
  ListTagsCommand,
  paginateListTrainingJobs,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { listObjects, parseS3Uri } from "../aws/s3.ts";

/** The tag of a training job that holds its fingerprint. */
export const FINGERPRINT_TAG = "scones:fingerprint";

/** A digest of everything that decides what a job learns; the data is represented by the ETags of its objects. */
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
    const { bucket, key } = parseS3Uri(DataSource!.S3DataSource!.S3Uri!);
    for (const object of await listObjects(aws.s3, bucket, key)) {
      hash.update(`${object.Key} ${object.ETag}\n`);
    }
  }
  return hash.digest("hex");
}

/** An existing job with identical inputs. */
export interface EqualJob {
  jobName: string;
  status: "Completed" | "InProgress";
}

/**
 * The newest completed job with that fingerprint, else the newest running one. Jobs that failed, were stopped or are being
 * stopped give no model and are ignored.
 */
export async function findEqualJob(
  aws: Aws,
  baseName: string,
  equal: string,
): Promise<EqualJob | undefined> {
  // One listing of all statuses: a job that completes between two listings could be missing in both.
  const query = { NameContains: baseName, SortBy: "CreationTime", SortOrder: "Descending" } as const;
  let running: EqualJob | undefined;
  for await (
    const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: aws.sagemaker }, query)
  ) {
    for (const { TrainingJobName, TrainingJobArn, TrainingJobStatus: status } of TrainingJobSummaries) {
      if (status !== "Completed" && (status !== "InProgress" || running)) continue;
      const { Tags = [] } = await aws.sagemaker.send(new ListTagsCommand({ ResourceArn: TrainingJobArn }));
      if (!Tags.some((tag) => tag.Key === FINGERPRINT_TAG && tag.Value === equal)) continue;
      const job: EqualJob = { jobName: TrainingJobName!, status };
      if (status === "Completed") return job;
      running = job;
    }
  }
  return running;
}

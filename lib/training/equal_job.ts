/** Finds a training job that did the same: same image, hyperparameters, instance and data. */
import { createHash } from "node:crypto";
import {
  type CreateTrainingJobCommandInput,
  ListTagsCommand,
  paginateListTrainingJobs,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws.ts";
import { listObjects, parseS3Uri } from "../s3.ts";

/** The tag of a training job that holds its fingerprint. */
export const FINGERPRINT_TAG = "scones:fingerprint";

/** A digest of all that decides what a job learns; the data counts by the ETags of its objects. */
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

/** The name of the newest completed job with that fingerprint. */
export async function findEqualJob(aws: Aws, baseName: string, equal: string): Promise<string | undefined> {
  const query = {
    NameContains: baseName,
    StatusEquals: "Completed",
    SortBy: "CreationTime",
    SortOrder: "Descending",
  } as const;
  for await (
    const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: aws.sagemaker }, query)
  ) {
    for (const { TrainingJobName, TrainingJobArn } of TrainingJobSummaries) {
      const { Tags = [] } = await aws.sagemaker.send(new ListTagsCommand({ ResourceArn: TrainingJobArn }));
      if (Tags.some((tag) => tag.Key === FINGERPRINT_TAG && tag.Value === equal)) return TrainingJobName;
    }
  }
  return undefined;
}

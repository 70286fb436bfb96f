/** Running training jobs, also those that no notebook follows any more. */
import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  paginateListTrainingJobs,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { type Aws, awsCli } from "../aws/clients.ts";
import { isOurs, type Tags } from "../aws/ownership.ts";
import { sagemakerTags } from "./describe_endpoint.ts";

/** The tag of a training job that holds its fingerprint. */
export const FINGERPRINT_TAG = "scones:fingerprint";

/** Whether a training job was started by this deployment. Jobs of earlier versions have a fingerprint and no stage. */
export function isOwnJob({ stage }: Pick<Aws, "stage">, tags: Tags): boolean {
  return isOurs({ stage }, tags) ||
    stage === undefined && tags.project === undefined && tags[FINGERPRINT_TAG] !== undefined;
}

/** This deployment's training jobs of a status, newest first. A job that is being stopped still uses its instance. */
export async function runningJobs(
  aws: Pick<Aws, "sagemaker" | "names" | "stage">,
  status: "InProgress" | "Stopping" = "InProgress",
): Promise<DescribeTrainingJobCommandOutput[]> {
  const { sagemaker } = aws;
  const query = { NameContains: aws.names.trainingJobs, StatusEquals: status } as const;
  const jobs: DescribeTrainingJobCommandOutput[] = [];
  for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: sagemaker }, query)) {
    for (const { TrainingJobName, TrainingJobArn } of TrainingJobSummaries) {
      if (!isOwnJob(aws, await sagemakerTags(aws, TrainingJobArn!))) continue;
      jobs.push(await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName })));
    }
  }
  return jobs;
}

/**
 * Tells a job to stop; does nothing if it has ended.
 * @throws Error that names the job, if it may still be running
 */
export async function stopTrainingJob(aws: Aws, jobName: string): Promise<void> {
  try {
    await aws.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: jobName }));
  } catch (cause) {
    const { name, message } = cause as Error;
    if (name === "ValidationException") return; // it has ended
    const command = `${awsCli(aws)} sagemaker stop-training-job --training-job-name ${jobName}`;
    throw new Error(
      `Training job ${jobName} could not be stopped and may still be running: ${withoutStop(message)}. ` +
        `"deno task status" lists the running jobs, and "${command}" stops this one.`,
      { cause },
    );
  }
}

/** A message without the full stop at its end, for the middle of a text. */
export function withoutStop(message: string): string {
  return message.replace(/\.$/, "");
}

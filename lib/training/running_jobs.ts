/** Running training jobs, also those that no notebook follows any more. */
import {
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  paginateListTrainingJobs,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { type Aws, awsCli } from "../aws/clients.ts";
import { TRAINING_JOB_BASE_NAME } from "../names.ts";

/** This project's training jobs of a status, newest first. A job that is being stopped still uses its instance. */
export async function runningJobs(
  { sagemaker }: Aws,
  status: "InProgress" | "Stopping" = "InProgress",
): Promise<DescribeTrainingJobCommandOutput[]> {
  const query = { NameContains: TRAINING_JOB_BASE_NAME, StatusEquals: status } as const;
  const jobs: DescribeTrainingJobCommandOutput[] = [];
  for await (const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: sagemaker }, query)) {
    for (const { TrainingJobName } of TrainingJobSummaries) {
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

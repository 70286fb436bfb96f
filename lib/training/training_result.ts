/** The result of a training job. */
import type { DescribeTrainingJobCommandOutput } from "@aws-sdk/client-sagemaker";
import { UnexpectedStatusError } from "../aws/waiting.ts";
import type { EqualJob } from "./equal_job.ts";
import type { Epoch, TrainingLog } from "./training_log.ts";

/** What `fit` did. */
export interface TrainingResult {
  jobName: string;
  /** An existing job that had completed before. */
  reused: boolean;
  /** An existing job that was already running. */
  joined: boolean;
  modelData: string;
  network?: string;
  epochs: readonly Epoch[];
  /** Accuracy on the validation pictures that the job ended with, 0 to 1. */
  accuracy?: number;
  trainingSeconds: number;
  billableSeconds: number;
}

/**
 * The result of a job that has ended.
 * @param earlier the status in which the job was found; undefined for one that was started for this
 * @throws UnexpectedStatusError for a job that did not complete
 */
export function toResult(
  job: DescribeTrainingJobCommandOutput,
  earlier: EqualJob["status"] | undefined,
  log: TrainingLog,
): TrainingResult {
  const { TrainingJobName: jobName = "", TrainingJobStatus: status = "", SecondaryStatus: secondary } = job;
  if (status !== "Completed") {
    // A job that ran out of time is "Stopped" and would count as a success for AWS's own waiter.
    const reason = secondary === "MaxRuntimeExceeded"
      ? `it ran for longer than maxRunSeconds, ${job.StoppingCondition?.MaxRuntimeInSeconds} s`
      : job.FailureReason ?? "";
    throw new UnexpectedStatusError(`Training job ${jobName}`, status, reason);
  }
  return {
    jobName,
    reused: earlier === "Completed",
    joined: earlier === "InProgress",
    modelData: job.ModelArtifacts!.S3ModelArtifacts!,
    network: log.network,
    epochs: log.epochs,
    accuracy: job.FinalMetricDataList?.find((metric) => metric.MetricName === "validation:accuracy")?.Value,
    trainingSeconds: job.TrainingTimeInSeconds ?? 0,
    billableSeconds: job.BillableTimeInSeconds ?? 0,
  };
}

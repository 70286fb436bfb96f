/**
 * Members of training jobs that SageMaker's clients send and that change nothing on this machine: Debugger and profiler
 * (SageMaker's Python SDK 2 sends both with every job), spot instances, retries, warm pools and networks. They are checked
 * as AWS checks them, kept and described.
 */
import { invalid } from "./errors.ts";
import type { CreateTrainingJobInput } from "./training_shapes.ts";

/** @throws AwsError ValidationException when AWS refuses these members together */
export function checkOptions(
  { EnableManagedSpotTraining, StoppingCondition, ResourceConfig }: CreateTrainingJobInput,
): void {
  const { MaxWaitTimeInSeconds: wait, MaxRuntimeInSeconds: run = 86400 } = StoppingCondition ?? {};
  if (!EnableManagedSpotTraining) {
    if (wait === undefined) return;
    throw invalid(
      "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true",
    );
  }
  if (wait === undefined || wait < run) {
    throw invalid(
      "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
    );
  }
  // AWS's guide to warm pools says so; its wording is not known.
  if (ResourceConfig.KeepAlivePeriodInSeconds) {
    throw invalid("KeepAlivePeriodInSeconds is not supported when EnableManagedSpotTraining is set to true");
  }
}

/** What DescribeTrainingJob adds to these members. */
export function describedOptions({ ProfilerConfig }: CreateTrainingJobInput) {
  return {
    ...ProfilerConfig && { ProfilerConfig: { ProfilingIntervalInMilliseconds: 500, ...ProfilerConfig } },
    ProfilingStatus: ProfilerConfig && !ProfilerConfig.DisableProfiler ? "Enabled" : "Disabled",
  };
}

/** The line of the job's log that says what is not run here; undefined when there is nothing to say. */
export function notRunHere(
  job: Pick<
    CreateTrainingJobInput,
    | "DebugHookConfig"
    | "ProfilerConfig"
    | "EnableManagedSpotTraining"
    | "ResourceConfig"
    | "RetryStrategy"
    | "VpcConfig"
  >,
): string | undefined {
  const kept = [
    job.DebugHookConfig && "DebugHookConfig (no tensors are saved)",
    job.ProfilerConfig && !job.ProfilerConfig.DisableProfiler &&
    "ProfilerConfig (no system metrics are saved)",
    job.EnableManagedSpotTraining &&
    "EnableManagedSpotTraining (nothing interrupts the job, and all its time is billable)",
    job.RetryStrategy && "RetryStrategy (a failed job is not started again)",
    job.ResourceConfig.KeepAlivePeriodInSeconds && "KeepAlivePeriodInSeconds (no warm pool is kept)",
    job.VpcConfig && "VpcConfig (the container has no network)",
  ].filter(Boolean);
  return kept.length === 0
    ? undefined
    : `Accepted as on AWS, but not run by the local AWS: ${kept.join(", ")}.`;
}

/** CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs, StopTrainingJob, DeleteTrainingJob. */
import { AwsError } from "../errors.ts";
import { notSupported, required, string, structure } from "../shapes.ts";
import { onTrainingJob, operation, type SageMakerContext } from "./context.ts";
import { invalid } from "./errors.ts";
import { checkImage } from "./images.ts";
import { checkCapacity, checkInstanceType, checkWarmPool, type Instances } from "./instances.ts";
import { CHANGE_MEMBERS, LIST_MEMBERS, listed } from "./listing.ts";
import { entityName, joinUri, seconds } from "./names.ts";
import { isRunning, type TrainingJob } from "./records.ts";
import { tag } from "./tags.ts";
import { METRIC_DEFINITIONS } from "./metric_definitions.ts";
import { checkInputs } from "./training_input.ts";
import { checkOptions, describedOptions } from "./training_options.ts";
import { type CreateTrainingJobInput, createTrainingJobInput } from "./training_shapes.ts";

const named = structure({ TrainingJobName: required(entityName) });

export const createTrainingJob = operation({
  action: "sagemaker:CreateTrainingJob",
  tagging: "sagemaker:AddTags",
  input: createTrainingJobInput,
  resource: onTrainingJob,
  passRole: ({ RoleArn }) => RoleArn,
  async run(input, sagemaker) {
    const { core, jobs, quotas, runs } = sagemaker;
    const { TrainingJobName, AlgorithmSpecification, ResourceConfig, Tags } = input;
    const { TrainingImage, MetricDefinitions } = AlgorithmSpecification;
    if (!TrainingImage) throw invalid("TrainingImage must be specified in AlgorithmSpecification.");
    checkImage(core, TrainingImage);
    if (MetricDefinitions) {
      throw invalid(
        "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request " +
          "without specifying metric definitions.",
      );
    }
    checkInstanceType("training-job", ResourceConfig.InstanceType);
    checkOptions(input);
    checkNew(input, sagemaker);
    await checkInputs(input, sagemaker);
    checkNew(input, sagemaker); // S3 was asked meanwhile
    checkCapacity(
      "training-job",
      [instancesOf(input)],
      jobs.list().filter(isRunning).map(instancesOf),
      quotas,
    );
    if (ResourceConfig.KeepAlivePeriodInSeconds) checkWarmPool(ResourceConfig, quotas);
    const job = newJob(input, sagemaker);
    core.store.transaction(() => {
      jobs.put(TrainingJobName, job);
      tag(sagemaker, job.TrainingJobArn, Tags);
    });
    runs.run(job);
    return { TrainingJobArn: job.TrainingJobArn };
  },
});

export const describeTrainingJob = operation({
  action: "sagemaker:DescribeTrainingJob",
  input: named,
  resource: onTrainingJob,
  run: ({ TrainingJobName }, sagemaker) => existing(TrainingJobName, sagemaker),
});

export const listTrainingJobs = operation({
  action: "sagemaker:ListTrainingJobs",
  input: structure({
    ...LIST_MEMBERS,
    ...CHANGE_MEMBERS,
    WarmPoolStatusEquals: notSupported(),
    TrainingPlanArnEquals: notSupported(),
    StatusEquals: string({
      values: ["InProgress", "Completed", "Failed", "Stopping", "Stopped"] as const,
    }),
    SortBy: string({ values: ["Name", "CreationTime", "Status"] as const }),
  }),
  run(input, { jobs }) {
    const { items: TrainingJobSummaries, NextToken } = listed(jobs.list(), input, {
      name: "TrainingJobName",
      status: "TrainingJobStatus",
      summary: [
        "TrainingJobName",
        "TrainingJobArn",
        "CreationTime",
        "TrainingEndTime",
        "LastModifiedTime",
        "TrainingJobStatus",
        "SecondaryStatus",
      ],
    });
    return { TrainingJobSummaries, NextToken };
  },
});

export const stopTrainingJob = operation({
  action: "sagemaker:StopTrainingJob",
  input: named,
  resource: onTrainingJob,
  run({ TrainingJobName }, sagemaker) {
    const { TrainingJobStatus: status } = existing(TrainingJobName, sagemaker);
    if (status === "Stopping") return;
    if (status !== "InProgress") {
      throw invalid(`The request was rejected because the training job is in status ${status}.`);
    }
    sagemaker.runs.stop(TrainingJobName);
  },
});

export const deleteTrainingJob = operation({
  action: "sagemaker:DeleteTrainingJob",
  input: named,
  resource: onTrainingJob,
  run({ TrainingJobName }, sagemaker) {
    const job = existing(TrainingJobName, sagemaker);
    if (isRunning(job)) {
      throw new AwsError(
        "ResourceInUse",
        `The training job ${TrainingJobName} is in status ${job.TrainingJobStatus}; stop it first.`,
      );
    }
    sagemaker.core.store.transaction(() => {
      sagemaker.jobs.delete(TrainingJobName);
      sagemaker.tags.delete(job.TrainingJobArn);
    });
  },
});

/** @throws AwsError ValidationException for an unknown job, as on AWS, and not ResourceNotFound */
function existing(name: string, { jobs }: SageMakerContext): TrainingJob {
  const job = jobs.get(name);
  if (!job) throw invalid("Requested resource not found.");
  return job;
}

function checkNew(input: { TrainingJobName: string }, sagemaker: SageMakerContext): void {
  if (!sagemaker.jobs.has(input.TrainingJobName)) return;
  throw new AwsError(
    "ResourceInUse",
    `Training job names must be unique within an AWS account and region, and a training job with this name ` +
      `already exists (${onTrainingJob(input, sagemaker)})`,
  );
}

function instancesOf(
  { ResourceConfig, EnableManagedSpotTraining: spot }: Pick<
    TrainingJob,
    "ResourceConfig" | "EnableManagedSpotTraining"
  >,
): Instances {
  return { ...ResourceConfig, spot };
}

/** The record of a new job, with AWS's defaults. */
function newJob(input: CreateTrainingJobInput, sagemaker: SageMakerContext): TrainingJob {
  const { Tags: _, StoppingCondition, ...rest } = input;
  const now = seconds(sagemaker.core);
  return {
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: false,
    ...rest,
    AlgorithmSpecification: {
      EnableSageMakerMetricsTimeSeries: false,
      ...rest.AlgorithmSpecification,
      MetricDefinitions: METRIC_DEFINITIONS,
    },
    InputDataConfig: rest.InputDataConfig?.map((channel) => ({
      CompressionType: "None",
      RecordWrapperType: "None",
      ...channel,
    })),
    OutputDataConfig: { KmsKeyId: "", CompressionType: "GZIP", ...rest.OutputDataConfig },
    ...describedOptions(input),
    TrainingJobArn: onTrainingJob(input, sagemaker),
    StoppingCondition: { MaxRuntimeInSeconds: 86400, ...StoppingCondition },
    TrainingJobStatus: "InProgress",
    SecondaryStatus: "Starting",
    SecondaryStatusTransitions: [
      { Status: "Starting", StartTime: now, StatusMessage: "Starting the training job" },
    ],
    // AWS returns the model's location from the start.
    ModelArtifacts: {
      S3ModelArtifacts: joinUri(
        input.OutputDataConfig.S3OutputPath,
        `${input.TrainingJobName}/output/model.tar.gz`,
      ),
    },
    CreationTime: now,
    LastModifiedTime: now,
  };
}

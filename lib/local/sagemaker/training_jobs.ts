/** CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs, StopTrainingJob, DeleteTrainingJob. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import * as shape from "../legacy_shapes.ts";
import { checkCapacity, checkImage, checkInstanceType } from "./images.ts";
import { CHANGE_MEMBERS, LIST_MEMBERS, page } from "./listing.ts";
import { arnOf, entityName, joinUri, parseS3Uri, roleArn, s3Uri, seconds, trainingAssumer } from "./names.ts";
import { tagList, type Tags } from "./tags.ts";

const { boolean, integer, list, map, notSupported, required, string, structure } = shape;

const channel = structure({
  ChannelName: required(string({ min: 1, max: 64, pattern: /[A-Za-z0-9\.\-_]+/ })),
  DataSource: required(structure({
    S3DataSource: structure({
      S3DataType: required(
        string({ values: ["ManifestFile", "S3Prefix", "AugmentedManifestFile"] as const }),
      ),
      S3Uri: required(s3Uri),
      S3DataDistributionType: string({ values: ["FullyReplicated", "ShardedByS3Key"] as const }),
      AttributeNames: notSupported(),
      InstanceGroupNames: notSupported(),
      ModelAccessConfig: notSupported(),
      HubAccessConfig: notSupported(),
    }),
    FileSystemDataSource: notSupported(),
    DatasetSource: notSupported(),
  })),
  ContentType: string({ max: 256 }),
  CompressionType: string({ values: ["None", "Gzip"] as const }),
  RecordWrapperType: string({ values: ["None", "RecordIO"] as const }),
  InputMode: string({ values: ["Pipe", "File", "FastFile"] as const }),
  ShuffleConfig: notSupported(),
});

const createInput = structure({
  TrainingJobName: required(entityName),
  HyperParameters: map(string({ max: 2500 }), { max: 100, key: string({ max: 256 }) }),
  AlgorithmSpecification: required(structure({
    TrainingImage: string({ max: 255 }),
    AlgorithmName: notSupported(),
    TrainingInputMode: required(string({ values: ["Pipe", "File", "FastFile"] as const })),
    MetricDefinitions: list(
      structure({
        Name: required(string({ min: 1, max: 255 })),
        Regex: required(string({ min: 1, max: 500 })),
      }),
      { max: 40 },
    ),
    EnableSageMakerMetricsTimeSeries: boolean(),
    ContainerEntrypoint: notSupported(),
    ContainerArguments: notSupported(),
    TrainingImageConfig: notSupported(),
  })),
  RoleArn: required(roleArn),
  InputDataConfig: list(channel, { min: 1, max: 20 }),
  OutputDataConfig: required(structure({
    S3OutputPath: required(s3Uri),
    CompressionType: notSupported("GZIP"),
    KmsKeyId: notSupported(""),
  })),
  ResourceConfig: required(structure({
    InstanceType: required(string()),
    InstanceCount: required(integer({ min: 1 })),
    VolumeSizeInGB: required(integer({ min: 1 })),
    VolumeKmsKeyId: notSupported(""),
    InstanceGroups: notSupported(),
    KeepAlivePeriodInSeconds: notSupported(),
    TrainingPlanArn: notSupported(),
    InstancePlacementConfig: notSupported(),
    InstancePreferences: notSupported(),
    SelectedInstanceType: notSupported(),
    SelectedInstanceCount: notSupported(),
  })),
  StoppingCondition: structure({
    MaxRuntimeInSeconds: integer({ min: 1, max: 2419200 }),
    MaxWaitTimeInSeconds: notSupported(),
    MaxPendingTimeInSeconds: integer({ min: 7200, max: 2419200 }),
  }),
  Tags: tagList,
  Environment: map(string({ max: 512 }), {
    max: 100,
    key: string({ max: 512, pattern: /[a-zA-Z_][a-zA-Z0-9_]*/ }),
  }),
  EnableNetworkIsolation: boolean(),
  EnableInterContainerTrafficEncryption: boolean(),
  EnableManagedSpotTraining: notSupported(false),
  VpcConfig: notSupported(),
  CheckpointConfig: notSupported(),
  DebugHookConfig: notSupported(),
  ExperimentConfig: notSupported(),
  ProfilerConfig: notSupported(),
  RetryStrategy: notSupported(),
  DebugRuleConfigurations: notSupported(),
  TensorBoardOutputConfig: notSupported(),
  ProfilerRuleConfigurations: notSupported(),
  RemoteDebugConfig: notSupported(),
  InfraCheckConfig: notSupported(),
  SessionChainingConfig: notSupported(),
  ServerlessJobConfig: notSupported(),
  MlflowConfig: notSupported(),
  ModelPackageConfig: notSupported(),
});

export type CreateTrainingJobInput = shape.Infer<typeof createInput>;
export type Channel = shape.Infer<typeof channel>;

export type TrainingJobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/** A training job as DescribeTrainingJob shows it; times in seconds since the epoch. */
export interface TrainingJob extends Omit<CreateTrainingJobInput, "Tags" | "StoppingCondition"> {
  TrainingJobArn: string;
  StoppingCondition: { MaxRuntimeInSeconds: number; MaxPendingTimeInSeconds?: number };
  TrainingJobStatus: TrainingJobStatus;
  SecondaryStatus: string;
  SecondaryStatusTransitions: {
    Status: string;
    StartTime: number;
    EndTime?: number;
    StatusMessage: string;
  }[];
  ModelArtifacts: { S3ModelArtifacts: string };
  CreationTime: number;
  LastModifiedTime: number;
  FailureReason?: string;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  TrainingTimeInSeconds?: number;
  BillableTimeInSeconds?: number;
  FinalMetricDataList?: { MetricName: string; Value: number; Timestamp: number }[];
}

/** What runs the jobs (training_run.ts). */
export interface TrainingRunner {
  run(job: TrainingJob): void;
  stop(name: string): void;
}

const jobName = structure({ TrainingJobName: required(entityName) });

export function trainingJobOperations(
  core: Core,
  options: { runner: TrainingRunner; tags: Tags; quotas: Readonly<Record<string, number>> },
) {
  const { runner, tags, quotas } = options;
  const jobs = core.store.collection<TrainingJob>("training-jobs");

  /** The job, once the caller may see it. AWS answers ValidationException for an unknown one, not ResourceNotFound. */
  function find(call: Call, action: string, name: string): TrainingJob {
    core.siblings.iam.authorize(call.principal, `sagemaker:${action}`, arnOf(core, "training-job", name));
    const job = jobs.get(name);
    if (!job) throw new AwsError("ValidationException", "Requested resource not found.");
    return job;
  }

  return {
    CreateTrainingJob: operation(createInput, (input, call) => {
      const { iam } = core.siblings;
      const arn = arnOf(core, "training-job", input.TrainingJobName);
      iam.authorize(call.principal, "sagemaker:CreateTrainingJob", arn);
      iam.authorizePassRole(call.principal, input.RoleArn, "sagemaker.amazonaws.com");
      const { TrainingImage, MetricDefinitions } = input.AlgorithmSpecification;
      if (!TrainingImage) {
        throw new AwsError(
          "ValidationException",
          "TrainingImage must be specified in AlgorithmSpecification.",
        );
      }
      checkImage(core, TrainingImage);
      if (MetricDefinitions) {
        throw new AwsError(
          "ValidationException",
          "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request " +
            "without specifying metric definitions.",
        );
      }
      checkInstanceType("training-job", input.ResourceConfig.InstanceType);
      if (jobs.has(input.TrainingJobName)) {
        throw new AwsError(
          "ResourceInUse",
          `Training job names must be unique within an AWS account and region, and a training job with this name ` +
            `already exists (${arn})`,
        );
      }
      checkInputs(core, input);
      const running = jobs.list().filter(({ TrainingJobStatus: status }) =>
        status === "InProgress" || status === "Stopping"
      );
      checkCapacity("training-job", [input.ResourceConfig], running.map((job) => job.ResourceConfig), quotas);
      const { Tags, StoppingCondition, ...rest } = input;
      const now = seconds(core);
      const job: TrainingJob = {
        // What AWS fills in.
        EnableNetworkIsolation: false,
        EnableInterContainerTrafficEncryption: false,
        EnableManagedSpotTraining: false,
        ...rest,
        AlgorithmSpecification: { EnableSageMakerMetricsTimeSeries: false, ...rest.AlgorithmSpecification },
        InputDataConfig: rest.InputDataConfig?.map((channel) => ({
          CompressionType: "None",
          RecordWrapperType: "None",
          ...channel,
        })),
        OutputDataConfig: { KmsKeyId: "", ...rest.OutputDataConfig },
        TrainingJobArn: arn,
        StoppingCondition: { MaxRuntimeInSeconds: 86400, ...StoppingCondition },
        TrainingJobStatus: "InProgress",
        SecondaryStatus: "Starting",
        SecondaryStatusTransitions: [
          { Status: "Starting", StartTime: now, StatusMessage: "Starting the training job" },
        ],
        // Where the model will be; AWS tells from the start.
        ModelArtifacts: {
          S3ModelArtifacts: joinUri(
            input.OutputDataConfig.S3OutputPath,
            `${input.TrainingJobName}/output/model.tar.gz`,
          ),
        },
        CreationTime: now,
        LastModifiedTime: now,
      };
      core.store.transaction(() => {
        jobs.put(input.TrainingJobName, job);
        tags.add(arn, Tags);
      });
      runner.run(job);
      return { TrainingJobArn: arn };
    }),

    DescribeTrainingJob: operation(jobName, ({ TrainingJobName }, call) => {
      return find(call, "DescribeTrainingJob", TrainingJobName);
    }),

    ListTrainingJobs: operation(
      structure({
        ...LIST_MEMBERS,
        ...CHANGE_MEMBERS,
        WarmPoolStatusEquals: notSupported(),
        TrainingPlanArnEquals: notSupported(),
        StatusEquals: string({
          values: ["InProgress", "Completed", "Failed", "Stopping", "Stopped"] as const,
        }),
        SortBy: string({ values: ["Name", "CreationTime", "Status"] as const }),
      }),
      (input, call) => {
        core.siblings.iam.authorize(call.principal, "sagemaker:ListTrainingJobs", "*");
        const all = jobs.list().map((job) => ({
          ...job,
          name: job.TrainingJobName,
          status: job.TrainingJobStatus,
        }));
        const { items, NextToken } = page(all, input);
        return { TrainingJobSummaries: items.map(summary), NextToken };
      },
    ),

    StopTrainingJob: operation(jobName, ({ TrainingJobName }, call) => {
      const job = find(call, "StopTrainingJob", TrainingJobName);
      if (job.TrainingJobStatus === "Stopping") return;
      if (job.TrainingJobStatus !== "InProgress") {
        throw new AwsError(
          "ValidationException",
          `The request was rejected because the training job is in status ${job.TrainingJobStatus}.`,
        );
      }
      runner.stop(TrainingJobName);
    }),

    DeleteTrainingJob: operation(jobName, ({ TrainingJobName }, call) => {
      const job = find(call, "DeleteTrainingJob", TrainingJobName);
      if (job.TrainingJobStatus === "InProgress" || job.TrainingJobStatus === "Stopping") {
        throw new AwsError(
          "ResourceInUse",
          `The training job ${TrainingJobName} is in status ${job.TrainingJobStatus}; stop it first.`,
        );
      }
      core.store.transaction(() => {
        jobs.delete(TrainingJobName);
        tags.remove(job.TrainingJobArn);
      });
    }),
  };
}

function summary(job: TrainingJob): object {
  const { TrainingJobName, TrainingJobArn, CreationTime, TrainingEndTime, LastModifiedTime } = job;
  const { TrainingJobStatus, SecondaryStatus } = job;
  return {
    TrainingJobName,
    TrainingJobArn,
    CreationTime,
    TrainingEndTime,
    LastModifiedTime,
    TrainingJobStatus,
    SecondaryStatus,
  };
}

/** The checks that SageMaker makes with the role's permissions before it accepts a job. */
function checkInputs(core: Core, input: CreateTrainingJobInput): void {
  const { iam, s3 } = core.siblings;
  const { RoleArn } = input;
  const by = trainingAssumer(arnOf(core, "training-job", input.TrainingJobName));
  if (!iam.isAssumable(RoleArn, by)) {
    throw new AwsError(
      "ValidationException",
      `Could not assume role ${RoleArn}. Please ensure that the role exists and allows principal ` +
        `'sagemaker.amazonaws.com' to assume the role.`,
    );
  }
  const { principal } = iam.assumeRole(RoleArn, by, "SageMaker");
  const names = new Set<string>();
  for (const { ChannelName, DataSource, CompressionType, InputMode } of input.InputDataConfig ?? []) {
    if (names.has(ChannelName)) {
      throw new AwsError(
        "ValidationException",
        `Duplicate channel name '${ChannelName}' in inputDataConfig.`,
      );
    }
    names.add(ChannelName);
    const mode = InputMode ?? input.AlgorithmSpecification.TrainingInputMode;
    if (CompressionType === "Gzip" && mode !== "Pipe") {
      throw new AwsError(
        "ValidationException",
        "Compression type must be None for File and FastFile input mode.",
      );
    }
    if (mode !== "File" || DataSource.S3DataSource?.S3DataType !== "S3Prefix") {
      throw new AwsError(
        "ValidationException",
        `The local AWS supports input mode File with S3DataType S3Prefix only (channel '${ChannelName}').`,
      );
    }
    const { bucket, key } = parseS3Uri(DataSource.S3DataSource.S3Uri);
    let found = false;
    try {
      found = s3.listObjects(principal, bucket, key).length > 0;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
    if (!found) {
      throw new AwsError(
        "ValidationException",
        `No S3 objects found under S3 URL "${DataSource.S3DataSource.S3Uri}" given in input data source. Please ensure ` +
          `that the bucket exists in the selected region (${core.region}), that objects exist under that S3 prefix, and ` +
          `that the role "${RoleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
      );
    }
  }
}

/** The input shapes of training jobs. */
import {
  boolean,
  type Infer,
  integer,
  list,
  map,
  notSupported,
  required,
  string,
  structure,
} from "../shapes.ts";
import { entityName, roleArn, s3Uri, tagList, vpcConfig } from "./names.ts";

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

const parameters = map(string({ max: 256 }), { max: 20, key: string({ min: 1, max: 256 }) });

const debugHookConfig = structure({
  LocalPath: string({ max: 4096 }),
  S3OutputPath: required(s3Uri),
  HookParameters: parameters,
  CollectionConfigurations: list(
    structure({ CollectionName: string({ min: 1, max: 256 }), CollectionParameters: parameters }),
    { max: 20 },
  ),
});

const profilerConfig = structure({
  S3OutputPath: s3Uri,
  ProfilingIntervalInMilliseconds: integer(),
  ProfilingParameters: parameters,
  DisableProfiler: boolean(),
});

const retryStrategy = structure({ MaximumRetryAttempts: required(integer({ min: 1, max: 30 })) });

export const createTrainingJobInput = structure({
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
    KeepAlivePeriodInSeconds: integer({ min: 0, max: 21600 }),
    TrainingPlanArn: notSupported(),
    InstancePlacementConfig: notSupported(),
    InstancePreferences: notSupported(),
    SelectedInstanceType: notSupported(),
    SelectedInstanceCount: notSupported(),
  })),
  StoppingCondition: structure({
    MaxRuntimeInSeconds: integer({ min: 1, max: 2419200 }),
    MaxWaitTimeInSeconds: integer({ min: 1 }),
    MaxPendingTimeInSeconds: integer({ min: 7200, max: 2419200 }),
  }),
  Tags: tagList,
  Environment: map(string({ max: 512 }), {
    max: 100,
    key: string({ max: 512, pattern: /[a-zA-Z_][a-zA-Z0-9_]*/ }),
  }),
  EnableNetworkIsolation: boolean(),
  EnableInterContainerTrafficEncryption: boolean(),
  EnableManagedSpotTraining: boolean(),
  VpcConfig: vpcConfig,
  CheckpointConfig: notSupported(),
  DebugHookConfig: debugHookConfig,
  ExperimentConfig: notSupported(),
  ProfilerConfig: profilerConfig,
  RetryStrategy: retryStrategy,
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

export type CreateTrainingJobInput = Infer<typeof createTrainingJobInput>;
export type Channel = Infer<typeof channel>;

/** The input shapes of models and endpoint configurations. */
import {
  boolean,
  type Infer,
  integer,
  list,
  map,
  notSupported,
  number,
  required,
  string,
  structure,
} from "../shapes.ts";
import { entityName, roleArn, s3Uri, tagList, vpcConfig } from "./names.ts";

export const createModelInput = structure({
  ModelName: required(entityName),
  PrimaryContainer: structure({
    ContainerHostname: string({ max: 63 }),
    Image: required(string({ max: 255 })),
    ImageConfig: notSupported(),
    Mode: string({ values: ["SingleModel", "MultiModel"] as const }),
    ModelDataUrl: s3Uri,
    ModelDataSource: notSupported(),
    AdditionalModelDataSources: notSupported(),
    Environment: map(string({ max: 1024 }), {
      max: 100,
      key: string({ max: 1024, pattern: /[a-zA-Z_][a-zA-Z0-9_]*/ }),
    }),
    ModelPackageName: notSupported(),
    InferenceSpecificationName: notSupported(),
    ContainerMetricsConfig: notSupported(),
    MultiModelConfig: notSupported(),
  }),
  Containers: notSupported(),
  InferenceExecutionConfig: notSupported(),
  ExecutionRoleArn: roleArn,
  Tags: tagList,
  VpcConfig: vpcConfig,
  EnableNetworkIsolation: boolean(),
});

const contentType = string({
  min: 1,
  max: 256,
  pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*/,
});

const dataCaptureConfig = structure({
  EnableCapture: boolean(),
  InitialSamplingPercentage: required(integer({ min: 0, max: 100 })),
  DestinationS3Uri: required(string({ max: 512, pattern: /(https|s3):\/\/([^\/]+)\/?(.*)/ })),
  KmsKeyId: notSupported(""),
  CaptureOptions: required(list(
    structure({ CaptureMode: required(string({ values: ["Input", "Output", "InputAndOutput"] as const })) }),
    { min: 1, max: 32 },
  )),
  CaptureContentTypeHeader: structure({
    CsvContentTypes: list(contentType, { min: 1, max: 10 }),
    JsonContentTypes: list(contentType, { min: 1, max: 10 }),
  }),
});

const productionVariant = structure({
  VariantName: required(entityName),
  ModelName: required(entityName),
  InitialInstanceCount: integer({ min: 1 }),
  InstanceType: string(),
  InitialVariantWeight: number({ min: 0 }),
  VolumeSizeInGB: integer({ min: 1, max: 512 }),
  ModelDataDownloadTimeoutInSeconds: integer({ min: 60, max: 3600 }),
  ContainerStartupHealthCheckTimeoutInSeconds: integer({ min: 60, max: 3600 }),
  ServerlessConfig: notSupported(),
  AcceleratorType: notSupported(),
  CoreDumpConfig: notSupported(),
  EnableSSMAccess: notSupported(),
  ManagedInstanceScaling: notSupported(),
  RoutingConfig: notSupported(),
  InferenceAmiVersion: notSupported(),
  InstancePools: notSupported(),
  VariantInstanceProvisionTimeoutInSeconds: notSupported(),
  CapacityReservationConfig: notSupported(),
  AcceleratorPartitionLayouts: notSupported(),
});

export const createEndpointConfigInput = structure({
  EndpointConfigName: required(entityName),
  ProductionVariants: required(list(productionVariant, { min: 1, max: 10 })),
  DataCaptureConfig: dataCaptureConfig,
  Tags: tagList,
  KmsKeyId: notSupported(""),
  AsyncInferenceConfig: notSupported(),
  ExplainerConfig: notSupported(),
  ShadowProductionVariants: notSupported(),
  ExecutionRoleArn: notSupported(),
  VpcConfig: notSupported(),
  EnableNetworkIsolation: notSupported(false),
  MetricsConfig: notSupported(),
  CrossRegionTrafficConfig: notSupported(),
});

export type CreateModelInput = Infer<typeof createModelInput>;
export type DataCaptureConfig = Infer<typeof dataCaptureConfig>;
export type ProductionVariant = Infer<typeof productionVariant>;

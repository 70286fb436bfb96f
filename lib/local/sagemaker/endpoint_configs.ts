/** CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import * as shape from "../legacy_shapes.ts";
import { checkInstanceType } from "./images.ts";
import { LIST_MEMBERS, page } from "./listing.ts";
import type { Model } from "./models.ts";
import { alreadyExists, arnOf, couldNotFind, entityName, seconds } from "./names.ts";
import { tagList, type Tags } from "./tags.ts";

const { boolean, integer, list, notSupported, number, required, string, structure } = shape;

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

const createInput = structure({
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

export type DataCaptureConfig = shape.Infer<typeof dataCaptureConfig>;
type Variant = shape.Infer<typeof productionVariant>;

/** An endpoint configuration as DescribeEndpointConfig shows it. */
export interface EndpointConfig {
  EndpointConfigName: string;
  EndpointConfigArn: string;
  ProductionVariants:
    (Variant & { InitialInstanceCount: number; InstanceType: string; InitialVariantWeight: number })[];
  DataCaptureConfig?: DataCaptureConfig;
  CreationTime: number;
}

export function endpointConfigOperations(core: Core, tags: Tags) {
  const configs = core.store.collection<EndpointConfig>("endpoint-configs");
  const models = core.store.collection<Model>("models");

  function find(call: Call, action: string, name: string): EndpointConfig {
    const arn = arnOf(core, "endpoint-config", name);
    core.siblings.iam.authorize(call.principal, `sagemaker:${action}`, arn);
    const config = configs.get(name);
    if (!config) throw couldNotFind("endpoint configuration", arn);
    return config;
  }

  /** A variant with its defaults. @throws AwsError for an unknown model or instance type */
  function complete(variant: Variant) {
    const { ModelName, InstanceType, InitialInstanceCount } = variant;
    if (!InstanceType || !InitialInstanceCount) {
      throw new AwsError(
        "ValidationException",
        `Production variant ${variant.VariantName} needs InstanceType and InitialInstanceCount.`,
      );
    }
    checkInstanceType("endpoint", InstanceType);
    if (!models.has(ModelName)) throw couldNotFind("model", arnOf(core, "model", ModelName));
    return { InitialVariantWeight: 1, ...variant, InstanceType, InitialInstanceCount };
  }

  const configName = structure({ EndpointConfigName: required(entityName) });

  return {
    CreateEndpointConfig: operation(createInput, (input, call) => {
      const { EndpointConfigName, ProductionVariants, DataCaptureConfig, Tags } = input;
      const arn = arnOf(core, "endpoint-config", EndpointConfigName);
      core.siblings.iam.authorize(call.principal, "sagemaker:CreateEndpointConfig", arn);
      if (configs.has(EndpointConfigName)) throw alreadyExists("endpoint configuration", arn);
      const variants = ProductionVariants.map(complete);
      if (new Set(variants.map((variant) => variant.VariantName)).size < variants.length) {
        throw new AwsError("ValidationException", "Production variant names must be unique.");
      }
      if (variants.every((variant) => variant.InitialVariantWeight === 0)) {
        throw new AwsError(
          "ValidationException",
          "At least one production variant must have a positive weight.",
        );
      }
      core.store.transaction(() => {
        configs.put(EndpointConfigName, {
          EndpointConfigName,
          EndpointConfigArn: arn,
          ProductionVariants: variants,
          DataCaptureConfig,
          CreationTime: seconds(core),
        });
        tags.add(arn, Tags);
      });
      return { EndpointConfigArn: arn };
    }),

    DescribeEndpointConfig: operation(
      configName,
      ({ EndpointConfigName }, call) => find(call, "DescribeEndpointConfig", EndpointConfigName),
    ),

    ListEndpointConfigs: operation(
      structure({ ...LIST_MEMBERS, SortBy: string({ values: ["Name", "CreationTime"] as const }) }),
      (input, call) => {
        core.siblings.iam.authorize(call.principal, "sagemaker:ListEndpointConfigs", "*");
        const all = configs.list().map((config) => ({ ...config, name: config.EndpointConfigName }));
        const { items, NextToken } = page(all, input);
        return {
          EndpointConfigs: items.map(({ EndpointConfigName, EndpointConfigArn, CreationTime }) => ({
            EndpointConfigName,
            EndpointConfigArn,
            CreationTime,
          })),
          NextToken,
        };
      },
    ),

    DeleteEndpointConfig: operation(configName, ({ EndpointConfigName }, call) => {
      const config = find(call, "DeleteEndpointConfig", EndpointConfigName);
      core.store.transaction(() => {
        configs.delete(EndpointConfigName);
        tags.remove(config.EndpointConfigArn);
      });
    }),
  };
}

/** CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig. */
import { required, string, structure } from "../shapes.ts";
import {
  existingConfig,
  existingModel,
  onEndpointConfig,
  operation,
  type SageMakerContext,
} from "./context.ts";
import { alreadyExists, invalid } from "./errors.ts";
import { createEndpointConfigInput, type ProductionVariant } from "./hosting_shapes.ts";
import { checkInstanceType } from "./instances.ts";
import { LIST_MEMBERS, listed } from "./listing.ts";
import { entityName, seconds } from "./names.ts";
import type { Variant } from "./records.ts";
import { tag } from "./tags.ts";

const named = structure({ EndpointConfigName: required(entityName) });

export const createEndpointConfig = operation({
  action: "sagemaker:CreateEndpointConfig",
  tagging: "sagemaker:AddTags",
  input: createEndpointConfigInput,
  resource: onEndpointConfig,
  run(input, sagemaker) {
    const { EndpointConfigName, ProductionVariants, DataCaptureConfig, Tags } = input;
    const { core, configs } = sagemaker;
    const EndpointConfigArn = onEndpointConfig(input, sagemaker);
    if (configs.has(EndpointConfigName)) throw alreadyExists("endpoint configuration", EndpointConfigArn);
    const variants = ProductionVariants.map((variant) => complete(variant, sagemaker));
    if (new Set(variants.map(({ VariantName }) => VariantName)).size < variants.length) {
      throw invalid("Production variant names must be unique.");
    }
    if (variants.every(({ InitialVariantWeight }) => InitialVariantWeight === 0)) {
      throw invalid("At least one production variant must have a positive weight.");
    }
    core.store.transaction(() => {
      configs.put(EndpointConfigName, {
        EndpointConfigName,
        EndpointConfigArn,
        ProductionVariants: variants,
        DataCaptureConfig,
        CreationTime: seconds(core),
      });
      tag(sagemaker, EndpointConfigArn, Tags);
    });
    return { EndpointConfigArn };
  },
});

export const describeEndpointConfig = operation({
  action: "sagemaker:DescribeEndpointConfig",
  input: named,
  resource: onEndpointConfig,
  run: ({ EndpointConfigName }, sagemaker) => existingConfig(sagemaker, EndpointConfigName),
});

export const listEndpointConfigs = operation({
  action: "sagemaker:ListEndpointConfigs",
  input: structure({ ...LIST_MEMBERS, SortBy: string({ values: ["Name", "CreationTime"] as const }) }),
  run(input, { configs }) {
    const { items: EndpointConfigs, NextToken } = listed(configs.list(), input, {
      name: "EndpointConfigName",
      summary: ["EndpointConfigName", "EndpointConfigArn", "CreationTime"],
    });
    return { EndpointConfigs, NextToken };
  },
});

export const deleteEndpointConfig = operation({
  action: "sagemaker:DeleteEndpointConfig",
  input: named,
  resource: onEndpointConfig,
  run({ EndpointConfigName }, sagemaker) {
    const { EndpointConfigArn } = existingConfig(sagemaker, EndpointConfigName);
    sagemaker.core.store.transaction(() => {
      sagemaker.configs.delete(EndpointConfigName);
      sagemaker.tags.delete(EndpointConfigArn);
    });
  },
});

/** A variant with its defaults. @throws AwsError for an unknown model or instance type */
function complete(variant: ProductionVariant, sagemaker: SageMakerContext): Variant {
  const { VariantName, ModelName, InstanceType, InitialInstanceCount } = variant;
  if (!InstanceType || !InitialInstanceCount) {
    throw invalid(`Production variant ${VariantName} needs InstanceType and InitialInstanceCount.`);
  }
  checkInstanceType("endpoint", InstanceType);
  existingModel(sagemaker, ModelName);
  return { InitialVariantWeight: 1, ...variant, InstanceType, InitialInstanceCount };
}

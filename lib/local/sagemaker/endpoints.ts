/** CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint, DeleteEndpoint. */
import { notSupported, required, string, structure } from "../shapes.ts";
import { existingConfig, existingModel, onEndpoint, operation, type SageMakerContext } from "./context.ts";
import { alreadyExists, couldNotFind, invalid } from "./errors.ts";
import { checkCapacity, type Instances } from "./instances.ts";
import { CHANGE_MEMBERS, LIST_MEMBERS, listed } from "./listing.ts";
import { entityName, seconds, tagList } from "./names.ts";
import type { Deployment, Endpoint, EndpointConfig } from "./records.ts";
import { tag } from "./tags.ts";

const named = structure({ EndpointName: required(entityName) });

export const createEndpoint = operation({
  action: "sagemaker:CreateEndpoint",
  tagging: "sagemaker:AddTags",
  input: structure({
    EndpointName: required(entityName),
    EndpointConfigName: required(entityName),
    DeploymentConfig: notSupported(),
    Tags: tagList,
  }),
  resource: onEndpoint,
  run(input, sagemaker) {
    const { EndpointName, EndpointConfigName, Tags } = input;
    const { core, endpoints, deployments } = sagemaker;
    const EndpointArn = onEndpoint(input, sagemaker);
    if (endpoints.has(EndpointName)) throw alreadyExists("endpoint", EndpointArn);
    const next = deploymentOf(EndpointConfigName, sagemaker);
    const now = seconds(core);
    core.store.transaction(() => {
      endpoints.put(EndpointName, {
        EndpointName,
        EndpointArn,
        EndpointConfigName,
        EndpointStatus: "Creating",
        CreationTime: now,
        LastModifiedTime: now,
        next,
      });
      tag(sagemaker, EndpointArn, Tags);
    });
    deployments.build(EndpointName);
    return { EndpointArn };
  },
});

export const describeEndpoint = operation({
  action: "sagemaker:DescribeEndpoint",
  input: named,
  resource: onEndpoint,
  run(input, sagemaker) {
    const { deployment, next: _next, ...endpoint } = existing(input, sagemaker);
    return { ...endpoint, ...deployment && describeDeployment(deployment) };
  },
});

export const listEndpoints = operation({
  action: "sagemaker:ListEndpoints",
  input: structure({
    ...LIST_MEMBERS,
    ...CHANGE_MEMBERS,
    StatusEquals: string({ values: ["Creating", "Updating", "InService", "Deleting", "Failed"] as const }),
    SortBy: string({ values: ["Name", "CreationTime", "Status"] as const }),
  }),
  run(input, { endpoints }) {
    const { items: Endpoints, NextToken } = listed(endpoints.list(), input, {
      name: "EndpointName",
      status: "EndpointStatus",
      summary: ["EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"],
    });
    return { Endpoints, NextToken };
  },
});

export const updateEndpoint = operation({
  action: "sagemaker:UpdateEndpoint",
  input: structure({
    EndpointName: required(entityName),
    EndpointConfigName: required(entityName),
    RetainAllVariantProperties: notSupported(),
    ExcludeRetainedVariantProperties: notSupported(),
    RetainDeploymentConfig: notSupported(),
    DeploymentConfig: notSupported(),
  }),
  resource: onEndpoint,
  run(input, sagemaker) {
    const { EndpointName, EndpointConfigName } = input;
    const { core, endpoints, deployments } = sagemaker;
    const endpoint = existing(input, sagemaker);
    const { EndpointArn } = endpoint;
    checkSettled(endpoint);
    if (endpoint.EndpointStatus === "Failed") {
      throw invalid(`Cannot update failed endpoint "${EndpointArn}".`);
    }
    const next = deploymentOf(EndpointConfigName, sagemaker);
    if (EndpointConfigName === endpoint.EndpointConfigName) {
      throw invalid(
        `Cannot update endpoint "${EndpointArn}" with the configuration that it already uses.`,
      );
    }
    endpoints.put(EndpointName, {
      ...endpoint,
      EndpointStatus: "Updating",
      LastModifiedTime: seconds(core),
      next,
    });
    deployments.build(EndpointName);
    return { EndpointArn };
  },
});

export const deleteEndpoint = operation({
  action: "sagemaker:DeleteEndpoint",
  input: named,
  resource: onEndpoint,
  run(input, sagemaker) {
    const { core, endpoints, tags, deployments } = sagemaker;
    const endpoint = existing(input, sagemaker);
    checkSettled(endpoint);
    core.store.transaction(() => {
      endpoints.put(input.EndpointName, {
        ...endpoint,
        EndpointStatus: "Deleting",
        LastModifiedTime: seconds(core),
      });
      tags.delete(endpoint.EndpointArn);
    });
    deployments.remove(input.EndpointName);
  },
});

function existing(input: { EndpointName: string }, sagemaker: SageMakerContext): Endpoint {
  const endpoint = sagemaker.endpoints.get(input.EndpointName);
  if (!endpoint) throw couldNotFind("endpoint", onEndpoint(input, sagemaker));
  return endpoint;
}

/** @throws AwsError ValidationException while the endpoint is created, updated or deleted */
function checkSettled({ EndpointStatus, EndpointArn }: Endpoint): void {
  if (EndpointStatus === "InService" || EndpointStatus === "Failed") return;
  throw invalid(`Cannot update in-progress endpoint "${EndpointArn}".`);
}

/** A new deployment of a configuration. @throws AwsError when it or a model does not exist, or quotas are exceeded */
function deploymentOf(configName: string, sagemaker: SageMakerContext): Deployment {
  const config = existingConfig(sagemaker, configName);
  const models = config.ProductionVariants.map(({ VariantName, ModelName }) =>
    [VariantName, existingModel(sagemaker, ModelName)] as const
  );
  const running = sagemaker.endpoints.list().flatMap(({ deployment, next }) => [
    ...instances(deployment?.config),
    ...instances(next?.config),
  ]);
  checkCapacity("endpoint", instances(config), running, sagemaker.quotas);
  return { id: crypto.randomUUID(), config, models: Object.fromEntries(models) };
}

function instances(config: EndpointConfig | undefined): Instances[] {
  return (config?.ProductionVariants ?? []).map(({ InstanceType, InitialInstanceCount }) => ({
    InstanceType,
    InstanceCount: InitialInstanceCount,
  }));
}

/** The members of DescribeEndpoint about the deployment. */
function describeDeployment({ config, models }: Deployment) {
  const { ProductionVariants, DataCaptureConfig: capture } = config;
  return {
    ProductionVariants: ProductionVariants.map(
      ({ VariantName, InitialVariantWeight, InitialInstanceCount }) => {
        const { Image } = models[VariantName]!.PrimaryContainer;
        return {
          VariantName,
          DeployedImages: [{ SpecifiedImage: Image, ResolvedImage: Image }],
          CurrentWeight: InitialVariantWeight,
          DesiredWeight: InitialVariantWeight,
          CurrentInstanceCount: InitialInstanceCount,
          DesiredInstanceCount: InitialInstanceCount,
        };
      },
    ),
    DataCaptureConfig: capture && {
      EnableCapture: capture.EnableCapture ?? false,
      CaptureStatus: capture.EnableCapture ? "Started" : "Stopped",
      CurrentSamplingPercentage: capture.InitialSamplingPercentage,
      DestinationS3Uri: capture.DestinationS3Uri,
      KmsKeyId: "",
    },
  };
}

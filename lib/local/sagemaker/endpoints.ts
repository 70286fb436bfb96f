/** CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint, DeleteEndpoint. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import * as shape from "../legacy_shapes.ts";
import type { EndpointConfig } from "./endpoint_configs.ts";
import type { Fleet } from "./fleet.ts";
import { checkCapacity, type Instances } from "./images.ts";
import { CHANGE_MEMBERS, LIST_MEMBERS, page } from "./listing.ts";
import type { Model } from "./models.ts";
import { alreadyExists, arnOf, couldNotFind, entityName, seconds } from "./names.ts";
import { tagList, type Tags } from "./tags.ts";

const { notSupported, required, string, structure } = shape;

export type EndpointStatus = "Creating" | "Updating" | "InService" | "Deleting" | "Failed";

/** What serves an endpoint: a snapshot, so that deleting the model or the configuration does not end the service. */
export interface Deployment {
  /** Names the folder with the unpacked models. */
  id: string;
  config: EndpointConfig;
  /** By variant. */
  models: Record<string, Model>;
}

/** An endpoint as it is stored; its name is unique whatever its case, so the key is in lower case. */
export interface Endpoint {
  EndpointName: string;
  EndpointArn: string;
  EndpointConfigName: string;
  EndpointStatus: EndpointStatus;
  CreationTime: number;
  LastModifiedTime: number;
  FailureReason?: string;
  /** What answers invocations now. */
  deployment?: Deployment;
  /** What is being built, while Creating or Updating. */
  next?: Deployment;
}

export function endpointOperations(
  core: Core,
  { fleet, tags, quotas }: { fleet: Fleet; tags: Tags; quotas: Readonly<Record<string, number>> },
) {
  const endpoints = core.store.collection<Endpoint>("endpoints");
  const configs = core.store.collection<EndpointConfig>("endpoint-configs");
  const models = core.store.collection<Model>("models");

  function find(call: Call, action: string, name: string): Endpoint {
    const arn = arnOf(core, "endpoint", name);
    core.siblings.iam.authorize(call.principal, `sagemaker:${action}`, arn);
    const endpoint = endpoints.get(name.toLowerCase());
    if (!endpoint) throw couldNotFind("endpoint", arn);
    return endpoint;
  }

  /** What is to serve a configuration. @throws AwsError for an unknown one, or instances that are not to be had */
  function deploymentOf(configName: string): Deployment {
    const config = configs.get(configName);
    if (!config) throw couldNotFind("endpoint configuration", arnOf(core, "endpoint-config", configName));
    const byVariant = config.ProductionVariants.map(({ VariantName, ModelName }) => {
      const model = models.get(ModelName);
      if (!model) throw couldNotFind("model", arnOf(core, "model", ModelName));
      return [VariantName, model] as const;
    });
    const running = endpoints.list().flatMap(({ deployment, next }) => [
      ...instances(deployment?.config),
      ...instances(next?.config),
    ]);
    checkCapacity("endpoint", instances(config), running, quotas);
    return { id: crypto.randomUUID(), config, models: Object.fromEntries(byVariant) };
  }

  function refuseInProgress({ EndpointStatus, EndpointArn }: Endpoint): void {
    if (EndpointStatus === "InService" || EndpointStatus === "Failed") return;
    throw new AwsError("ValidationException", `Cannot update in-progress endpoint "${EndpointArn}".`);
  }

  const endpointName = structure({ EndpointName: required(entityName) });

  return {
    CreateEndpoint: operation(
      structure({
        EndpointName: required(entityName),
        EndpointConfigName: required(entityName),
        DeploymentConfig: notSupported(),
        Tags: tagList,
      }),
      ({ EndpointName, EndpointConfigName, Tags }, call) => {
        const arn = arnOf(core, "endpoint", EndpointName);
        core.siblings.iam.authorize(call.principal, "sagemaker:CreateEndpoint", arn);
        if (endpoints.has(EndpointName.toLowerCase())) throw alreadyExists("endpoint", arn);
        const next = deploymentOf(EndpointConfigName);
        const now = seconds(core);
        const endpoint: Endpoint = {
          EndpointName,
          EndpointArn: arn,
          EndpointConfigName,
          EndpointStatus: "Creating",
          CreationTime: now,
          LastModifiedTime: now,
          next,
        };
        core.store.transaction(() => {
          endpoints.put(EndpointName.toLowerCase(), endpoint);
          tags.add(arn, Tags);
        });
        fleet.build(EndpointName);
        return { EndpointArn: arn };
      },
    ),

    DescribeEndpoint: operation(endpointName, ({ EndpointName }, call) => {
      const { deployment, next: _next, ...endpoint } = find(call, "DescribeEndpoint", EndpointName);
      if (!deployment) return endpoint;
      const { ProductionVariants, DataCaptureConfig: capture } = deployment.config;
      return {
        ...endpoint,
        ProductionVariants: ProductionVariants.map((variant) => ({
          VariantName: variant.VariantName,
          DeployedImages: [{
            SpecifiedImage: deployment.models[variant.VariantName]!.PrimaryContainer.Image,
            ResolvedImage: deployment.models[variant.VariantName]!.PrimaryContainer.Image,
          }],
          CurrentWeight: variant.InitialVariantWeight,
          DesiredWeight: variant.InitialVariantWeight,
          CurrentInstanceCount: variant.InitialInstanceCount,
          DesiredInstanceCount: variant.InitialInstanceCount,
        })),
        DataCaptureConfig: capture && {
          EnableCapture: capture.EnableCapture ?? false,
          CaptureStatus: capture.EnableCapture ? "Started" : "Stopped",
          CurrentSamplingPercentage: capture.InitialSamplingPercentage,
          DestinationS3Uri: capture.DestinationS3Uri,
          KmsKeyId: "",
        },
      };
    }),

    ListEndpoints: operation(
      structure({
        ...LIST_MEMBERS,
        ...CHANGE_MEMBERS,
        StatusEquals: string({
          values: ["Creating", "Updating", "InService", "Deleting", "Failed"] as const,
        }),
        SortBy: string({ values: ["Name", "CreationTime", "Status"] as const }),
      }),
      (input, call) => {
        core.siblings.iam.authorize(call.principal, "sagemaker:ListEndpoints", "*");
        const all = endpoints.list().map((one) => ({
          ...one,
          name: one.EndpointName,
          status: one.EndpointStatus,
        }));
        const { items, NextToken } = page(all, input);
        return {
          Endpoints: items.map((
            { EndpointName, EndpointArn, CreationTime, LastModifiedTime, EndpointStatus },
          ) => ({
            EndpointName,
            EndpointArn,
            CreationTime,
            LastModifiedTime,
            EndpointStatus,
          })),
          NextToken,
        };
      },
    ),

    UpdateEndpoint: operation(
      structure({
        EndpointName: required(entityName),
        EndpointConfigName: required(entityName),
        RetainAllVariantProperties: notSupported(),
        ExcludeRetainedVariantProperties: notSupported(),
        RetainDeploymentConfig: notSupported(),
        DeploymentConfig: notSupported(),
      }),
      ({ EndpointName, EndpointConfigName }, call) => {
        const endpoint = find(call, "UpdateEndpoint", EndpointName);
        refuseInProgress(endpoint);
        if (endpoint.EndpointStatus === "Failed") {
          throw new AwsError(
            "ValidationException",
            `Cannot update failed endpoint "${endpoint.EndpointArn}".`,
          );
        }
        const next = deploymentOf(EndpointConfigName);
        if (EndpointConfigName === endpoint.EndpointConfigName) {
          throw new AwsError(
            "ValidationException",
            `Cannot update endpoint "${endpoint.EndpointArn}" with the configuration that it already uses.`,
          );
        }
        endpoints.put(EndpointName.toLowerCase(), {
          ...endpoint,
          EndpointStatus: "Updating",
          LastModifiedTime: seconds(core),
          next,
        });
        fleet.build(EndpointName);
        return { EndpointArn: endpoint.EndpointArn };
      },
    ),

    DeleteEndpoint: operation(endpointName, ({ EndpointName }, call) => {
      const endpoint = find(call, "DeleteEndpoint", EndpointName);
      refuseInProgress(endpoint);
      endpoints.put(EndpointName.toLowerCase(), {
        ...endpoint,
        EndpointStatus: "Deleting",
        LastModifiedTime: seconds(core),
      });
      tags.remove(endpoint.EndpointArn);
      fleet.remove(EndpointName);
    }),
  };
}

function instances(config: EndpointConfig | undefined): Instances[] {
  return (config?.ProductionVariants ?? []).map(({ InstanceType, InitialInstanceCount }) => ({
    InstanceType,
    InstanceCount: InitialInstanceCount,
  }));
}

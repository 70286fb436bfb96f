/** What SageMaker's operations share: records, the objects that do the work, resources and look-ups. */
import { operationsOn } from "../operation.ts";
import type { Core } from "../core.ts";
import type { QuotaValue } from "../quotas.ts";
import type { Captures } from "./captures.ts";
import type { Deployments } from "./deployments.ts";
import { couldNotFind } from "./errors.ts";
import type { Fleet } from "./fleet.ts";
import { arnOf } from "./names.ts";
import type { EndpointConfig, Model, Records } from "./records.ts";
import type { TrainingRuns } from "./training_runs.ts";

export interface SageMakerContext extends Records {
  readonly core: Core;
  readonly quotas: QuotaValue;
  readonly runs: TrainingRuns;
  readonly deployments: Deployments;
  readonly fleet: Fleet;
  readonly captures: Captures;
}

export const operation = operationsOn<SageMakerContext>();

/** An operation's `resource`: the ARN of the job, model, endpoint configuration or endpoint. */
export const onTrainingJob = arnBy("TrainingJobName", "training-job");
export const onModel = arnBy("ModelName", "model");
export const onEndpointConfig = arnBy("EndpointConfigName", "endpoint-config");
export const onEndpoint = arnBy("EndpointName", "endpoint");

function arnBy<M extends string>(member: M, kind: string) {
  return (input: { readonly [K in M]: string }, { core }: Pick<SageMakerContext, "core">): string =>
    arnOf(core, kind, input[member]);
}

/** @throws AwsError ValidationException */
export function existingModel(sagemaker: SageMakerContext, ModelName: string): Model {
  const model = sagemaker.models.get(ModelName);
  if (model) return model;
  throw couldNotFind("model", onModel({ ModelName }, sagemaker));
}

/** @throws AwsError ValidationException */
export function existingConfig(sagemaker: SageMakerContext, EndpointConfigName: string): EndpointConfig {
  const config = sagemaker.configs.get(EndpointConfigName);
  if (config) return config;
  throw couldNotFind("endpoint configuration", onEndpointConfig({ EndpointConfigName }, sagemaker));
}

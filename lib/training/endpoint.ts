/** Deploys a model to an endpoint: creates it, updates it if it serves another model, or leaves it if it serves this one. */
import { isDeepStrictEqual } from "node:util";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  type ProductionVariant,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { retryWhile, roleIsPropagating } from "../aws/retries.ts";
import { UnexpectedStatusError, waitFor } from "../aws/waiting.ts";
import { timestamp } from "../names.ts";
import type { DataCaptureConfig } from "./data_capture_config.ts";
import { Predictor } from "./predictor.ts";

export interface DeployProgress {
  /** Called with the endpoint's status each time it changes. */
  status?(status: string): void;
}

interface DeployOptions extends DeployProgress {
  endpointName: string;
  imageUri: string;
  role: string;
  modelData: string;
  instanceType?: string;
  initialInstanceCount?: number;
  dataCaptureConfig?: DataCaptureConfig;
  signal?: AbortSignal;
}

/** AWS takes about 7 minutes, and gives up after 24 on a container that fails its health check. */
const TIMEOUT_SECONDS = 1800;

/** The name that SageMaker's SDK gives the only variant; the keys of captured records contain it. */
export const VARIANT_NAME = "AllTraffic";

/**
 * Deploys a model and waits until the endpoint serves it.
 * @throws UnexpectedStatusError if the endpoint fails or the update is rolled back; TimedOutError
 */
export async function deployModel(aws: Aws, options: DeployOptions): Promise<Predictor> {
  const { sagemaker } = aws;
  const { endpointName: EndpointName, signal } = options;
  const predictor = new Predictor(aws, EndpointName);
  const existing = await settledEndpoint(aws, options);
  const before = existing && await servedBy(aws, existing);
  const name = `${EndpointName}-${timestamp()}`;
  const variant: ProductionVariant = {
    VariantName: VARIANT_NAME,
    ModelName: name,
    InitialInstanceCount: options.initialInstanceCount ?? 1,
    InstanceType: (options.instanceType ?? "ml.m5.xlarge") as ProductionVariant["InstanceType"],
    InitialVariantWeight: 1,
  };
  const DataCaptureConfig = options.dataCaptureConfig?.toRequest();
  if (before && serves(before, { ...options, variant, DataCaptureConfig })) {
    options.status?.("InService");
    return predictor;
  }
  await retryWhile(roleIsPropagating, () =>
    sagemaker.send(
      new CreateModelCommand({
        ModelName: name,
        ExecutionRoleArn: options.role,
        PrimaryContainer: { Image: options.imageUri, ModelDataUrl: options.modelData },
      }),
      { abortSignal: signal },
    ), options);
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [variant],
      DataCaptureConfig,
    }),
  );
  const target = { EndpointName, EndpointConfigName: name };
  // What was just created may not be visible yet to the next call.
  await retryWhile(
    (error) => /Could not find (endpoint configuration|model)/.test(error.message),
    async () =>
      existing
        ? await sagemaker.send(new UpdateEndpointCommand(target))
        : await sagemaker.send(new CreateEndpointCommand(target)),
    options,
  );
  const { EndpointConfigName, FailureReason } = (await settledEndpoint(aws, options))!;
  if (EndpointConfigName !== name) {
    throw new UnexpectedStatusError(
      `The update of endpoint ${EndpointName}`,
      "rolled back",
      FailureReason ?? "",
    );
  }
  if (before) await discard(aws, before);
  return predictor;
}

/**
 * The predictor of an endpoint that is in service.
 * @throws Error that says to run the second notebook if there is none
 */
export async function findEndpoint(aws: Aws, endpointName: string): Promise<Predictor> {
  const status = (await describe(aws, endpointName))?.EndpointStatus;
  if (status === "InService" || status === "Updating" || status === "SystemUpdating") {
    return new Predictor(aws, endpointName);
  }
  throw new Error(
    `The endpoint ${endpointName} ${status ? `is ${status}` : "does not exist"}. ` +
      `Run notebook 2, training and deployment, first.`,
  );
}

/** Removes an endpoint with its configuration and models, and waits until it is gone. Returns whether there was one. */
export async function deleteEndpoint(
  aws: Aws,
  endpointName: string,
  progress: DeployProgress = {},
): Promise<boolean> {
  const options = { ...progress, endpointName };
  const existing = await describe(aws, endpointName);
  if (!existing) return false;
  const settled = await settledEndpoint(aws, { ...options, acceptFailed: true });
  const before = settled && await servedBy(aws, settled);
  if (settled) await aws.sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
  await waitFor(`Deleting endpoint ${endpointName}`, {
    everySeconds: aws.pollSeconds,
    timeoutSeconds: TIMEOUT_SECONDS,
  }, async () => await describe(aws, endpointName) ? undefined : true);
  if (before) await discard(aws, before);
  return true;
}

/** The endpoint once it is not changing; undefined if there is none. A failed one is deleted, the only thing AWS allows. */
async function settledEndpoint(
  aws: Aws,
  { endpointName, status, signal, acceptFailed }:
    & Pick<DeployOptions, "endpointName" | "status" | "signal">
    & {
      acceptFailed?: boolean;
    },
): Promise<DescribeEndpointCommandOutput | undefined> {
  let said = "";
  const settled = await waitFor(
    `Endpoint ${endpointName}`,
    { everySeconds: aws.pollSeconds, timeoutSeconds: TIMEOUT_SECONDS, signal },
    async () => {
      const endpoint = await describe(aws, endpointName);
      if (!endpoint) return { endpoint };
      const now = endpoint.EndpointStatus!;
      if (now !== said) status?.(now);
      said = now;
      return ["InService", "Failed", "OutOfService"].includes(said) ? { endpoint } : undefined;
    },
  );
  if (settled.endpoint?.EndpointStatus !== "Failed" || acceptFailed) return settled.endpoint;
  await deleteEndpoint(aws, endpointName);
  throw new UnexpectedStatusError(`Endpoint ${endpointName}`, "Failed", settled.endpoint.FailureReason ?? "");
}

async function describe(aws: Aws, EndpointName: string): Promise<DescribeEndpointCommandOutput | undefined> {
  try {
    return await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
  } catch (error) {
    if (error instanceof Error && /Could not find endpoint/.test(error.message)) return undefined;
    throw error;
  }
}

/** The configuration and models of an endpoint; undefined if one of them no longer exists. */
async function servedBy({ sagemaker }: Aws, { EndpointConfigName }: DescribeEndpointCommandOutput) {
  try {
    const config = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const names = config.ProductionVariants!.map((variant) => variant.ModelName!);
    const models = await Promise.all(
      names.map((ModelName) => sagemaker.send(new DescribeModelCommand({ ModelName }))),
    );
    return { config, models };
  } catch (error) {
    if (error instanceof Error && /Could not find/.test(error.message)) return undefined;
    throw error;
  }
}

type Served = NonNullable<Awaited<ReturnType<typeof servedBy>>>;

function serves(
  { config, models }: Served,
  wanted: Pick<DeployOptions, "imageUri" | "modelData"> & {
    variant: ProductionVariant;
    DataCaptureConfig?: object;
  },
): boolean {
  const [variant] = config.ProductionVariants!;
  const [model] = models;
  return models.length === 1 &&
    model?.PrimaryContainer?.Image === wanted.imageUri &&
    model?.PrimaryContainer?.ModelDataUrl === wanted.modelData &&
    variant?.InstanceType === wanted.variant.InstanceType &&
    variant?.InitialInstanceCount === wanted.variant.InitialInstanceCount &&
    isDeepStrictEqual(config.DataCaptureConfig, wanted.DataCaptureConfig);
}

async function discard({ sagemaker }: Aws, { config, models }: Served): Promise<void> {
  await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: config.EndpointConfigName }));
  for (const { ModelName } of models) await sagemaker.send(new DeleteModelCommand({ ModelName }));
}

/** Deploys a model to an endpoint: creates it, updates it if it serves another model, or leaves it if it serves this one. */
import { isDeepStrictEqual } from "node:util";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  type DescribeEndpointCommandOutput,
  type ProductionVariant,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { ensureLogGroup } from "../aws/log_groups.ts";
import { ownTagList } from "../aws/ownership.ts";
import { retryWhile, whileRoleIsNew } from "../aws/retries.ts";
import { objectExists, parseS3Uri } from "../aws/s3.ts";
import { UnexpectedStatusError, waitFor } from "../aws/waiting.ts";
import { timestamp } from "../names.ts";
import { costReminderAtEnd } from "./costs.ts";
import type { DataCaptureConfig } from "./data_capture_config.ts";
import {
  checkEndpoint,
  describeEndpoint,
  type Served,
  servedBy,
  unlessMissing,
} from "./describe_endpoint.ts";
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

/** Where SageMaker writes what an endpoint's container logs. */
export function endpointLogGroup(endpointName: string): string {
  return `/aws/sagemaker/Endpoints/${endpointName}`;
}

/** States in which an endpoint is not changing. */
const SETTLED = ["InService", "Failed", "OutOfService", "UpdateRollbackFailed"];

/**
 * Deploys a model and waits until the endpoint serves it. If this is interrupted or fails on AWS, the error's message says
 * what runs nevertheless and what it costs.
 * @throws UnexpectedStatusError if the endpoint fails or the update is rolled back; NotOursError if an endpoint of this name
 *   belongs to somebody else; Error if the model does not exist; TimedOutError
 */
export async function deployModel(aws: Aws, options: DeployOptions): Promise<Predictor> {
  try {
    return await deploy(aws, options);
  } catch (error) {
    const reminder = await costReminderAtEnd(aws);
    if (reminder && error instanceof Error) error.message += ` ${reminder}`;
    throw error;
  }
}

async function deploy(aws: Aws, options: DeployOptions): Promise<Predictor> {
  const { sagemaker } = aws;
  const { endpointName: EndpointName, signal } = options;
  const predictor = new Predictor(aws, EndpointName);
  const existing = await settledEndpoint(aws, options);
  const before = existing && await servedBy(aws, existing);
  if (existing) await checkEndpoint(aws, existing, before, { adopt: true });
  const { bucket, key } = parseS3Uri(options.modelData);
  // SageMaker words a missing model as it words a role that has not reached it yet.
  if (!await objectExists(aws.s3, bucket, key)) {
    throw new Error(
      `The model ${options.modelData} does not exist any more. Run notebook 2 from its beginning.`,
    );
  }
  const name = `${EndpointName}-${timestamp()}`;
  const variant: ProductionVariant = {
    VariantName: VARIANT_NAME,
    ModelName: name,
    InitialInstanceCount: options.initialInstanceCount ?? 1,
    InstanceType:
      (options.instanceType ?? aws.settings.endpointInstance) as ProductionVariant["InstanceType"],
    InitialVariantWeight: 1,
  };
  const { kmsKey } = aws.settings;
  const capture = options.dataCaptureConfig?.toRequest();
  const DataCaptureConfig = capture && { ...capture, ...kmsKey ? { KmsKeyId: kmsKey } : {} };
  // A failed rollback leaves a mix of old and new instances.
  const isWhole = existing?.EndpointStatus !== "UpdateRollbackFailed";
  if (before && isWhole && serves(before, { ...options, variant, DataCaptureConfig })) {
    options.status?.("InService");
    return predictor;
  }
  const Tags = ownTagList(aws);
  await ensureLogGroup(aws, endpointLogGroup(EndpointName));
  await whileRoleIsNew(aws, options.role, () =>
    sagemaker.send(
      new CreateModelCommand({
        ModelName: name,
        ExecutionRoleArn: options.role,
        PrimaryContainer: { Image: options.imageUri, ModelDataUrl: options.modelData },
        Tags,
      }),
      { abortSignal: signal },
    ), { signal, onWait: options.status });
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [variant],
      DataCaptureConfig,
      Tags,
    }),
  );
  const target = { EndpointName, EndpointConfigName: name };
  // What was just created may not be visible yet to the next call.
  await retryWhile(
    (error) => /Could not find (endpoint configuration|model)/.test(error.message),
    async () =>
      existing
        ? await sagemaker.send(new UpdateEndpointCommand(target))
        : await sagemaker.send(new CreateEndpointCommand({ ...target, Tags })),
    { signal },
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
  const status = (await describeEndpoint(aws, endpointName))?.EndpointStatus;
  if (["InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"].includes(status!)) {
    return new Predictor(aws, endpointName);
  }
  throw new Error(
    `The endpoint ${endpointName} ${status ? `is ${status}` : "does not exist"}. ` +
      `Run notebook 2, training and deployment, first.`,
  );
}

/**
 * Removes an endpoint with its configuration and models, and waits until it is gone. Returns whether there was one.
 * @throws NotOursError if it belongs to somebody else
 */
export async function deleteEndpoint(
  aws: Aws,
  endpointName: string,
  progress: DeployProgress = {},
): Promise<boolean> {
  const options = { ...progress, endpointName };
  const existing = await describeEndpoint(aws, endpointName);
  if (!existing) return false;
  await checkEndpoint(aws, existing, await servedBy(aws, existing));
  const settled = await settledEndpoint(aws, { ...options, acceptFailed: true });
  const before = settled && await servedBy(aws, settled);
  if (settled) await aws.sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
  await waitFor(`Deleting endpoint ${endpointName}`, {
    everySeconds: aws.pollSeconds,
    timeoutSeconds: TIMEOUT_SECONDS,
  }, async () => await describeEndpoint(aws, endpointName) ? undefined : true);
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
      const endpoint = await describeEndpoint(aws, endpointName);
      if (!endpoint) return { endpoint };
      const now = endpoint.EndpointStatus!;
      if (now !== said) status?.(now);
      said = now;
      return SETTLED.includes(said) ? { endpoint } : undefined;
    },
  );
  if (settled.endpoint?.EndpointStatus !== "Failed" || acceptFailed) return settled.endpoint;
  await deleteEndpoint(aws, endpointName);
  throw new UnexpectedStatusError(`Endpoint ${endpointName}`, "Failed", settled.endpoint.FailureReason ?? "");
}

function serves(
  { config, models }: Served,
  wanted: Pick<DeployOptions, "imageUri" | "modelData" | "role"> & {
    variant: ProductionVariant;
    DataCaptureConfig?: object;
  },
): boolean {
  const [variant] = config.ProductionVariants!;
  const [model] = models;
  return models.length === 1 &&
    model?.PrimaryContainer?.Image === wanted.imageUri &&
    model?.PrimaryContainer?.ModelDataUrl === wanted.modelData &&
    model?.ExecutionRoleArn === wanted.role &&
    variant?.InstanceType === wanted.variant.InstanceType &&
    variant?.InitialInstanceCount === wanted.variant.InitialInstanceCount &&
    isDeepStrictEqual(config.DataCaptureConfig, wanted.DataCaptureConfig);
}

async function discard({ sagemaker }: Aws, { config, models }: Served): Promise<void> {
  const { EndpointConfigName } = config;
  await unlessMissing(sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName })));
  for (const { ModelName } of models) {
    await unlessMissing(sagemaker.send(new DeleteModelCommand({ ModelName })));
  }
}

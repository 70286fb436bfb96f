/** Creates, updates, invokes and removes the three Lambda functions on the target. */
import { isDeepStrictEqual } from "node:util";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListTagsCommand,
  TagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { Aws } from "../aws/clients.ts";
import { ensureLogGroup } from "../aws/log_groups.ts";
import { checkOurs, isOfEarlierVersion, ownTags } from "../aws/ownership.ts";
import { retryWhile, roleCreated, whileRoleIsNew } from "../aws/retries.ts";
import { UnexpectedStatusError, waitFor } from "../aws/waiting.ts";
import { type FunctionKey, THRESHOLD_ERROR } from "../names.ts";
import { bundleFunction } from "./bundle.ts";

export type { FunctionKey };

interface FunctionDefinition {
  /** In `lambdas/`. */
  source: string;
  description: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment(aws: Pick<Aws, "settings" | "names">): Record<string, string>;
}

export const FUNCTIONS: Readonly<Record<FunctionKey, FunctionDefinition>> = {
  serializeImageData: {
    source: "serialize_image_data.ts",
    description: "Reads a picture from S3 and passes it on as base64",
    timeoutSeconds: 30,
    memoryMb: 256,
    environment: () => ({}),
  },
  classifyImage: {
    source: "classify_image.ts",
    description: "Classifies the picture at the SageMaker endpoint",
    // The model has 60 s to answer.
    timeoutSeconds: 70,
    memoryMb: 256,
    environment: ({ names }) => ({ ENDPOINT_NAME: names.endpoint }),
  },
  filterLowConfidence: {
    source: "filter_low_confidence.ts",
    description: "Ends the execution when the classification is not confident enough",
    timeoutSeconds: 10,
    memoryMb: 128,
    environment: ({ settings }) => ({ THRESHOLD: `${settings.threshold}` }),
  },
};

export const FUNCTION_KEYS = Object.keys(FUNCTIONS) as FunctionKey[];

const RUNTIME = "nodejs24.x";

export interface DeployedFunction {
  key: FunctionKey;
  name: string;
  arn: string;
  change: "created" | "updated" | "unchanged";
  codeBytes: number;
  memoryMb: number;
  lastModified: string;
}

interface DeployFunctionsOptions {
  /** Called before each function, and while a new role is waited for. */
  onProgress?(done: number, message: string): void;
  signal?: AbortSignal;
}

/**
 * Creates the functions, or updates what differs: first the code, then the configuration. Idempotent.
 * @throws NotOursError if a function of that name belongs to somebody else; UnexpectedStatusError if an update fails
 */
export async function deployFunctions(
  aws: Aws,
  roleArn: string,
  { onProgress, signal }: DeployFunctionsOptions = {},
): Promise<DeployedFunction[]> {
  const deployed: DeployedFunction[] = [];
  for (const key of FUNCTION_KEYS) {
    signal?.throwIfAborted();
    onProgress?.(deployed.length, aws.names.functions[key]);
    const onWait = onProgress && ((message: string) => onProgress(deployed.length, message));
    deployed.push(await deployFunction(aws, key, roleArn, { onWait, signal }));
  }
  return deployed;
}

/** Where Lambda writes what a function logs. */
export function functionLogGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** What a function is made of, without its code: the part of CreateFunction that can be updated. */
export function functionConfiguration(
  aws: Pick<Aws, "settings" | "names">,
  key: FunctionKey,
  roleArn: string,
) {
  const { description, timeoutSeconds, memoryMb, environment } = FUNCTIONS[key];
  const { kmsKey } = aws.settings;
  return {
    Role: roleArn,
    Runtime: RUNTIME,
    Handler: "index.handler",
    Description: description,
    Timeout: timeoutSeconds,
    MemorySize: memoryMb,
    Environment: { Variables: environment(aws) },
    ...kmsKey ? { KMSKeyArn: kmsKey } : {},
  } satisfies Partial<CreateFunctionCommandInput>;
}

async function deployFunction(
  aws: Aws,
  key: FunctionKey,
  roleArn: string,
  waiting: { onWait?(message: string): void; signal?: AbortSignal },
): Promise<DeployedFunction> {
  const { lambda } = aws;
  const { signal } = waiting;
  const FunctionName = aws.names.functions[key];
  const { zip, sha256 } = await bundleFunction(FUNCTIONS[key].source);
  const configuration = functionConfiguration(aws, key, roleArn);

  let existing = await settled(aws, FunctionName, signal);
  if (existing) await checkFunction(aws, existing, { adopt: true });
  await ensureLogGroup(aws, functionLogGroup(FunctionName));
  if (existing?.State === "Failed") {
    // It was never created entirely, and cannot be updated.
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    existing = undefined;
  }
  let change: DeployedFunction["change"] = "unchanged";
  if (!existing) {
    change = "created";
    const input = { ...configuration, FunctionName, Code: { ZipFile: zip }, Tags: ownTags(aws) };
    await whileRoleIsNew(aws, roleArn, () => lambda.send(new CreateFunctionCommand(input)), waiting);
  } else {
    const changes = functionChanges(existing, sha256, configuration);
    if (changes.code) {
      change = "updated";
      await retryWhile(
        isChanging,
        () => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip })),
        { signal },
      );
      // Lambda refuses a second update while the first is in progress.
      await settled(aws, FunctionName, signal);
    }
    const isLockedOut = await isOlderThanRole(aws, existing, roleArn);
    if (isLockedOut) {
      await lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: {} } }),
      );
      await settled(aws, FunctionName, signal);
    }
    if (changes.configuration.length > 0 || isLockedOut) {
      change = "updated";
      await whileRoleIsNew(
        aws,
        roleArn,
        () => lambda.send(new UpdateFunctionConfigurationCommand({ ...configuration, FunctionName })),
        { ...waiting, passes: isChanging },
      );
    }
  }
  const now = (await settled(aws, FunctionName, signal))!;
  checkState(FunctionName, now);
  return {
    key,
    name: FunctionName,
    arn: now.FunctionArn!,
    change,
    codeBytes: now.CodeSize!,
    memoryMb: now.MemorySize!,
    lastModified: now.LastModified!,
  };
}

/** What of a function is to be changed: its code, and which members of its configuration. */
export function functionChanges(
  existing: FunctionConfiguration,
  sha256: string,
  wanted: ReturnType<typeof functionConfiguration>,
): { code: boolean; configuration: string[] } {
  // After a failed update it is unknown which of the two versions the function has.
  const failed = existing.LastUpdateStatus === "Failed";
  const current = pick(existing, wanted);
  const differs = ([name, value]: [string, unknown]) => failed || !isDeepStrictEqual(value, current[name]);
  return {
    code: failed || existing.CodeSha256 !== sha256,
    configuration: Object.entries(wanted).filter(differs).map(([name]) => name),
  };
}

/**
 * Whether a function's role was made anew under its name since. It may not decrypt the variables then, which were encrypted
 * for the old one, until they are removed and set again.
 */
async function isOlderThanRole(
  aws: Aws,
  { LastModified, Environment }: FunctionConfiguration,
  roleArn: string,
): Promise<boolean> {
  if (Object.keys(Environment?.Variables ?? {}).length === 0) return false;
  const created = await roleCreated(aws, roleArn);
  return created !== undefined && created > Date.parse(LastModified!);
}

function checkState(name: string, configuration: FunctionConfiguration): void {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration;
  if (State === "Failed") throw new UnexpectedStatusError(name, State, StateReason ?? "");
  if (LastUpdateStatus === "Failed") {
    throw new UnexpectedStatusError(`The update of ${name}`, LastUpdateStatus, LastUpdateStatusReason ?? "");
  }
}

/**
 * Checks that a function may be changed or removed. One of an earlier version may.
 * @param options.adopt tags one of an earlier version as ours
 * @throws NotOursError if it belongs to somebody else
 */
export async function checkFunction(
  aws: Aws,
  { FunctionName, FunctionArn, Role }: FunctionConfiguration,
  { adopt = false } = {},
): Promise<void> {
  const { Tags = {} } = await aws.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
  if (!isOfEarlierVersion(aws, Tags, Role)) return checkOurs(aws, `The function ${FunctionName}`, Tags);
  if (adopt) await aws.lambda.send(new TagResourceCommand({ Resource: FunctionArn, Tags: ownTags(aws) }));
}

/** What a function returned, or the error that it threw; Lambda answers both with status 200. */
export interface InvocationResult {
  payload: unknown;
  /** "Unhandled" if the function failed; `payload` then has errorType, errorMessage and trace. */
  functionError?: string;
}

/** A function failed with another error than the one that it is meant to throw. */
export class FunctionError extends Error {
  override name = "FunctionError";
}

/**
 * Invokes a function once and waits for its result.
 * @throws FunctionError if it failed, unless the answer was below the threshold: that error is part of the result
 */
export async function invokeFunction(aws: Aws, key: FunctionKey, event: unknown): Promise<InvocationResult> {
  const result = await tryFunction(aws, key, event);
  const { errorType, errorMessage } = (result.payload ?? {}) as { errorType?: string; errorMessage?: string };
  if (result.functionError === undefined || errorType === THRESHOLD_ERROR) return result;
  const name = aws.names.functions[key];
  throw new FunctionError(
    `The function ${name} failed with ${errorType}: ${errorMessage}. Its log is in ${
      functionLogGroup(name)
    }.`,
  );
}

/** Invokes a function once; however it fails, the error is the result. */
export async function tryFunction(aws: Aws, key: FunctionKey, event: unknown): Promise<InvocationResult> {
  const { Payload, FunctionError } = await aws.lambda.send(
    new InvokeCommand({ FunctionName: aws.names.functions[key], Payload: JSON.stringify(event) }),
  );
  return { payload: JSON.parse(Payload!.transformToString()), functionError: FunctionError };
}

/**
 * Removes a function; returns whether there was one.
 * @throws NotOursError if it belongs to somebody else
 */
export async function deleteFunction(aws: Aws, key: FunctionKey): Promise<boolean> {
  const FunctionName = aws.names.functions[key];
  const existing = await settled(aws, FunctionName);
  if (!existing) return false;
  await checkFunction(aws, existing);
  await aws.lambda.send(new DeleteFunctionCommand({ FunctionName }));
  return true;
}

/** A function's configuration once no update is in progress, also a failed one; undefined if it does not exist. */
export async function settled(
  aws: Aws,
  FunctionName: string,
  signal?: AbortSignal,
): Promise<FunctionConfiguration | undefined> {
  const everySeconds = Math.min(aws.pollSeconds, 1);
  const wait = { everySeconds, timeoutSeconds: 300, signal };
  const found = await waitFor(`Function ${FunctionName}`, wait, async () => {
    let now: FunctionConfiguration;
    try {
      now = await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    } catch (error) {
      if ((error as Error).name === "ResourceNotFoundException") return { configuration: undefined };
      throw error;
    }
    const changing = now.State === "Pending" || now.LastUpdateStatus === "InProgress";
    return changing ? undefined : { configuration: now };
  });
  return found.configuration;
}

function isChanging(error: Error): boolean {
  return error.name === "ResourceConflictException";
}

/** The members of `from` that `like` has too, for comparison. */
function pick(from: FunctionConfiguration, like: object): Record<string, unknown> {
  const all = { ...from, Environment: { Variables: from.Environment?.Variables ?? {} } } as Record<
    string,
    unknown
  >;
  return Object.fromEntries(Object.keys(like).map((key) => [key, all[key]]));
}

/** Creates, updates, invokes and removes the three Lambda functions on the target. */
import { isDeepStrictEqual } from "node:util";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { Aws } from "../aws/clients.ts";
import { retryWhile, roleIsPropagating } from "../aws/retries.ts";
import { UnexpectedStatusError, waitFor } from "../aws/waiting.ts";
import { ENDPOINT_NAME, FUNCTION_NAMES } from "../names.ts";
import { bundleFunction } from "./bundle.ts";

export type FunctionKey = keyof typeof FUNCTION_NAMES;

interface FunctionDefinition {
  /** In `lambdas/`. */
  source: string;
  description: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment(settings: Aws["settings"]): Record<string, string>;
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
    environment: () => ({ ENDPOINT_NAME }),
  },
  filterLowConfidence: {
    source: "filter_low_confidence.ts",
    description: "Ends the execution when the classification is not confident enough",
    timeoutSeconds: 10,
    memoryMb: 128,
    environment: ({ threshold }) => ({ THRESHOLD: `${threshold}` }),
  },
};

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

/** Creates the functions, or updates what differs: first the code, then the configuration. Idempotent. */
export async function deployFunctions(
  aws: Aws,
  roleArn: string,
  { onProgress, signal }: { onProgress?(done: number, name: string): void; signal?: AbortSignal } = {},
): Promise<DeployedFunction[]> {
  const deployed: DeployedFunction[] = [];
  for (const key of Object.keys(FUNCTIONS) as FunctionKey[]) {
    signal?.throwIfAborted();
    onProgress?.(deployed.length, FUNCTION_NAMES[key]);
    deployed.push(await deployFunction(aws, key, roleArn, signal));
  }
  return deployed;
}

async function deployFunction(
  aws: Aws,
  key: FunctionKey,
  roleArn: string,
  signal?: AbortSignal,
): Promise<DeployedFunction> {
  const { lambda } = aws;
  const FunctionName = FUNCTION_NAMES[key];
  const { source, description, timeoutSeconds, memoryMb, environment } = FUNCTIONS[key];
  const { zip, sha256 } = await bundleFunction(source);
  const configuration = {
    Role: roleArn,
    Runtime: RUNTIME,
    Handler: "index.handler",
    Description: description,
    Timeout: timeoutSeconds,
    MemorySize: memoryMb,
    Environment: { Variables: environment(aws.settings) },
  } satisfies Partial<CreateFunctionCommandInput>;

  const existing = await settled(aws, FunctionName, signal);
  let change: DeployedFunction["change"] = "unchanged";
  if (!existing) {
    change = "created";
    const input = { ...configuration, FunctionName, Code: { ZipFile: zip } };
    await retryWhile(roleIsPropagating, () => lambda.send(new CreateFunctionCommand(input)), { signal });
  } else {
    if (existing.CodeSha256 !== sha256) {
      change = "updated";
      await retryWhile(
        isChanging,
        () => lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip })),
        { signal },
      );
      // Lambda refuses a second update while the first is in progress.
      await settled(aws, FunctionName, signal);
    }
    if (!isDeepStrictEqual(configuration, pick(existing, configuration))) {
      change = "updated";
      await retryWhile(
        (error) => isChanging(error) || roleIsPropagating(error),
        () => lambda.send(new UpdateFunctionConfigurationCommand({ ...configuration, FunctionName })),
        { signal },
      );
    }
  }
  const now = (await settled(aws, FunctionName, signal))!;
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

/** What a function returned, or the error that it threw; Lambda answers both with status 200. */
export interface InvocationResult {
  payload: unknown;
  /** "Unhandled" if the function failed; `payload` then has errorType, errorMessage and trace. */
  functionError?: string;
}

/** Invokes a function once and waits for its result. */
export async function invokeFunction(aws: Aws, key: FunctionKey, event: unknown): Promise<InvocationResult> {
  const { Payload, FunctionError } = await aws.lambda.send(
    new InvokeCommand({ FunctionName: FUNCTION_NAMES[key], Payload: JSON.stringify(event) }),
  );
  return { payload: JSON.parse(Payload!.transformToString()), functionError: FunctionError };
}

/** Removes a function; returns whether there was one. */
export async function deleteFunction(aws: Aws, key: FunctionKey): Promise<boolean> {
  if (!await settled(aws, FUNCTION_NAMES[key])) return false;
  await aws.lambda.send(new DeleteFunctionCommand({ FunctionName: FUNCTION_NAMES[key] }));
  return true;
}

/** A function's configuration once no update is in progress; undefined if the function does not exist. */
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
    if (now.State === "Failed") {
      throw new UnexpectedStatusError(FunctionName, now.State, now.StateReason ?? "");
    }
    if (now.LastUpdateStatus === "Failed") {
      throw new UnexpectedStatusError(
        `The update of ${FunctionName}`,
        "Failed",
        now.LastUpdateStatusReason ?? "",
      );
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

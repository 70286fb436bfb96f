/** The settings that CreateFunction and UpdateFunctionConfiguration share: shapes and rules. */
import { unsupported } from "../errors.ts";
import { integer, list, map, notSupported, required, string, structure } from "../shapes.ts";
import { invalidParameter } from "./errors.ts";
import type { Version } from "./function_version.ts";

export const roleArn = string({
  max: 10_000,
  pattern: /arn:(aws[a-zA-Z\-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_\/]+/,
});

const tagKey = string({ min: 1, max: 128, pattern: /[\p{L}\p{Z}\p{N}_.:\/=+\-@]*/u });
export const tagKeys = list(tagKey);
export const tags = map(string({ max: 256, pattern: /[\p{L}\p{Z}\p{N}_.:\/=+\-@]*/u }), { key: tagKey });

export const description = string({ max: 256 });
export const architectures = list(string({ values: ["x86_64", "arm64"] }), { min: 1, max: 1 });

/** The members of both operations. */
export const settings = {
  Handler: string({ max: 128, pattern: /[^\s]+/ }),
  Description: description,
  Timeout: integer({ min: 1, max: 900 }),
  MemorySize: integer({ min: 128, max: 10_240 }),
  Runtime: string(),
  Environment: structure({
    Variables: map(string(), { key: string({ pattern: /[a-zA-Z]([a-zA-Z0-9_])+/ }) }),
  }),
  EphemeralStorage: structure({ Size: required(integer({ min: 512, max: 10_240 })) }),
  LoggingConfig: structure({
    LogFormat: string({ values: ["JSON", "Text"] }),
    ApplicationLogLevel: notSupported(),
    SystemLogLevel: notSupported(),
    LogGroup: string({ min: 1, max: 512, pattern: /[.\-_\/#A-Za-z0-9]+/ }),
  }),
  TracingConfig: structure({ Mode: string({ values: ["Active", "PassThrough"] }) }),
  SnapStart: structure({ ApplyOn: string({ values: ["PublishedVersions", "None"] }) }),
  VpcConfig: structure({
    SubnetIds: list(string(), { max: 16 }),
    SecurityGroupIds: list(string(), { max: 5 }),
  }),
  Layers: list(string({ min: 1, max: 2048 })),
  DeadLetterConfig: structure({ TargetArn: string({ max: 10_000 }) }),
  KMSKeyArn: string({ max: 10_000 }),
  FileSystemConfigs: list(structure({}), { max: 1 }),
  ImageConfig: notSupported(),
  RuntimeConfig: notSupported(),
  AcceleratorConfig: notSupported(),
  DurableConfig: notSupported(),
  CapacityProviderConfig: notSupported(),
  TenancyConfig: notSupported(),
};

interface GivenSettings {
  Environment?: { Variables?: Record<string, string> };
  EphemeralStorage?: { Size: number };
  LoggingConfig?: { LogFormat?: string; LogGroup?: string };
  TracingConfig?: { Mode?: string };
  SnapStart?: { ApplyOn?: string };
  VpcConfig?: { SubnetIds?: unknown[]; SecurityGroupIds?: unknown[] };
  Layers?: unknown[];
  DeadLetterConfig?: { TargetArn?: string };
  KMSKeyArn?: string;
  FileSystemConfigs?: unknown[];
}

/**
 * A request's optional settings as they are stored; absent ones are left out.
 * @throws AwsError for environment variables that AWS refuses, and for settings that the local AWS does not support
 * (empty values, which clients send for "none", are accepted)
 */
export function checkedSettings(
  given: GivenSettings,
): Partial<Pick<Version, "Environment" | "EphemeralStorage">> {
  refuseUnsupported(given);
  const Variables = given.Environment && (given.Environment.Variables ?? {});
  if (Variables) checkEnvironment(Variables);
  return {
    ...Variables ? { Environment: { Variables } } : {},
    ...given.EphemeralStorage ? { EphemeralStorage: given.EphemeralStorage } : {},
  };
}

function refuseUnsupported(given: GivenSettings): void {
  const asked: Record<string, boolean> = {
    "LoggingConfig.LogFormat=JSON": given.LoggingConfig?.LogFormat === "JSON",
    "TracingConfig.Mode=Active": given.TracingConfig?.Mode === "Active",
    "SnapStart.ApplyOn=PublishedVersions": given.SnapStart?.ApplyOn === "PublishedVersions",
    VpcConfig: !!given.VpcConfig?.SubnetIds?.length || !!given.VpcConfig?.SecurityGroupIds?.length,
    Layers: !!given.Layers?.length,
    DeadLetterConfig: !!given.DeadLetterConfig?.TargetArn,
    KMSKeyArn: !!given.KMSKeyArn,
    FileSystemConfigs: !!given.FileSystemConfigs?.length,
  };
  for (const [name, is] of Object.entries(asked)) {
    if (is) throw unsupported(name, "InvalidParameterValueException");
  }
}

/** Set by Lambda itself. */
const RESERVED = new Set(
  ("_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME " +
    "AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_INITIALIZATION_TYPE " +
    "AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID " +
    "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR")
    .split(" "),
);

function checkEnvironment(variables: Record<string, string>): void {
  const cannot =
    "Lambda was unable to configure your environment variables because the environment variables " +
    "you have provided";
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${cannot} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  const measured = JSON.stringify(variables);
  if (new TextEncoder().encode(measured).length > 4096) {
    throw invalidParameter(`${cannot} exceeded the 4KB limit. String measured: ${measured}`);
  }
}

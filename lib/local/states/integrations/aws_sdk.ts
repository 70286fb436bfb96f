/**
 * The integrations `aws-sdk:SERVICE:ACTION`: any operation of a service, made from the operation itself. Names are as in
 * AWS's Java SDK, version 2, which Step Functions uses for them: parameters and results begin with capitals, times are
 * ISO 8601 texts, errors are `Sfn.InvalidTokenException`.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
import { AwsError } from "../../errors.ts";
import type { Operation } from "../../operation.ts";
import { isObject, type Shape } from "../../shapes.ts";
import type { TaskCaller } from "../interpreter/flow.ts";
import type { Json } from "../language/asl.ts";
import { StateFailure } from "../language/failures.ts";
import type { Integration } from "./integration.ts";
import { exceptionName } from "./sdk_exceptions.ts";

interface SdkService {
  /** The name of the local AWS's service. */
  readonly local: string;
  /** The prefix of its errors. */
  readonly name: string;
}

const SERVICES: Readonly<Record<string, SdkService>> = {
  s3: { local: "s3", name: "S3" },
  sqs: { local: "sqs", name: "Sqs" },
  sns: { local: "sns", name: "Sns" },
  sfn: { local: "states", name: "Sfn" },
  lambda: { local: "lambda", name: "Lambda" },
  sagemaker: { local: "sagemaker", name: "SageMaker" },
  sagemakerruntime: { local: "sagemaker", name: "SageMakerRuntime" },
  cloudwatchlogs: { local: "logs", name: "CloudWatchLogs" },
  iam: { local: "iam", name: "Iam" },
};

/** Operations that AWS does not offer as tasks. */
const EXCLUDED = ["sfn:getActivityTask", "sfn:startSyncExecution"];

/** Finds an operation of a service of the local AWS by its name. */
export type FindOperation = (service: string, name: string) => Operation | undefined;

/** The integration that `aws-sdk:SERVICE:ACTION` names, whether there is such an operation or not. */
export function awsSdkIntegration(named: string): Integration | undefined {
  const [, sdk, action] = named.match(/^aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)$/) ?? [];
  if (sdk === undefined || !Object.hasOwn(SERVICES, sdk) || EXCLUDED.includes(`${sdk}:${action}`)) {
    return undefined;
  }
  return {
    service: { resourceType: `aws-sdk:${sdk}`, resource: action! },
    patterns: ["", ".waitForTaskToken"],
    parameters: [],
    unsupported: [],
    required: [],
    async call(parameters, caller) {
      const operation = sdkOperation(sdk, action!, caller.core.operation);
      if (!operation) throw new StateFailure("States.Runtime", `The local AWS does not support ${named}.`);
      return await call(operation, sdk, JSON.parse(parameters), caller);
    },
  };
}

/** The operation of `aws-sdk:SERVICE:ACTION`. */
export function sdkOperation(sdk: string, action: string, find: FindOperation): Operation | undefined {
  return find(SERVICES[sdk]!.local, `${action.charAt(0).toUpperCase()}${action.slice(1)}`);
}

/** The parameters that the operation does not have. */
export function unknownParameters({ input }: Operation, parameters: readonly string[]): string[] {
  return parameters.filter((name) => memberNamed(input as Shape<unknown>, name) === undefined);
}

async function call(
  operation: Operation,
  sdk: string,
  parameters: Record<string, Json>,
  { principal, core, signal }: TaskCaller,
): Promise<Json> {
  const unknown = unknownParameters(operation, Object.keys(parameters));
  if (unknown.length > 0) {
    const reasons = unknown.map((name) => `The field "${name}" is not supported by Step Functions`);
    throw new StateFailure(
      "States.Runtime",
      `The Parameters '${JSON.stringify(parameters)}' could not be used to start the Task: [${
        reasons.join(", ")
      }]`,
    );
  }
  const caller = { principal: principal(), signal };
  try {
    const input = membersOf(operation.input as Shape<unknown>, parameters);
    const output = await core.call(operation, input, caller);
    return await resultOf(output, sdk, operation.http?.statusFrom);
  } catch (error) {
    throw sdkFailure(error, sdk);
  }
}

/** An error as AWS's Java SDK, version 2, words it. */
function sdkFailure(error: unknown, sdk: string): StateFailure {
  if (error instanceof StateFailure) return error;
  const { name } = SERVICES[sdk]!;
  if (!(error instanceof AwsError)) {
    return new StateFailure(`${name}.SdkClientException`, `Unable to execute HTTP request: ${error}`);
  }
  const id = crypto.randomUUID();
  const facts = [`Service: ${name}`, `Status Code: ${error.status}`, `Request ID: ${id}`];
  if (sdk === "s3") facts.push(`Extended Request ID: ${btoa(id)}`);
  const code = error.code.replace(/^AWS\.SimpleQueueService\.NonExistentQueue$/, "QueueDoesNotExist");
  return new StateFailure(
    `${name}.${exceptionName(sdk, code, `${name}Exception`)}`,
    `${error.message} (${facts.join(", ")})`,
  );
}

/** The name of a structure's member that a parameter stands for: they differ in the case of letters only. */
function memberNamed({ members = {} }: Shape<unknown>, parameter: string): string | undefined {
  if (Object.hasOwn(members, parameter)) return parameter;
  return Object.keys(members).find((name) => name.toLowerCase() === parameter.toLowerCase());
}

/** Parameters as the operation's input: members by its names, bytes for a body. */
function membersOf(shape: Shape<unknown>, value: Json): unknown {
  if (value === null) return null;
  if (shape.kind === "blob") {
    return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  }
  if (Array.isArray(value)) return shape.member ? value.map((item) => membersOf(shape.member!, item)) : value;
  if (typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if (shape.kind === "map") return [key, membersOf(shape.member!, item)];
    const name = shape.kind === "structure" ? memberNamed(shape, key) : undefined;
    return name === undefined ? [key, item] : [name, membersOf(shape.members![name]!, item)];
  });
  return Object.fromEntries(entries);
}

/** Maps of users' names, whose keys stay as they are. */
const MAPS = [
  "Metadata",
  "Attributes",
  "MessageAttributes",
  "Variables",
  "Tags",
  "HyperParameters",
  "Environment",
];

/** An operation's output as the task's result. @param statusFrom the member that is the HTTP status */
async function resultOf(output: unknown, sdk: string, statusFrom?: string): Promise<Json> {
  if (!isObject(output)) return {};
  const entries: [string, Json][] = [];
  for (const [name, value] of Object.entries(output)) {
    if (value === undefined || value === null || (name === statusFrom && sdk === "s3")) continue;
    const key = capitalised(name);
    if (value instanceof Uint8Array || value instanceof ReadableStream) {
      entries.push([key, await new Response(value as BodyInit).text()]);
    } else entries.push([key, converted(value, sdk, name)]);
  }
  return Object.fromEntries(entries);
}

function converted(value: unknown, sdk: string, name: string): Json {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => converted(item, sdk, name));
  if (typeof value === "number" && isTime(name, sdk)) return new Date(value * 1000).toISOString();
  if (typeof value === "string" && name === "LastModified" && sdk === "s3") {
    return new Date(value).toISOString();
  }
  if (!isObject(value)) return value as Json;
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined && item !== null).map(([key, item]) => [
      MAPS.includes(name) ? key : capitalised(key),
      converted(item, sdk, key),
    ]),
  );
}

/** Whether a number is a time in seconds: the JSON protocols have no type for it. Those of CloudWatch Logs are milliseconds. */
function isTime(name: string, sdk: string): boolean {
  return (sdk === "sfn" || sdk === "sagemaker") && /(Date|Time|Timestamp)$/.test(name);
}

/** A member's name as in the Java SDK: `MD5OfMessageBody` is `Md5OfMessageBody`, `ETag` stays. */
function capitalised(name: string): string {
  const first = name.charAt(0).toUpperCase() + name.slice(1);
  return first.replace(
    /^[A-Z]{2,}(?=[A-Z][a-z]|[0-9]|$)/,
    (run) => run.charAt(0) + run.slice(1).toLowerCase(),
  );
}

/**
 * Task states: `arn:aws:states:::lambda:invoke` and plain function ARNs. What is invoked is written in the
 * scheduled event, from where a task that was in flight when the server died is taken up again.
 */
import { Buffer } from "node:buffer";
import { AwsError } from "../errors.ts";
import type { InvokeInput, InvokeOutput, Principal, Siblings } from "../services.ts";
import { type Data, exceedsDataLimit, type Json, type TaskState } from "./asl.ts";
import { EvaluationFailure, StateFailure, tooLarge } from "./failures.ts";
import { selectExisting } from "./paths.ts";

export const LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke";
const SERVICE = { resourceType: "lambda", resource: "invoke" };

/** An event before it has its id, or the one that was stored: only what tells a task. */
export interface TaskEvent {
  type: string;
  details?: Record<string, unknown>;
}

/** Types and details of the events that a task leaves, for either kind of resource. */
export interface TaskEvents {
  scheduled: TaskEvent;
  started: TaskEvent;
  succeeded(output: string): TaskEvent;
  failed(failure: StateFailure): TaskEvent;
}

export function taskEvents(
  state: TaskState,
  parameters: string,
  times: { timeout?: number; heartbeat?: number },
  region: string,
): TaskEvents {
  const limits = {
    ...(times.timeout === undefined ? {} : { timeoutInSeconds: times.timeout }),
    ...(times.heartbeat === undefined ? {} : { heartbeatInSeconds: times.heartbeat }),
  };
  const isService = state.Resource === LAMBDA_INVOKE;
  const [prefix, common] = isService ? ["Task", SERVICE] : ["LambdaFunction", {}];
  return {
    scheduled: {
      type: `${prefix}Scheduled`,
      details: isService ? { ...SERVICE, region, parameters, ...limits } : {
        resource: state.Resource,
        input: parameters,
        inputDetails: { truncated: false },
        ...(times.timeout === undefined ? {} : { timeoutInSeconds: times.timeout }),
      },
    },
    started: { type: `${prefix}Started`, details: isService ? SERVICE : undefined },
    succeeded: (output) => ({
      type: `${prefix}Succeeded`,
      details: { ...common, output, outputDetails: { truncated: false } },
    }),
    failed: ({ error, cause }) => ({
      type: error === "States.Timeout" ? `${prefix}TimedOut` : `${prefix}Failed`,
      details: { ...common, error, ...(cause ? { cause } : {}) },
    }),
  };
}

/** A state's TimeoutSeconds and HeartbeatSeconds. @throws EvaluationFailure when a path leads to no number. */
export function taskTimes(state: TaskState, data: Data): { timeout?: number; heartbeat?: number } {
  const seconds = (field: "TimeoutSeconds" | "HeartbeatSeconds"): number | undefined => {
    const path = state[`${field}Path`];
    if (path === undefined) return state[field];
    const value = selectExisting(path, data);
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw new EvaluationFailure(
      `The ${field}Path parameter does not reference a positive integer: ${path} == ${JSON.stringify(value)}`,
    );
  };
  return { timeout: seconds("TimeoutSeconds"), heartbeat: seconds("HeartbeatSeconds") };
}

/**
 * Does what a scheduled event says, as the principal of the execution's role.
 * @returns the task's result as JSON text
 * @throws StateFailure for function errors, Lambda's service errors and results over the limit
 */
export async function performTask(
  scheduled: TaskEvent,
  principal: () => Principal,
  lambda: Siblings["lambda"],
  signal: AbortSignal,
): Promise<string> {
  const details = scheduled.details as { parameters?: string; input?: string; resource: string };
  const isService = details.parameters !== undefined;
  const input = isService ? serviceInput(JSON.parse(details.parameters!)) : {
    FunctionName: details.resource,
    Payload: Buffer.from(details.input!),
  };
  let output: InvokeOutput;
  try {
    output = await lambda.invoke(principal(), { ...input, signal });
  } catch (error) {
    throw error instanceof StateFailure ? error : serviceFailure(error);
  }
  const payload = Buffer.from(output.Payload).toString();
  if (output.FunctionError) throw functionFailure(payload);
  const value = parsed(payload);
  const result = JSON.stringify(isService ? serviceOutput(output, payload, value) : value);
  if (exceedsDataLimit(result)) throw tooLarge(isService ? "lambda" : details.resource);
  return result;
}

/** A payload that is no JSON (an asynchronous call's is empty) is shown as a string. */
function parsed(payload: string): Json {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

/** What `lambda:invoke` takes. */
export const INVOKE_PARAMETERS = [
  "FunctionName",
  "Payload",
  "Qualifier",
  "InvocationType",
  "ClientContext",
  "LogType",
] as const;

function serviceInput(parameters: Record<string, Json>): InvokeInput {
  const { Payload = {}, ...rest } = parameters;
  return { ...rest as unknown as InvokeInput, Payload: Buffer.from(JSON.stringify(Payload)) };
}

/** The answer of Lambda as AWS's Java SDK shows it to Step Functions. */
function serviceOutput(output: InvokeOutput, payload: string, value: Json): Json {
  const traceId = `root=1-${Math.floor(Date.now() / 1000).toString(16)}-` +
    `${crypto.randomUUID().replaceAll("-", "").slice(0, 24)};sampled=0`;
  const headers: Record<string, string> = {
    ...(output.LogResult === undefined ? {} : { "X-Amz-Log-Result": output.LogResult }),
    "X-Amz-Executed-Version": output.ExecutedVersion,
    "x-amzn-Remapped-Content-Length": "0",
    "Connection": "keep-alive",
    "x-amzn-RequestId": output.RequestId,
    "Content-Length": String(Buffer.byteLength(payload)),
    "Date": new Date().toUTCString(),
    "X-Amzn-Trace-Id": traceId,
    "Content-Type": "application/json",
  };
  const sorted = Object.keys(headers).sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  return {
    ExecutedVersion: output.ExecutedVersion,
    ...(output.LogResult === undefined ? {} : { LogResult: output.LogResult }),
    Payload: value,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(sorted.map((name) => [name, headers[name]!])),
      HttpStatusCode: output.StatusCode,
    },
    SdkResponseMetadata: { RequestId: output.RequestId },
    StatusCode: output.StatusCode,
  };
}

/** The error's name is the payload's `errorType`, the cause is the payload as it came. */
function functionFailure(payload: string): StateFailure {
  try {
    const { errorType } = JSON.parse(payload);
    if (typeof errorType === "string" && errorType !== "") return new StateFailure(errorType, payload);
  } catch {
    // Not JSON: no error type either.
  }
  return new StateFailure(
    "Lambda.Unknown",
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}

function serviceFailure(error: unknown): StateFailure {
  if (!(error instanceof AwsError)) {
    return new StateFailure("Lambda.SdkClientException", `Unable to execute HTTP request: ${error}`);
  }
  // The Java SDK has no class for a denied call, so it comes as the service's general one.
  const name = error.code === "AccessDeniedException" ? "AWSLambdaException" : error.code;
  return new StateFailure(
    `Lambda.${name}`,
    `${error.message} (Service: AWSLambda; Status Code: ${error.status}; Error Code: ${error.code}; ` +
      `Request ID: ${crypto.randomUUID()}; Proxy: null)`,
  );
}

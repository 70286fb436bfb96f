/**
 * Task states: the integrations of Lambda and SNS, and plain function ARNs. What is invoked is written in the
 * scheduled event, from where a task that was in flight when the server died is taken up again.
 */
import { Buffer } from "node:buffer";
import type { InvokeInput, InvokeOutput, Principal, Siblings } from "../services.ts";
import { type Data, exceedsDataLimit, type Json, type TaskState } from "./asl.ts";
import { EvaluationFailure, StateFailure, tooLarge } from "./failures.ts";
import { selectExisting } from "./paths.ts";
import { sdkMetadata, serviceFailure } from "./sdk.ts";
import { publish } from "./sns_task.ts";

interface Integration {
  /** How events name it. */
  readonly service: { readonly resourceType: string; readonly resource: string };
  readonly parameters: readonly string[];
  /** Parameters that AWS knows and the local AWS does not. */
  readonly notHere: readonly string[];
  readonly required: string;
}

/** The optimised integrations, by the resource of their Task states. */
export const INTEGRATIONS: ReadonlyMap<string, Integration> = new Map([
  ["arn:aws:states:::lambda:invoke", {
    service: { resourceType: "lambda", resource: "invoke" },
    parameters: ["FunctionName", "Payload", "Qualifier", "InvocationType", "ClientContext", "LogType"],
    notHere: [],
    required: "FunctionName",
  }],
  ["arn:aws:states:::sns:publish", {
    service: { resourceType: "sns", resource: "publish" },
    parameters: ["TopicArn", "TargetArn", "Message", "Subject", "MessageStructure", "MessageAttributes"],
    notHere: ["PhoneNumber", "MessageGroupId", "MessageDeduplicationId"],
    required: "Message",
  }],
]);

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
  const service = INTEGRATIONS.get(state.Resource)?.service;
  const prefix = service ? "Task" : "LambdaFunction";
  return {
    scheduled: {
      type: `${prefix}Scheduled`,
      details: service ? { ...service, region, parameters, ...limits } : {
        resource: state.Resource,
        input: parameters,
        inputDetails: { truncated: false },
        ...(times.timeout === undefined ? {} : { timeoutInSeconds: times.timeout }),
      },
    },
    started: { type: `${prefix}Started`, details: service },
    succeeded: (output) => ({
      type: `${prefix}Succeeded`,
      details: { ...service, output, outputDetails: { truncated: false } },
    }),
    failed: ({ error, cause }) => ({
      type: error === "States.Timeout" ? `${prefix}TimedOut` : `${prefix}Failed`,
      details: { ...service, error, ...(cause ? { cause } : {}) },
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
 * @throws StateFailure for function errors, service errors and results over the limit
 */
export async function performTask(
  scheduled: TaskEvent,
  principal: () => Principal,
  { lambda, sns }: Pick<Siblings, "lambda" | "sns">,
  signal: AbortSignal,
): Promise<string> {
  const details = scheduled.details as {
    resourceType?: string;
    parameters?: string;
    input?: string;
    resource: string;
  };
  if (details.resourceType === "sns") {
    return JSON.stringify(publish(details.parameters!, principal(), sns));
  }
  const isService = details.parameters !== undefined;
  const input = isService ? serviceInput(JSON.parse(details.parameters!)) : {
    FunctionName: details.resource,
    Payload: Buffer.from(details.input!),
  };
  let output: InvokeOutput;
  try {
    output = await lambda.invoke(principal(), { ...input, signal });
  } catch (error) {
    throw serviceFailure(error, "Lambda", "AWSLambda", className);
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

function serviceInput(parameters: Record<string, Json>): InvokeInput {
  const { Payload = {}, ...rest } = parameters;
  return { ...rest as unknown as InvokeInput, Payload: Buffer.from(JSON.stringify(Payload)) };
}

/** The answer of Lambda as AWS's Java SDK shows it to Step Functions. */
function serviceOutput(output: InvokeOutput, payload: string, value: Json): Json {
  const traceId = `root=1-${Math.floor(Date.now() / 1000).toString(16)}-` +
    `${crypto.randomUUID().replaceAll("-", "").slice(0, 24)};sampled=0`;
  const { LogResult } = output;
  const headers: Record<string, string> = {
    ...(LogResult === undefined ? {} : { "X-Amz-Log-Result": LogResult }),
    "X-Amz-Executed-Version": output.ExecutedVersion,
    "x-amzn-Remapped-Content-Length": "0",
    "Content-Length": String(Buffer.byteLength(payload)),
    "X-Amzn-Trace-Id": traceId,
    "Content-Type": "application/json",
  };
  return {
    ExecutedVersion: output.ExecutedVersion,
    ...(LogResult === undefined ? {} : { LogResult }),
    Payload: value,
    ...sdkMetadata(headers, output),
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

/** The Java SDK has no class for a denied call, so it comes as the service's general one. */
function className(code: string): string {
  return code === "AccessDeniedException" ? "AWSLambdaException" : code;
}

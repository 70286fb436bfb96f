/** Lambda functions as tasks: the resource is `arn:aws:states:::lambda:invoke` or the function's ARN. */
import { Buffer } from "node:buffer";
import { invoke, type InvokeOutput } from "../../lambda/invoke.ts";
import type { Infer } from "../../shapes.ts";
import type { TaskCaller } from "../interpreter/flow.ts";
import type { Json } from "../language/asl.ts";
import { StateFailure } from "../language/failures.ts";
import { parseUserJson } from "../language/json_text.ts";
import type { Integration } from "./integration.ts";
import { sdkMetadata, serviceFailure } from "./sdk.ts";

interface Invocation {
  readonly output: InvokeOutput;
  readonly payload: string;
  readonly requestId: string;
}

export const lambdaInvoke: Integration = {
  service: { resourceType: "lambda", resource: "invoke" },
  parameters: ["FunctionName", "Payload", "Qualifier", "InvocationType", "ClientContext", "LogType"],
  patterns: ["", ".waitForTaskToken"],
  unsupported: [],
  required: ["FunctionName"],
  async call(parameters, caller) {
    const { Payload, ...rest } = JSON.parse(parameters);
    return sdkOutput(await call({ ...rest, Payload: bytes(eventText(Payload ?? {})) }, caller));
  },
};

/** The payload as JSON text; a string that is JSON text is one already. */
function eventText(payload: Json): string {
  if (typeof payload === "string") {
    try {
      JSON.parse(payload);
      return payload;
    } catch {
      // A string like any other.
    }
  }
  return JSON.stringify(payload);
}

/** A task whose resource is the function's ARN. @param event JSON text @returns the payload */
export async function callFunction(FunctionName: string, event: string, caller: TaskCaller): Promise<Json> {
  const { payload } = await call({ FunctionName, Payload: bytes(event) }, caller);
  return parsed(payload);
}

/** Calls Lambda. @throws StateFailure with the function's error, or `Lambda.…` for an error of the service */
async function call(
  input: Infer<typeof invoke.input>,
  { principal, core, signal }: TaskCaller,
): Promise<Invocation> {
  const requestId = crypto.randomUUID();
  const caller = { principal: principal(), requestId, signal };
  let output: InvokeOutput;
  try {
    output = await core.call(invoke, input, caller);
  } catch (error) {
    throw serviceFailure(error, "Lambda", "AWSLambda", className);
  }
  const payload = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError) throw functionFailure(payload);
  return { output, payload, requestId };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * A payload that is not JSON becomes a string, such as the empty one of an asynchronous call; so does one that nests too
 * deep.
 */
function parsed(payload: string): Json {
  try {
    return parseUserJson(payload) as Json;
  } catch {
    return payload;
  }
}

/** Lambda's answer as a task's result, which on AWS comes from the Java SDK. */
function sdkOutput({ output, payload, requestId: RequestId }: Invocation): Json {
  const traceId = `root=1-${Math.floor(Date.now() / 1000).toString(16)}-` +
    `${crypto.randomUUID().replaceAll("-", "").slice(0, 24)};sampled=0`;
  const { LogResult, StatusCode, ExecutedVersion = "$LATEST" } = output;
  const headers: Record<string, string> = {
    ...(LogResult === undefined ? {} : { "X-Amz-Log-Result": LogResult }),
    "X-Amz-Executed-Version": ExecutedVersion,
    "x-amzn-Remapped-Content-Length": "0",
    "Content-Length": String(Buffer.byteLength(payload)),
    "X-Amzn-Trace-Id": traceId,
    "Content-Type": "application/json",
    "Connection": "keep-alive",
    "x-amzn-RequestId": RequestId,
    "Date": new Date().toUTCString(),
  };
  return {
    ExecutedVersion,
    ...(LogResult === undefined ? {} : { LogResult }),
    Payload: parsed(payload),
    ...sdkMetadata(headers, { RequestId, StatusCode }),
    StatusCode,
  };
}

/** The error's name is the payload's `errorType`, the cause is the whole payload. */
function functionFailure(payload: string): StateFailure {
  try {
    const { errorType } = JSON.parse(payload);
    if (typeof errorType === "string" && errorType !== "") return new StateFailure(errorType, payload);
  } catch {
    // Not JSON, so there is no error type.
  }
  return new StateFailure(
    "Lambda.Unknown",
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}

/** The Java SDK has no exception for a denied call, and uses the service's general one. */
function className(code: string): string {
  return code === "AccessDeniedException" ? "AWSLambdaException" : code;
}

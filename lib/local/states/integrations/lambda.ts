/** Lambda functions as tasks: by `arn:aws:states:::lambda:invoke`, or by the function's ARN as the resource. */
import { Buffer } from "node:buffer";
import type { InvokeInput, InvokeOutput } from "../../services.ts";
import type { TaskCaller } from "../interpreter/flow.ts";
import type { Json } from "../language/asl.ts";
import { StateFailure } from "../language/failures.ts";
import type { Integration } from "./integration.ts";
import { sdkMetadata, serviceFailure } from "./sdk.ts";

export const lambdaInvoke: Integration = {
  service: { resourceType: "lambda", resource: "invoke" },
  parameters: ["FunctionName", "Payload", "Qualifier", "InvocationType", "ClientContext", "LogType"],
  notHere: [],
  required: "FunctionName",
  async call(parameters, caller) {
    const { Payload = {}, ...rest } = JSON.parse(parameters);
    const { output, payload } = await invoke(
      { ...rest, Payload: Buffer.from(JSON.stringify(Payload)) },
      caller,
    );
    return sdkOutput(output, payload);
  },
};

/** The task whose resource is a function's ARN: its event is JSON text, its result the payload. */
export async function callFunction(FunctionName: string, event: string, caller: TaskCaller): Promise<Json> {
  const { payload } = await invoke({ FunctionName, Payload: Buffer.from(event) }, caller);
  return parsed(payload);
}

/** The one call of Lambda. @throws StateFailure for function errors and `Lambda.…` for service errors */
async function invoke(
  input: InvokeInput,
  { principal, siblings, signal }: TaskCaller,
): Promise<{ output: InvokeOutput; payload: string }> {
  const caller = principal();
  let output: InvokeOutput;
  try {
    output = await siblings.lambda.invoke(caller, { ...input, signal });
  } catch (error) {
    throw serviceFailure(error, "Lambda", "AWSLambda", className);
  }
  const payload = Buffer.from(output.Payload).toString();
  if (output.FunctionError) throw functionFailure(payload);
  return { output, payload };
}

/** A payload that is not JSON (an asynchronous call's is empty) is shown as a string. */
function parsed(payload: string): Json {
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}

/** The answer of Lambda as AWS's Java SDK shows it to Step Functions. */
function sdkOutput(output: InvokeOutput, payload: string): Json {
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
    Payload: parsed(payload),
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

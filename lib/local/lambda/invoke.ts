/** Invoke: runs a function and waits for its result, or accepts an event. */
import { AwsError } from "../errors.ts";
import { isSmall } from "../protocols/json.ts";
import {
  blob,
  header,
  notSupported,
  payload as body,
  query,
  required,
  string,
  structure,
} from "../shapes.ts";
import { type LambdaContext, onQualified, operation } from "./context.ts";
import { isThrottled } from "./concurrent_executions.ts";
import { refuseWhilePending, serving } from "./function_version.ts";
import {
  functionArn,
  type FunctionReference,
  functionReference,
  namespacedFunctionName,
  qualifier,
} from "./names.ts";
import type { Ran } from "./pool.ts";
import { count, notice } from "./metrics.ts";
import { traceOf } from "./trace.ts";

/** 6 MB for synchronous invocations, 1 MB for events. */
const MAX_PAYLOAD_BYTES = { RequestResponse: 6_291_456, DryRun: 6_291_456, Event: 1_048_576 };

const invocationType = string({ values: ["Event", "RequestResponse", "DryRun"] });
const logType = string({ values: ["None", "Tail"] });

export interface InvokeOutput {
  readonly StatusCode: number;
  readonly ExecutedVersion?: string;
  /** Present when the function failed; the payload describes the error. */
  readonly FunctionError?: string;
  readonly LogResult?: string;
  /** Absent for events and dry runs. */
  readonly Payload?: Uint8Array;
}

export const invoke = operation({
  action: "lambda:InvokeFunction",
  input: structure({
    FunctionName: required(namespacedFunctionName),
    Qualifier: query("Qualifier", qualifier),
    InvocationType: header("X-Amz-Invocation-Type", invocationType),
    LogType: header("X-Amz-Log-Type", logType),
    ClientContext: header("X-Amz-Client-Context", string()),
    TraceHeader: header("X-Amzn-Trace-Id", string()),
    TenantId: header("X-Amz-Tenant-Id", notSupported()),
    DurableExecutionName: header("X-Amz-Durable-Execution-Name", notSupported()),
    Payload: body(blob<Uint8Array>()),
  }),
  resource(input, lambda) {
    // Lambda checks the size before the permission.
    checkSize(input.Payload, MAX_PAYLOAD_BYTES.RequestResponse);
    return onQualified(input, lambda);
  },
  http: {
    at: "POST /2015-03-31/functions/{FunctionName}/invocations",
    statusFrom: "StatusCode",
    headers: {
      ExecutedVersion: "X-Amz-Executed-Version",
      FunctionError: "X-Amz-Function-Error",
      LogResult: "X-Amz-Log-Result",
    },
    payload: "Payload",
    contentType: "application/json",
  },
  async run(input, lambda, { requestId, signal }): Promise<InvokeOutput> {
    const { core, records, events } = lambda;
    const { InvocationType = "RequestResponse", TraceHeader: trace } = input;
    checkSize(input.Payload, MAX_PAYLOAD_BYTES[InvocationType]);
    const payload = await checkedPayload(input.Payload);
    const clientContext = checkedContext(input.ClientContext);
    const reference = functionReference(core, input.FunctionName, input.Qualifier);
    // Invoke is the only operation whose error names a missing function with a qualifier.
    records.get(reference.name, functionArn(core, { qualifier: "$LATEST", ...reference }));
    const { version } = records.resolve(reference);
    if (InvocationType === "RequestResponse") {
      const ran = await runFunction(lambda, reference, { requestId, payload, clientContext, trace }, signal);
      return {
        StatusCode: 200,
        ExecutedVersion: ran.executedVersion,
        FunctionError: ran.functionError,
        LogResult: input.LogType === "Tail" ? ran.logTail : undefined,
        Payload: ran.payload,
      };
    }
    refuseWhilePending(version);
    if (InvocationType === "DryRun") return { StatusCode: 204, ExecutedVersion: version.Version };
    events.accept(functionArn(core, reference), payload, requestId, trace);
    return { StatusCode: 202 };
  },
});

/**
 * Runs a function once.
 * @param signal cancels an invocation that still waits for an execution environment
 * @throws AwsError when Lambda refuses the invocation; a failure of the function is an outcome
 */
export async function runFunction(
  lambda: LambdaContext,
  reference: FunctionReference,
  request: { requestId: string; payload: Uint8Array; clientContext?: string; trace?: string },
  signal?: AbortSignal,
): Promise<Ran & { executedVersion: string }> {
  const { core, records, pools, executions } = lambda;
  const { record, version } = records.resolve(reference, Math.random());
  refuseWhilePending(version);
  const served = serving(version);
  const invokedFunctionArn = functionArn(core, reference);
  const trace = traceOf(record.latest.FunctionArn, request.trace);
  try {
    const ran = await executions.count(record, () => {
      notice(core, reference, { ConcurrentExecutions: count(executions.running(reference.name)) });
      return pools.run(served, { ...request, invokedFunctionArn, trace }, signal);
    });
    notice(core, reference, {
      Invocations: count(1),
      Errors: count(ran.functionError ? 1 : 0),
      Throttles: count(0),
      Duration: { value: ran.milliseconds, unit: "Milliseconds" },
    });
    return { ...ran, executedVersion: served.Version };
  } catch (error) {
    if (isThrottled(error)) notice(core, reference, { Throttles: count(1) });
    throw error;
  }
}

function checkSize(payload: Uint8Array | undefined, limit: number): void {
  if (payload === undefined || payload.length <= limit) return;
  throw new AwsError(
    "RequestTooLargeException",
    `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    413,
  );
}

/** An empty payload becomes `{}`. @throws AwsError InvalidRequestContentException when it is not JSON */
async function checkedPayload(payload: Uint8Array = new Uint8Array()): Promise<Uint8Array> {
  if (payload.length === 0) return new TextEncoder().encode("{}");
  const wrong = await whatIsWrong(payload);
  if (wrong === undefined) return payload;
  throw new AwsError(
    "InvalidRequestContentException",
    `Could not parse request body into json: Could not parse payload into json: ${wrong}`,
  );
}

/** Why bytes are no JSON. Millions of values are looked at in a thread of their own, as it takes a second. */
async function whatIsWrong(json: Uint8Array): Promise<string | undefined> {
  if (isSmall(json)) return parsingError(json);
  const script = `${parsingError}; onmessage = ({ data }) => postMessage(parsingError(data))`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(script)}`, { type: "module" });
  try {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    worker.onmessage = ({ data }) => resolve(data ?? undefined);
    worker.postMessage(json);
    return await promise;
  } finally {
    worker.terminate();
  }
}

function parsingError(json: Uint8Array): string | undefined {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    return (error as Error).message;
  }
}

/** The client context as JSON text. @throws AwsError InvalidRequestContentException */
function checkedContext(base64: string | undefined): string | undefined {
  if (!base64) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(base64));
    const value = JSON.parse(text);
    if (base64.length <= 3583 && typeof value === "object" && value !== null) return text;
  } catch {
    // Refused below.
  }
  throw new AwsError(
    "InvalidRequestContentException",
    "Client context must be a valid Base64-encoded JSON object.",
  );
}

/**
 * The Node.js runtime of an execution environment, run by Deno with the function's permissions: loads the handler
 * by Lambda's rules, gets invocations from the Runtime API, and writes console lines in Lambda's text format.
 * It imports `node:` modules only, and nothing of the local AWS but the other files of this folder: they are all that
 * a function's process can see of it.
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { format, types } from "node:util";
import { leadConnections } from "./connections.ts";
import { handed } from "./handed.ts";
import { type Callback, confineRequire, type Handler, loadHandler, RuntimeError, shown } from "./handlers.ts";
import { mapTmp } from "./tmp.ts";
import { setVariables } from "./variables.ts";

const env = setVariables(handed.variables);
const api = `http://${env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime`;
// Kept here, because a handler may replace the globals.
const { fetch, JSON, Date, Promise } = globalThis;
const encoder = new TextEncoder();

let requestId: string | undefined;
let outputBytes = 0;

function log(level: string, ...values: unknown[]): void {
  // A carriage return stands for a line break within one message.
  const message = format(...values).replaceAll("\n", "\r");
  const line = `${new Date().toISOString()}\t${requestId ?? "undefined"}\t${level}\t${message}\n`;
  let rest = encoder.encode(line);
  outputBytes += rest.length;
  while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
}

function patchConsole(): void {
  console.log = console.info = (...values: unknown[]) => log("INFO", ...values);
  console.debug = (...values: unknown[]) => log("DEBUG", ...values);
  console.warn = (...values: unknown[]) => log("WARN", ...values);
  console.error = (...values: unknown[]) => log("ERROR", ...values);
  console.trace = (...values: unknown[]) => {
    const { stack } = new Error(format(...values));
    log("TRACE", stack?.replace(/^Error/, "Trace"));
  };
}

function errorBody(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!types.isNativeError(error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return {
    errorType: error.name,
    errorMessage: shown(error.message),
    trace: shown(error.stack ?? "").split("\n"),
  };
}

function logError(what: string, error: unknown): void {
  const shownError = types.isNativeError(error) ? error : new Error(String(error));
  const { errorType, errorMessage, trace } = errorBody(shownError);
  log("ERROR", what, "\t" + stringify({ errorType, errorMessage, ...shownError, stack: trace }));
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    const name = nodeMajor() < 24 ? "Error" : "Runtime.JSONStringifyError";
    throw new RuntimeError(name, "Unable to stringify response body");
  }
}

async function post(path: string, body: string, errorType?: string): Promise<void> {
  const response = await fetch(`${api}/${path}`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-output-bytes": String(outputBytes),
      ...(errorType === undefined
        ? {}
        : { "Lambda-Runtime-Function-Error-Type": errorType.replace(/[^\x20-\x7e]/g, "?") }),
    },
  });
  await response.body?.cancel();
}

async function postError(path: string, error: unknown): Promise<void> {
  const body = errorBody(error);
  await post(path, JSON.stringify(body), body.errorType);
}

function refuseCallbacks(handler: Handler): void {
  if (nodeMajor() < 24 || handler.length < 3) return;
  throw new RuntimeError(
    "Runtime.CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more " +
      "information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
  );
}

/** Calls the handler. Resolves with its result, whether it returns a value, returns a promise or calls back. */
function run(handler: Handler, event: unknown, context: Record<string, unknown>): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const finish: Callback = (error, result) => error == null ? resolve(result) : reject(error);
  const calledBack: Callback = (error, result) => {
    if (error == null && context["callbackWaitsForEmptyEventLoop"]) whenIdle = () => finish(null, result);
    else finish(error, result);
  };
  if (nodeMajor() < 24) {
    context["done"] = calledBack;
    context["succeed"] = (result: unknown) => finish(null, result);
    context["fail"] = (error: unknown) => finish(error ?? "handled");
  }
  let returned: unknown;
  try {
    returned = nodeMajor() < 24 ? handler(event, context, calledBack) : handler(event, context);
  } catch (error) {
    reject(error);
    return promise;
  }
  if (types.isPromise(returned) || typeof (returned as { then?: unknown } | undefined)?.then === "function") {
    whenIdle = () => reject(unsettled());
    (returned as Promise<unknown>).then(resolve, reject);
  } else if (nodeMajor() >= 24) {
    resolve(returned);
  } else {
    // Without a promise or a callback Lambda answers null when the event loop is empty.
    whenIdle ??= () => resolve(null);
  }
  return promise;
}

function nodeMajor(): number {
  return Number(env["AWS_EXECUTION_ENV"]?.match(/nodejs(\d+)/)?.[1]);
}

/** Called when the event loop becomes empty during an invocation. */
let whenIdle: (() => void) | undefined;

function unsettled(): RuntimeError {
  return new RuntimeError(
    "Runtime.NodejsExit",
    "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a " +
      "Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
  );
}

function contextOf(headers: Headers): Record<string, unknown> {
  const deadline = Number(headers.get("lambda-runtime-deadline-ms"));
  const clientContext = headers.get("lambda-runtime-client-context");
  return {
    ...nodeMajor() < 24
      ? { callbackWaitsForEmptyEventLoop: true }
      : { tenantId: undefined, xRayTraceId: headers.get("lambda-runtime-trace-id") },
    functionVersion: env["AWS_LAMBDA_FUNCTION_VERSION"],
    functionName: env["AWS_LAMBDA_FUNCTION_NAME"],
    memoryLimitInMB: env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    logGroupName: env["AWS_LAMBDA_LOG_GROUP_NAME"],
    logStreamName: env["AWS_LAMBDA_LOG_STREAM_NAME"],
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: undefined,
    invokedFunctionArn: headers.get("lambda-runtime-invoked-function-arn"),
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function serve(handler: Handler): Promise<void> {
  while (true) {
    const next = await fetch(`${api}/invocation/next`);
    if (!next.ok) process.exit(0);
    requestId = next.headers.get("lambda-runtime-aws-request-id")!;
    env["_X_AMZN_TRACE_ID"] = next.headers.get("lambda-runtime-trace-id") ?? "";
    whenIdle = undefined;
    try {
      const result = await run(handler, await next.json(), contextOf(next.headers));
      whenIdle = undefined;
      await post(`invocation/${requestId}/response`, stringify(result));
    } catch (error) {
      whenIdle = undefined;
      logError("Invoke Error", error);
      await postError(`invocation/${requestId}/error`, error);
    }
  }
}

/** An uncaught error ends the environment, as on AWS. */
async function crash(what: string, error: unknown, status: number): Promise<void> {
  logError(what, error);
  await postError(requestId ? `invocation/${requestId}/error` : "init/error", error);
  process.exit(status);
}

async function main(): Promise<void> {
  confineRequire();
  leadConnections(handed.ports);
  if (handed.tmp) mapTmp(handed.tmp, env["LAMBDA_TASK_ROOT"]!);
  patchConsole();
  process.on("uncaughtException", (error) => void crash("Uncaught Exception", error, 129));
  process.on("unhandledRejection", (reason) => {
    const error = new RuntimeError("Runtime.UnhandledPromiseRejection", String(reason), reason);
    void crash("Unhandled Promise Rejection", error, 128);
  });
  process.on("beforeExit", () => {
    const idle = whenIdle;
    whenIdle = undefined;
    idle?.();
  });
  let handler: Handler;
  try {
    handler = await loadHandler(env["_HANDLER"]!);
    refuseCallbacks(handler);
  } catch (error) {
    logError(
      types.isNativeError(error) && error.name.startsWith("Runtime.") ? "Uncaught Exception" : "Init Error",
      error,
    );
    await postError("init/error", error);
    process.exit(1);
  }
  await serve(handler);
}

// When the Runtime API is gone, the local AWS has ended.
main().catch(() => process.exit(1));

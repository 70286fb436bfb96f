/** Invoke: over HTTP and for the siblings. */
import { AwsError, unsupported } from "../errors.ts";
import type { InvokeInput, InvokeOutput, Principal } from "../services.ts";
import { readBody } from "../legacy_protocols.ts";
import { required, string, structure, validate } from "../legacy_shapes.ts";
import type { Concurrency } from "./concurrency.ts";
import type { EventQueue } from "./events.ts";
import { functionArn, functionReference, namespacedFunctionName, qualifier } from "./names.ts";
import type { Parts } from "./parts.ts";
import { refuseWhilePending, serving } from "./records.ts";
import type { Route } from "./rest.ts";
import type { Ran } from "./pools.ts";

/** 6 MB for an answer that is waited for, 1 MB for an event. */
const MAX_PAYLOAD_BYTES = { RequestResponse: 6_291_456, DryRun: 6_291_456, Event: 1_048_576 };

const invokeInput = structure({
  FunctionName: required(namespacedFunctionName),
  Qualifier: qualifier,
  InvocationType: string<"Event" | "RequestResponse" | "DryRun">({
    values: ["Event", "RequestResponse", "DryRun"],
  }),
  LogType: string<"None" | "Tail">({ values: ["None", "Tail"] }),
  ClientContext: string(),
});

export interface Invoker {
  /**
   * Runs a function, or takes an event for it.
   * @throws AwsError for what AWS refuses; what goes wrong in the function is an output with FunctionError
   */
  invoke(principal: Principal, input: InvokeInput, requestId: string): Promise<InvokeOutput>;
  /** Runs a function for an event that was taken before. */
  runEvent(input: { FunctionName: string; Payload: Uint8Array }, requestId: string): Promise<InvokeOutput>;
}

export function createInvoker(
  { core, records, pools }: Parts,
  concurrency: Concurrency,
  events: () => EventQueue,
): Invoker {
  const run = async (input: InvokeInput, requestId: string): Promise<InvokeOutput> => {
    const reference = functionReference(core, input.FunctionName, input.Qualifier);
    const { record, version } = records.resolve(reference, Math.random());
    refuseWhilePending(version);
    const served = serving(version);
    const ran: Ran = await concurrency.count(record, () =>
      pools.run(served, {
        requestId,
        invokedFunctionArn: functionArn(core, reference),
        payload: input.Payload,
        ...(input.ClientContext ? { clientContext: input.ClientContext } : {}),
      }, input.signal));
    return {
      StatusCode: 200,
      ExecutedVersion: served.Version,
      ...(ran.functionError ? { FunctionError: ran.functionError } : {}),
      ...(input.LogType === "Tail" ? { LogResult: ran.logTail } : {}),
      Payload: ran.payload,
      RequestId: requestId,
    };
  };

  return {
    async invoke(principal, given, requestId) {
      const reference = functionReference(core, given.FunctionName, given.Qualifier);
      core.siblings.iam.authorize(principal, "lambda:InvokeFunction", functionArn(core, reference));
      const type = given.InvocationType ?? "RequestResponse";
      const limit = MAX_PAYLOAD_BYTES[type];
      if (given.Payload.length > limit) throw payloadTooLarge(limit);
      const input = {
        ...given,
        Payload: checkedPayload(given.Payload),
        ...checkedContext(given.ClientContext),
      };
      const shownArn = functionArn(core, { qualifier: "$LATEST", ...reference });
      const { version } = resolveShown(reference, shownArn);
      if (type === "RequestResponse") return await run(input, requestId);
      refuseWhilePending(version);
      const accepted = {
        ExecutedVersion: version.Version,
        Payload: new Uint8Array(),
        RequestId: requestId,
      };
      if (type === "DryRun") return { ...accepted, StatusCode: 204 };
      events().accept(functionArn(core, reference), input.Payload, requestId);
      return { ...accepted, StatusCode: 202 };
    },

    runEvent: (input, requestId) => run(input, requestId),
  };

  /** As `resolve`, but a missing function is named with its qualifier, as Invoke's error does. */
  function resolveShown(reference: { name: string; qualifier?: string }, shownArn: string) {
    records.get(reference.name, shownArn);
    return records.resolve(reference);
  }
}

/** `POST …/invocations`, whose body is the payload as it is. */
export function invokeRoute(invoker: Invoker): Route {
  return {
    method: "POST",
    path: "/2015-03-31/functions/{FunctionName}/invocations",
    async run({ request, url, principal, requestId }, { FunctionName }) {
      const header = (name: string) => request.headers.get(name) ?? undefined;
      for (const name of ["X-Amz-Tenant-Id", "X-Amz-Durable-Execution-Name"]) {
        if (request.headers.has(name)) {
          throw unsupported(`the header ${name}`, "InvalidParameterValueException");
        }
      }
      const input = validate(invokeInput, {
        FunctionName,
        Qualifier: url.searchParams.get("Qualifier") ?? undefined,
        InvocationType: header("x-amz-invocation-type"),
        LogType: header("x-amz-log-type"),
        ClientContext: header("x-amz-client-context"),
      });
      const limit = MAX_PAYLOAD_BYTES.RequestResponse;
      const Payload = await readBody(request, limit, () => payloadTooLarge(limit));
      const output = await invoker.invoke(principal, { ...input, Payload }, requestId);
      const headers = new Headers();
      if (output.StatusCode !== 202) headers.set("X-Amz-Executed-Version", output.ExecutedVersion);
      if (output.FunctionError) headers.set("X-Amz-Function-Error", output.FunctionError);
      if (output.LogResult !== undefined) headers.set("X-Amz-Log-Result", output.LogResult);
      if (output.StatusCode === 200) headers.set("content-type", "application/json");
      const body = output.StatusCode === 204 ? null : output.Payload as Uint8Array<ArrayBuffer>;
      return new Response(body, { status: output.StatusCode, headers });
    },
  };
}

function payloadTooLarge(limit: number): AwsError {
  return new AwsError(
    "RequestTooLargeException",
    `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    413,
  );
}

/** The payload if it is JSON; none is an empty object. */
function checkedPayload(payload: Uint8Array): Uint8Array {
  if (payload.length === 0) return new TextEncoder().encode("{}");
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    return payload;
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      "Could not parse request body into json: Could not parse payload into json: " +
        (error as Error).message,
    );
  }
}

/** The client context as JSON text. */
function checkedContext(base64: string | undefined): { ClientContext?: string } {
  if (!base64) return {};
  try {
    const ClientContext = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(base64));
    const value = JSON.parse(ClientContext);
    if (base64.length <= 3583 && typeof value === "object" && value !== null) return { ClientContext };
  } catch {
    // Refused below.
  }
  throw new AwsError(
    "InvalidRequestContentException",
    "Client context must be a valid Base64-encoded JSON object.",
  );
}

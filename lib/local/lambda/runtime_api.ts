/**
 * The Lambda Runtime API, version 2018-06-01, of one execution environment: the runtime in it gets invocations and
 * posts results. It works with any runtime interface client, and the function's own code can reach it too: whatever
 * that sends, at most one invocation runs, and no body is kept that is too large.
 */

import { headerText } from "../protocols/header_text.ts";

export interface Invocation {
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly payload: Uint8Array;
  /** JSON, decoded from the caller's header. */
  readonly clientContext?: string;
  /** X-Ray's header, which the function's clients pass on. */
  readonly trace: string;
  /** Milliseconds since the epoch by the system clock, which the runtime compares with. */
  readonly deadline: number;
}

/** A runtime's answer to an invocation. */
export interface Answer {
  readonly payload: Uint8Array;
  /** The error's name; absent for a result. */
  readonly errorType?: string;
  /** Bytes that the runtime has written to standard output so far, if it counts them. */
  readonly outputBytes?: number;
}

const BASE = "/2018-06-01/runtime";
/** AWS's limit: 6 MB and 100 bytes. */
export const MAX_RESPONSE_BYTES = 6_291_556;
/** So much more is read and thrown away, so that a client that writes before it reads gets the answer. */
const MAX_SURPLUS_BYTES = 16 * 2 ** 20;

export class RuntimeApi {
  /** `127.0.0.1:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = new AbortController();
  #poll: ((response: Response) => void) | undefined;
  #running: { requestId: string; answer(answer: Answer): void } | undefined;

  /**
   * @param onIdle called when the runtime asks for an invocation: the environment is free
   * @param onInitError called when the runtime could not load the handler
   */
  constructor(readonly onIdle: () => void, readonly onInitError: (answer: Answer) => void) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, signal: this.#closing.signal },
      (request) => this.#handle(request),
    );
    this.address = `127.0.0.1:${this.#server.addr.port}`;
  }

  /** Gives an invocation to the waiting runtime. @throws Error when it is not waiting */
  invoke(invocation: Invocation): Promise<Answer> {
    const poll = this.#poll;
    if (!poll || this.#running) throw new Error("The runtime is not waiting for an invocation.");
    this.#poll = undefined;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#running = { requestId: invocation.requestId, answer: resolve };
    poll(
      new Response(invocation.payload as Uint8Array<ArrayBuffer>, {
        headers: {
          "content-type": "application/json",
          "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
          "Lambda-Runtime-Deadline-Ms": String(invocation.deadline),
          "Lambda-Runtime-Invoked-Function-Arn": invocation.invokedFunctionArn,
          "Lambda-Runtime-Trace-Id": headerText(invocation.trace),
          ...(invocation.clientContext
            ? { "Lambda-Runtime-Client-Context": asciiJson(invocation.clientContext) }
            : {}),
        },
      }),
    );
    return promise;
  }

  async close(): Promise<void> {
    this.#poll?.(new Response(null, { status: 410 }));
    this.#closing.abort();
    await this.#server.finished;
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    // A web page that guesses the port must not call.
    if (request.headers.get("host") !== this.address || request.headers.has("origin")) {
      return refusal(403, "Forbidden", "Only the runtime of this environment may call");
    }
    if (request.method === "GET" && pathname === `${BASE}/invocation/next`) return await this.#next();
    if (request.method === "POST" && pathname === `${BASE}/init/error`) {
      const payload = await payloadOf(request);
      if (!payload) return tooLarge("error");
      this.onInitError({ payload, errorType: errorTypeOf(request) });
      return accepted();
    }
    const [, requestId, kind] =
      pathname.match(/^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/) ??
        [];
    if (request.method !== "POST" || !requestId) {
      return refusal(404, "InvalidRequest", `No such call: ${request.method} ${pathname}`);
    }
    if (this.#running?.requestId !== requestId) return invalidRequestId();
    const payload = await payloadOf(request);
    const running = this.#running;
    // Another answer may have come while this one was read.
    if (running?.requestId !== requestId) return invalidRequestId();
    this.#running = undefined;
    const outputBytes = Number(request.headers.get("x-output-bytes") ?? NaN);
    const counted = Number.isFinite(outputBytes) ? { outputBytes } : {};
    if (!payload) {
      running.answer({
        payload: errorPayload(
          "Function.ResponseSizeTooLarge",
          `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
        ),
        errorType: "Function.ResponseSizeTooLarge",
        ...counted,
      });
      return tooLarge(kind === "error" ? "error" : "response");
    }
    running.answer({ payload, ...(kind === "error" ? { errorType: errorTypeOf(request) } : {}), ...counted });
    return accepted();
  }

  async #next(): Promise<Response> {
    if (this.#poll || this.#running) {
      const state = this.#running ? "Running" : "Ready";
      return refusal(
        403,
        "InvalidStateTransition",
        `State transition from ${state} to Ready failed for runtime. Error: State transition is not allowed`,
      );
    }
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.#poll = resolve;
    this.onIdle();
    return await promise;
  }
}

/** The JSON of an error that Lambda, not the function, reports. */
export function errorPayload(errorType: string, errorMessage: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ errorType, errorMessage }));
}

function accepted(): Response {
  return Response.json({ status: "OK" }, { status: 202 });
}

function refusal(status: number, errorType: string, errorMessage: string): Response {
  return Response.json({ errorType, errorMessage }, { status });
}

function invalidRequestId(): Response {
  return refusal(400, "InvalidRequestID", "Invalid request ID");
}

function tooLarge(name: string): Response {
  return refusal(413, "RequestEntityTooLarge", `Exceeded maximum allowed payload size in ${name}`);
}

/** A request's body; undefined when it is larger than a payload may be. */
async function payloadOf(request: Request): Promise<Uint8Array | undefined> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) <= MAX_RESPONSE_BYTES) return await request.bytes();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > MAX_RESPONSE_BYTES + MAX_SURPLUS_BYTES) break;
    if (length > MAX_RESPONSE_BYTES) parts.length = 0;
    else parts.push(part);
  }
  return length > MAX_RESPONSE_BYTES ? undefined : await new Blob(parts).bytes();
}

function errorTypeOf(request: Request): string {
  return request.headers.get("lambda-runtime-function-error-type") ?? "Unhandled";
}

/** JSON with escapes instead of characters that are not ASCII or not printable, for a header. */
function asciiJson(json: string): string {
  return JSON.stringify(JSON.parse(json)).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

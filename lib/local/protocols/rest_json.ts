/** REST-JSON of Lambda and SageMaker Runtime: operations by method and path; bodies are JSON or raw bytes. */
import { AwsError } from "../errors.ts";
import type { Operation, Operations } from "../operation.ts";
import { jsonFault } from "./faults.ts";
import { readJson, uuidHeaders } from "./json.ts";
import {
  DEFAULT_SIGNING,
  denialText,
  invalidBy,
  type Protocol,
  violationsText,
  type WireRequest,
  type Words,
} from "./protocol.ts";
import { beginsAsOne, findRoute, locatedMembers, payloadMember, restOutput } from "./rest.ts";

/** Above AWS's 6 MB, so that each operation words its own limit. */
const MAX_BYTES = 8 * 2 ** 20;

export interface RestJson {
  /** The service's name in messages, for example "Lambda". */
  readonly name: string;
  readonly words?: Partial<Words>;
  /** The limit of a JSON body, and the error for a larger one. */
  readonly maxJson?: { readonly bytes: number; tooLarge(operation: Operation): AwsError };
  /** The error for a body that is not a JSON object. */
  notJson?(reason: string): AwsError;
  /** Further members of an error's body. */
  errorMembers?(error: AwsError): Record<string, unknown>;
}

export function restJson({ name, words = {}, maxJson, notJson, errorMembers }: RestJson): Protocol {
  const protocolWords: Words = {
    invalid: invalidBy((violations) => new AwsError("ValidationException", violationsText(violations))),
    denied: (denial) => new AwsError("AccessDeniedException", denialText(denial), 403),
    unauthenticated: jsonFault(403),
    internal: () => new AwsError("InternalFailure", "An internal error occurred.", 500),
    ...words,
  };
  return {
    streams: false,
    signing: DEFAULT_SIGNING,
    maxBytes: MAX_BYTES,
    claims: beginsAsOne,
    named: (request, operations) => routed(request, operations)?.operation,
    read(request, operations) {
      const { method, url, body } = request;
      const found = routed(request, operations);
      if (!found) {
        throw new AwsError(
          "UnknownOperationException",
          `The local AWS does not support the operation ${method} ${url.pathname} of ${name}.`,
          404,
        );
      }
      const { operation } = found;
      const labels = Object.entries(found.labels).map(([label, text]) => [label, decoded(text)]);
      const payload = payloadMember(operation.input);
      if (!payload && maxJson && body && (body as Uint8Array).byteLength > maxJson.bytes) {
        throw maxJson.tooLarge(operation);
      }
      return {
        operation,
        members: {
          ...payload ? { [payload[0]]: body ?? new Uint8Array() } : json(body),
          ...locatedMembers(operation.input, request),
          ...Object.fromEntries(labels),
        },
      };
    },
    write(output, { http }) {
      const { status, headers, payload, members } = restOutput(output, http);
      if (payload !== undefined) return new Response(status === 204 ? null : payload, { status, headers });
      if (status === 204) return new Response(null, { status, headers });
      headers.set("content-type", "application/json");
      return new Response(JSON.stringify(members), { status, headers });
    },
    writeError(error) {
      const { code, message, status, fields, headers } = error;
      const members = { message, Message: message, ...fields, ...errorMembers?.(error) };
      return Response.json(members, { status, headers: { "x-amzn-errortype": code, ...headers } });
    },
    requestId: () => crypto.randomUUID(),
    requestIdHeaders: uuidHeaders,
    words: protocolWords,
  };

  function json(body: Parameters<typeof readJson>[0]): Record<string, unknown> {
    try {
      return readJson(body);
    } catch (error) {
      throw notJson?.((error as Error).message) ?? error;
    }
  }
}

function routed(request: Omit<WireRequest, "body">, operations: Operations) {
  return findRoute(request, request.url.pathname.replace(/\/$/, "").split("/").slice(1), operations);
}

/** Invalid percent-encoding stays as it is, and fails the member's pattern. */
function decoded(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    return label;
  }
}

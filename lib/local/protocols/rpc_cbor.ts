/** Smithy RPC v2 CBOR: the path `/service/NAME/operation/NAME` names the operation, both bodies are CBOR. */
import { decode, encode, Token, Type } from "cborg";
import { AwsError } from "../errors.ts";
import { isObject } from "../shapes.ts";
import { jsonFault } from "./faults.ts";
import { uuidHeaders } from "./json.ts";
import {
  DEFAULT_SIGNING,
  denialText,
  invalidBy,
  type Protocol,
  violationsText,
  type Words,
} from "./protocol.ts";

/** CloudWatch's limit of a request, of which more would take long to read. */
const MAX_BYTES = 2 ** 20;

const PROTOCOL = { "smithy-protocol": "rpc-v2-cbor" };
const HEADERS = { ...PROTOCOL, "content-type": "application/cbor" };

export interface RpcCbor {
  /** The service's name in the path. */
  readonly service: string;
  /** The namespace of the service's model, in which its errors are named. */
  readonly namespace: string;
  readonly words?: Partial<Words>;
  /** Further headers of an error. */
  errorHeaders?(error: AwsError): Record<string, string>;
}

export function rpcCbor({ service, namespace, words = {}, errorHeaders }: RpcCbor): Protocol {
  return {
    streams: false,
    maxBytes: MAX_BYTES,
    signing: DEFAULT_SIGNING,
    claims: ({ headers, url }) =>
      headers.get("smithy-protocol") === PROTOCOL["smithy-protocol"] ||
      url.pathname.startsWith(`/service/${service}/operation/`),
    named: ({ url }, operations) => operations.get(nameIn(url)),
    read({ url, body }, operations) {
      const named = nameIn(url);
      const operation = operations.get(named);
      if (operation) return { operation, members: readCbor(body as Uint8Array | null) };
      throw new AwsError(
        "UnknownOperationException",
        `The local AWS does not support the operation '${named}'.`,
        404,
      );
    },
    write: (output = {}) => new Response(writeCbor(output), { headers: HEADERS }),
    writeError(error) {
      const { code, message, status, fields, headers } = error;
      const body = writeCbor({ __type: `${namespace}#${code}`, message, ...fields });
      return new Response(body, { status, headers: { ...HEADERS, ...headers, ...errorHeaders?.(error) } });
    },
    requestId: () => crypto.randomUUID(),
    requestIdHeaders: uuidHeaders,
    words: {
      invalid: invalidBy((violations) => new AwsError("ValidationException", violationsText(violations))),
      denied: (denial) => new AwsError("AccessDeniedException", denialText(denial), 403),
      unauthenticated: jsonFault(403),
      internal: () => new AwsError("InternalFailure", "An internal error occurred.", 500),
      ...words,
    },
  };
}

function nameIn(url: URL): string {
  return url.pathname.split("/")[4] ?? "";
}

/** An empty body is `{}`; times become seconds since the epoch. @throws AwsError SerializationException */
function readCbor(body: Uint8Array | null): Record<string, unknown> {
  if (body === null) return {};
  let value: unknown;
  try {
    value = decode(body, { tags: { 1: (content) => content() }, allowUndefined: false });
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid CBOR.");
  }
  if (isObject(value)) return value;
  throw new AwsError("SerializationException", "The request body is not a CBOR map.");
}

/** Members that are absent are left out; a time is tag 1 of seconds since the epoch. */
function writeCbor(value: object): Uint8Array<ArrayBuffer> {
  return encode(value, {
    float64: true,
    ignoreUndefinedProperties: true,
    typeEncoders: {
      Date: (date: Date) => [new Token(Type.tag, 1), new Token(Type.float, date.getTime() / 1000)],
    },
  }) as Uint8Array<ArrayBuffer>;
}

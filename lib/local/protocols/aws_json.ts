/** AWS JSON 1.0 and 1.1: `X-Amz-Target: <prefix>.<Operation>` names the operation, both bodies are JSON. */
import { AwsError } from "../errors.ts";
import { jsonFault } from "./faults.ts";
import { readJson, uuidHeaders } from "./json.ts";
import {
  DEFAULT_SIGNING,
  denialText,
  invalidBy,
  type Protocol,
  violationsText,
  type Words,
} from "./protocol.ts";

/** The largest inputs are of 1 MiB (messages, definitions, log events); escaped in JSON they grow up to sixfold. */
const MAX_BYTES = 8 * 2 ** 20;

export interface AwsJson {
  readonly version: "1.0" | "1.1";
  /** The prefix of `X-Amz-Target`, for example `SageMaker`. */
  readonly target: string;
  readonly words?: Partial<Words>;
  /** The service's error for a request without a target. */
  noTarget?(): AwsError;
  /** Further headers and body members of an error. */
  errorFields?(error: AwsError): { headers?: Record<string, string>; members?: Record<string, unknown> };
}

export function awsJson({ version, target, words = {}, noTarget, errorFields }: AwsJson): Protocol {
  const contentType = { "content-type": `application/x-amz-json-${version}` };
  return {
    streams: false,
    maxBytes: MAX_BYTES,
    signing: DEFAULT_SIGNING,
    claims: ({ headers }) => headers.get("x-amz-target")?.startsWith(`${target}.`) ?? false,
    named: ({ headers }, operations) => operations.get(nameIn(headers)),
    read({ headers, body }, operations) {
      const named = headers.get("x-amz-target") ?? "";
      const operation = operations.get(nameIn(headers));
      if (operation) return { operation, members: readJson(body) };
      if (named === "" && noTarget) throw noTarget();
      throw new AwsError(
        "UnknownOperationException",
        `The local AWS does not support the operation '${named}'.`,
      );
    },
    write: (output = {}) => new Response(JSON.stringify(output, asJson), { headers: contentType }),
    writeError(error) {
      const { code, message, status, fields, headers } = error;
      const own = errorFields?.(error) ?? {};
      // Clients read the name from `__type` or the header, the text from `message` or `Message`.
      const body = { __type: code, message, Message: message, ...fields, ...own.members };
      return new Response(JSON.stringify(body), {
        status,
        headers: { ...contentType, "x-amzn-errortype": code, ...headers, ...own.headers },
      });
    },
    requestId: () => crypto.randomUUID(),
    requestIdHeaders: uuidHeaders,
    words: {
      invalid: invalidBy((violations) => new AwsError("ValidationException", violationsText(violations))),
      denied: (denial) => new AwsError("AccessDeniedException", denialText(denial)),
      unauthenticated: jsonFault(400),
      internal: () => new AwsError("InternalFailure", "An internal error occurred.", 500),
      ...words,
    },
  };
}

function nameIn(headers: Headers): string {
  const target = headers.get("x-amz-target") ?? "";
  return target.slice(target.lastIndexOf(".") + 1);
}

/** Times are seconds since the epoch, maps are objects. `this` has the value as it was before Date's own conversion. */
function asJson(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (this[key] instanceof Date) return this[key].getTime() / 1000;
  return value instanceof Map ? Object.fromEntries(value) : value;
}

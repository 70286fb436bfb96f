/** The AWS query protocol of IAM, STS, SNS and older clients of CloudWatch: `Action` names the operation, members are form-encoded, answers XML. */
import { AwsError } from "../errors.ts";
import type { Operation } from "../operation.ts";
import { fromTexts, type Shape } from "../shapes.ts";
import { queryFault } from "./faults.ts";
import { uuidHeaders } from "./json.ts";
import {
  DEFAULT_SIGNING,
  denialText,
  invalidBy,
  type Protocol,
  violationsText,
  type Words,
} from "./protocol.ts";
import { toXml, xmlResponse } from "./xml.ts";

/** The largest inputs are of 256 KiB (messages of SNS); encoded in a form they grow up to threefold. */
const MAX_BYTES = 2 ** 20;

/** A batch of ten messages with ten attributes each has 340 parameters. */
const MAX_PARAMETERS = 5000;

/** The deepest member is `PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.StringValue`. */
const MAX_STEPS = 20;

export interface Query {
  readonly xmlns: string;
  readonly words?: Partial<Words>;
  /** The code of an error, where a service has others than in its newer protocols. */
  errorCode?(code: string): string;
}

export function query({ xmlns, words = {}, errorCode = (code) => code }: Query): Protocol {
  return {
    streams: false,
    maxBytes: MAX_BYTES,
    signing: { ...DEFAULT_SIGNING, readsForm: true },
    claims({ method, url }, operations) {
      const operation = operations.get(url.searchParams.get("Action") ?? "");
      return operation !== undefined && isTaken(method, operation);
    },
    read({ method, url, body }, operations) {
      const parameters = parametersOf(url, body as Uint8Array | null);
      const action = parameters.get("Action");
      if (action === null) throw new AwsError("MissingAction", "Could not find operation in request.");
      const operation = operations.get(action);
      if (!operation) {
        throw new AwsError("InvalidAction", `The local AWS does not support the operation '${action}'.`);
      }
      if (!isTaken(method, operation)) {
        throw new AwsError(
          "InvalidAction",
          `The local AWS takes the operation '${action}' by POST, as AWS's clients send it, not by ${method}.`,
        );
      }
      return { operation, members: readMembers(operation.input, parameters) };
    },
    // Without output there is no result element; an empty output gives an empty one, as AWS's models differ.
    write(output, { name }, requestId) {
      const result = output && Object.fromEntries(
        Object.entries(output).map(([member, value]) => [member, written(value)]),
      );
      const answer = { [`${name}Result`]: result, ResponseMetadata: { RequestId: requestId } };
      return xmlResponse(200, toXml(`${name}Response`, answer, xmlns), { "content-type": "text/xml" });
    },
    writeError({ code, message, status, headers }, requestId) {
      const Error = { Type: status < 500 ? "Sender" : "Receiver", Code: errorCode(code), Message: message };
      return xmlResponse(status, toXml("ErrorResponse", { Error, RequestId: requestId }), headers);
    },
    requestId: () => crypto.randomUUID(),
    requestIdHeaders: uuidHeaders,
    words: {
      invalid: invalidBy((violations) => new AwsError("ValidationError", violationsText(violations))),
      denied: (denial) => new AwsError("AccessDenied", denialText(denial), 403),
      unauthenticated: queryFault,
      internal: () => new AwsError("InternalFailure", "An internal error occurred.", 500),
      ...words,
    },
  };
}

/** The parameters of the query and of the form. @throws AwsError InvalidQueryParameter when there are too many */
function parametersOf(url: URL, body: Uint8Array | null): URLSearchParams {
  const form = new TextDecoder().decode(body ?? undefined);
  let count = url.searchParams.size;
  for (let at = form.indexOf("&"); at >= 0; at = form.indexOf("&", at + 1)) count++;
  if (count > MAX_PARAMETERS) throw malformed(`The request has more than ${MAX_PARAMETERS} parameters.`);
  return new URLSearchParams([...url.searchParams, ...new URLSearchParams(form)]);
}

function malformed(why: string): AwsError {
  return new AwsError(
    "InvalidQueryParameter",
    `The AWS query string is malformed or does not adhere to AWS standards. ${why}`,
  );
}

/** Any web page can make a browser send GET requests, so they have no effects but those of links. */
function isTaken(method: string, { http }: Operation): boolean {
  return method === "POST" || (method === "GET" && http?.at.startsWith("GET ") === true);
}

/**
 * Form parameters as a request's members: `Tags.member.1.Key=a` is `{Tags: [{Key: "a"}]}`,
 * `Names.entry.1.key=a&Names.entry.1.value=b` is `{Names: {a: "b"}}`.
 * @throws AwsError InvalidQueryParameter for a name of too many parts
 */
export function readMembers(shape: Shape<unknown>, parameters: URLSearchParams): unknown {
  const root: Node = new Map();
  for (const [name, value] of parameters) {
    const path = name.split(".", MAX_STEPS + 1);
    if (path.length > MAX_STEPS) {
      throw malformed(`A parameter's name has more than ${MAX_STEPS} parts: ${name.slice(0, 100)}`);
    }
    let node = root;
    for (const step of path.slice(0, -1)) {
      const next = node.get(step);
      if (next instanceof Map) node = next;
      else node.set(step, node = new Map());
    }
    node.set(path.at(-1)!, value);
  }
  return fromTexts(shape, plain(shape, root));
}

type Node = Map<string, string | Node>;

/**
 * Turns `member` and `entry` nodes into the lists and maps that the shape expects. Nodes with other names stay as
 * they are, so that the shape's check reports them.
 */
function plain(shape: Shape<unknown> | undefined, node: string | Node): unknown {
  if (typeof node === "string") return shape?.kind === "list" && node === "" ? [] : node;
  const [members, entries] = [node.get("member"), node.get("entry")];
  if (shape?.kind === "list" && members instanceof Map) {
    return indexed(members).map((item) => plain(shape.member, item));
  }
  if (shape?.kind === "map" && entries instanceof Map) {
    return Object.fromEntries(
      indexed(entries).map((entry) => {
        const part = (...names: string[]) =>
          names.map((name) => entry instanceof Map ? entry.get(name) : undefined)
            .find((value) => value !== undefined);
        // SNS has maps with `key` and `value`, and maps with `Name` and `Value`.
        return [String(part("key", "Name")), plain(shape.member, part("value", "Value") ?? "")];
      }),
    );
  }
  return Object.fromEntries([...node].map(([name, value]) => [name, plain(shape?.members?.[name], value)]));
}

/** The items sorted by their numbers 1, 2, 3 … */
function indexed(node: Node): (string | Node)[] {
  return [...node].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

/** An output for `toXml`: lists as `member` elements, Map objects as `entry` elements. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return { member: value.map(written) };
  if (value instanceof Map) {
    return { entry: [...value].map(([key, item]) => ({ key, value: written(item) })) };
  }
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, written(item)]));
}

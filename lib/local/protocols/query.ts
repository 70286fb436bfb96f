/** The AWS query protocol of IAM, STS and SNS: `Action` names the operation, members are form-encoded, answers XML. */
import { AwsError } from "../errors.ts";
import { fromTexts, type Shape } from "../shapes.ts";
import { uuidHeaders } from "./json.ts";
import {
  type AuthenticationFault,
  DEFAULT_SIGNING,
  denialText,
  faultText,
  invalidBy,
  type Protocol,
  violationsText,
  type Words,
} from "./protocol.ts";
import { toXml, xmlResponse } from "./xml.ts";

export interface Query {
  readonly xmlns: string;
  readonly words?: Partial<Words>;
}

const FAULT_CODES: Readonly<Record<AuthenticationFault, string>> = {
  key: "InvalidClientTokenId",
  token: "InvalidClientTokenId",
  expired: "ExpiredToken",
  signature: "SignatureDoesNotMatch",
  skew: "SignatureDoesNotMatch",
  "request expired": "SignatureDoesNotMatch",
};

export function query({ xmlns, words = {} }: Query): Protocol {
  return {
    streams: false,
    signing: DEFAULT_SIGNING,
    claims({ method, url }, operations) {
      const operation = operations.get(url.searchParams.get("Action") ?? "");
      // Of unsigned GET requests only those that people open as links, such as SNS's confirmations.
      return operation !== undefined && (method === "POST" || operation.http?.at.startsWith("GET ") === true);
    },
    read({ url, body }, operations) {
      const form = new TextDecoder().decode(body as Uint8Array | null ?? undefined);
      const parameters = new URLSearchParams([...url.searchParams, ...new URLSearchParams(form)]);
      const action = parameters.get("Action");
      if (action === null) throw new AwsError("MissingAction", "Could not find operation in request.");
      const operation = operations.get(action);
      if (!operation) {
        throw new AwsError("InvalidAction", `The local AWS does not support the operation '${action}'.`);
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
      const Error = { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message };
      return xmlResponse(status, toXml("ErrorResponse", { Error, RequestId: requestId }), headers);
    },
    requestId: () => crypto.randomUUID(),
    requestIdHeaders: uuidHeaders,
    words: {
      invalid: invalidBy((violations) => new AwsError("ValidationError", violationsText(violations))),
      denied: (denial) => new AwsError("AccessDenied", denialText(denial), 403),
      unauthenticated: (fault) => new AwsError(FAULT_CODES[fault], faultText(fault), 403),
      internal: () => new AwsError("InternalFailure", "An internal error occurred.", 500),
      ...words,
    },
  };
}

/**
 * Form parameters as a request's members: `Tags.member.1.Key=a` is `{Tags: [{Key: "a"}]}`,
 * `Names.entry.1.key=a&Names.entry.1.value=b` is `{Names: {a: "b"}}`.
 */
export function readMembers(shape: Shape<unknown>, parameters: URLSearchParams): unknown {
  const root: Node = new Map();
  for (const [name, value] of parameters) {
    const path = name.split(".");
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
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, written(item)]));
}

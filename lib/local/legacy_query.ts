/** The AWS query protocol of IAM, STS and SNS: an `Action` with form-encoded members, answered in XML. */
import { AwsError } from "./errors.ts";
import { type Operation, toXml } from "./legacy_protocols.ts";
import type { Call } from "./services.ts";

/** Operations whose answers are in one namespace. */
export interface QueryService {
  readonly xmlns: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

/** Operations with a result that has no members; the others without members have no result. */
const EMPTY_RESULT = new Set(["UpdateRole", "TagResource", "UntagResource"]);

/** Answers a request to the service that has its operation; names of operations are of one service only. */
export async function query(services: readonly QueryService[], call: Call): Promise<Response> {
  const body = new URLSearchParams(await call.request.text());
  const parameters = new URLSearchParams([...call.url.searchParams, ...body]);
  const action = parameters.get("Action");
  if (action === null) throw new AwsError("MissingAction", "Could not find operation in request.");
  const service = services.find(({ operations }) => Object.hasOwn(operations, action));
  if (!service) {
    throw new AwsError("InvalidAction", `The local AWS does not support the operation '${action}'.`);
  }
  const output = await service.operations[action]!.run(readMembers(parameters), call).catch((error) => {
    // These services name violated constraints otherwise than most.
    if (error instanceof AwsError && error.code === "ValidationException") {
      throw new AwsError("ValidationError", error.message);
    }
    throw error;
  });
  const answer = toXml(`${action}Response`, {
    [`${action}Result`]: Object.keys(output).length > 0 || EMPTY_RESULT.has(action) ? output : undefined,
    ResponseMetadata: { RequestId: call.requestId },
  }, service.xmlns);
  return new Response(answer, { headers: { "content-type": "text/xml" } });
}

/** `Tags.member.1.Key=a` as `{Tags: [{Key: "a"}]}`, `Names.entry.1.key=a&Names.entry.1.value=b` as `{Names: {a: "b"}}`. */
export function readMembers(parameters: URLSearchParams): Record<string, unknown> {
  const root = new Map<string, unknown>();
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
  return plain(root) as Record<string, unknown>;
}

function plain(node: unknown): unknown {
  if (!(node instanceof Map)) return node;
  const members = node.get("member");
  if (node.size === 1 && members instanceof Map) {
    return [...members].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => plain(item));
  }
  const entries = node.get("entry");
  if (node.size === 1 && entries instanceof Map) {
    return Object.fromEntries([...entries.values()].map((entry) => keyAndValue(plain(entry))));
  }
  return Object.fromEntries([...node].map(([name, value]) => [name, plain(value)]));
}

/** An entry of a map: SNS has maps of `key` and `value`, and of `Name` and `Value`. */
function keyAndValue(entry: unknown): [string, unknown] {
  const { key, value, Name, Value } = Object(entry);
  return [String(key ?? Name), value ?? Value];
}

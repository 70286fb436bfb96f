/** REST-JSON: operations by method and path; members come from path, query and JSON body. */
import { AwsError } from "../errors.ts";
import { parseJson, readBody } from "../legacy_protocols.ts";
import type { Call } from "../services.ts";
import { type Shape, validate } from "../legacy_shapes.ts";

export interface Route {
  readonly method: string;
  /** With `{Member}` for a path segment, for example `/2015-03-31/functions/{FunctionName}`. */
  readonly path: string;
  run(call: Call, members: Readonly<Record<string, string>>): Promise<Response>;
}

/** The largest request that AWS reads for any operation but Invoke: a 50 MB zip in base64 with room around it. */
const MAX_REQUEST_BYTES = 70_167_211;

/**
 * Binds an operation whose body is JSON.
 * @param at `METHOD path`
 * @param status what AWS's model gives as responseCode; 204 answers without a body
 */
export function route<I>(
  at: string,
  input: Shape<I>,
  handle: (input: I, call: Call) => object | void | Promise<object | void>,
  status = 200,
): Route {
  const [method, path] = at.split(" ") as [string, string];
  return {
    method,
    path,
    async run(call, members) {
      const text = new TextDecoder().decode(await readBody(call.request, MAX_REQUEST_BYTES, tooLarge));
      const given = { ...jsonBody(text), ...queryMembers(call.url), ...members };
      const output = await handle(validate(input, given), call);
      if (status === 204) return new Response(null, { status });
      return Response.json(output ?? {}, { status });
    },
  };
}

/** Finds a request's operation and runs it. @throws AwsError UnknownOperationException when there is none. */
export async function dispatch(routes: readonly Route[], call: Call): Promise<Response> {
  const given = call.url.pathname.replace(/\/$/, "").split("/");
  for (const route of routes) {
    if (route.method !== call.request.method) continue;
    const members = matchPath(route.path.split("/"), given);
    if (members) return await route.run(call, members);
  }
  throw new AwsError(
    "UnknownOperationException",
    `The local AWS does not support the operation ${call.request.method} ${call.url.pathname} of Lambda.`,
    404,
  );
}

function matchPath(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined;
  const members: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = given[index]!;
    if (!part.startsWith("{")) {
      if (part !== segment) return undefined;
      continue;
    }
    if (segment === "") return undefined;
    try {
      members[part.slice(1, -1)] = decodeURIComponent(segment);
    } catch {
      throw new AwsError("ValidationException", `The path segment '${segment}' is not a valid URL encoding.`);
    }
  }
  return members;
}

/** Query parameters as members: `MaxItems` is a number, `tagKeys` repeats. */
function queryMembers(url: URL): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) {
    if (name === "tagKeys") members["TagKeys"] = url.searchParams.getAll(name);
    else if (name === "MaxItems") members[name] = /^-?\d+$/.test(value) ? Number(value) : value;
    else members[name] = value;
  }
  return members;
}

function jsonBody(text: string): Record<string, unknown> {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
}

function tooLarge(): AwsError {
  return new AwsError(
    "RequestEntityTooLargeException",
    `Request must be smaller than ${MAX_REQUEST_BYTES} bytes for the CreateFunction operation`,
    413,
  );
}

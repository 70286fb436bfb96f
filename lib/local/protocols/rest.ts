/** What the REST protocols share: operations by method and path, members in path, query and headers. */
import type { Http, Operation, Operations } from "../operation.ts";
import { fromTexts, type Shape } from "../shapes.ts";
import { headerText } from "./header_text.ts";
import type { WireRequest } from "./protocol.ts";

/** A parsed `http.at`. */
interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  /** The query parameter that selects the operation, such as `uploads`. */
  readonly parameter?: string;
}

const routes = new WeakMap<Operation, Route>();

export function routeOf(operation: Operation): Route {
  let route = routes.get(operation);
  if (!route) {
    const [method = "", target = ""] = operation.http?.at.split(" ") ?? [];
    const [path = "", parameter] = target.split("?");
    routes.set(operation, route = { method, segments: path.split("/").slice(1), parameter });
  }
  return route;
}

/** Whether the path's first segment is that of an operation. */
export function beginsAsOne({ url }: Pick<WireRequest, "url">, operations: Operations): boolean {
  const first = url.pathname.split("/")[1];
  return [...operations.values()].some((operation) => routeOf(operation).segments[0] === first);
}

/**
 * The operation of a method and path, with the path's labels as they stand in `path`.
 * @param parameter the query parameter that selects an operation, if the request has one
 */
export function findRoute(
  { method, headers }: Pick<WireRequest, "method" | "headers">,
  path: readonly string[],
  operations: Operations,
  parameter?: string,
): { operation: Operation; labels: Record<string, string> } | undefined {
  for (const operation of operations.values()) {
    const route = routeOf(operation);
    const { given } = operation.http ?? {};
    if (route.method !== method || route.parameter !== parameter) continue;
    if (given !== undefined && !headers.has(given)) continue;
    const labels = matchPath(route.segments, path);
    if (labels) return { operation, labels };
  }
  return undefined;
}

function matchPath(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(part);
    const given = label?.[2] ? path.slice(index).join("/") : path[index];
    if (given === undefined) return undefined;
    if (!label && part !== given) return undefined;
    if (label && given === "") return undefined;
    if (label) labels[label[1]!] = given;
    if (label?.[2]) return labels;
  }
  return pattern.length === path.length ? labels : undefined;
}

/** The members in a request's headers and query. */
export function locatedMembers(
  shape: Shape<unknown>,
  { headers, url }: WireRequest,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const { location } = member;
    let value: unknown = null;
    if (location?.in === "header") value = headers.get(location.name);
    else if (location?.in === "headers") value = withPrefix(headers, location.name);
    else if (location?.in === "queries") value = withPrefix(url.searchParams, location.name);
    else if (location?.in === "query" && url.searchParams.has(location.name)) {
      const all = url.searchParams.getAll(location.name);
      value = member.kind === "list" ? all : all[0];
    }
    if (value !== null) found[name] = fromTexts(member, value);
  }
  return found;
}

/** The member that is the whole body, if the operation has one. */
export function payloadMember(shape: Shape<unknown>): [name: string, member: Shape<unknown>] | undefined {
  return Object.entries(shape.members ?? {}).find(([, { location }]) => location?.in === "payload");
}

function withPrefix(pairs: Iterable<[string, string]>, prefix: string): Record<string, string> | null {
  const found = [...pairs].filter(([name]) => name.startsWith(prefix));
  return found.length === 0
    ? null
    : Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

export interface RestOutput {
  readonly status: number;
  readonly headers: Headers;
  /** The body, if one member is the body. */
  readonly payload?: BodyInit | null;
  /** The other members, for a JSON or XML body. */
  readonly members: Record<string, unknown>;
}

/** Splits an output into status, headers, payload and body members. */
export function restOutput(
  output: object | undefined,
  { status = 200, headers: named = {}, payload, contentType, statusFrom }: Partial<Http> = {},
): RestOutput {
  const members: Record<string, unknown> = { ...output };
  const headers = new Headers();
  for (const [member, name] of Object.entries(named)) {
    const value = members[member];
    delete members[member];
    if (value === undefined) continue;
    const text = value instanceof Date ? value.toUTCString() : headerText(String(value));
    if (!name.endsWith("*")) headers.set(name, text);
    else {
      for (const [key, text] of Object.entries(value as Record<string, string>)) {
        headers.set(name.slice(0, -1) + key, headerText(text));
      }
    }
  }
  const answered = statusFrom === undefined ? status : members[statusFrom] as number;
  if (statusFrom !== undefined) delete members[statusFrom];
  if (payload === undefined) return { status: answered, headers, members };
  const body = (members[payload] ?? null) as BodyInit | null;
  if (contentType !== undefined && body !== null) headers.set("content-type", contentType);
  return { status: answered, headers, payload: body, members: {} };
}

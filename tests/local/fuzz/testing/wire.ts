/** Input as requests: as each protocol writes it, whatever the input is. */
import { encode } from "cborg";
import type { Operation } from "../../../../lib/local/operation.ts";
import { toXml } from "../../../../lib/local/protocols/xml.ts";
import type { Shape } from "../../../../lib/local/shapes.ts";
import { inHeader, inUrl } from "./hostile.ts";

export interface Sent {
  readonly path: string;
  readonly init: RequestInit & { readonly method: string };
}

/** How a protocol writes the input of an operation. */
export type Writer = (operation: Pick<Operation, "name" | "input" | "http">, input: unknown) => Sent;

/** The shape of input that nothing is known of. */
export const ANYTHING: Shape<unknown> = { kind: "any", check() {} };

/** @param target what stands before the operation's name */
export function awsJson(target: string): Writer {
  return ({ name }, input) => {
    const headers = { "x-amz-target": `${target}.${name}` };
    return { path: "/", init: { method: "POST", headers, body: JSON.stringify(input) ?? "" } };
  };
}

/** @param service the service's name in the path */
export function rpcCbor(service: string): Writer {
  return ({ name }, input) => {
    const headers = { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" };
    const body = encode(input ?? null, { ignoreUndefinedProperties: true }) as Uint8Array<ArrayBuffer>;
    return { path: `/service/${service}/operation/${inUrl(name)}`, init: { method: "POST", headers, body } };
  };
}

export const query: Writer = ({ name, input: shape }, input) => ({
  path: "/",
  init: { method: "POST", body: [`Action=${name}`, ...parameters(shape, input)].join("&") },
});

/** REST-JSON and REST-XML: a structure that is the payload is written as XML, other members as JSON. */
export const rest: Writer = ({ input: shape, http }, input) => {
  const members = isObject(input) ? { ...input } : {};
  const headers: Record<string, string> = {};
  const search: string[] = [];
  let body = isObject(input) ? undefined : text(input);
  const [method = "", target = ""] = http!.at.split(" ");
  const [pattern = "", parameter] = target.split("?");
  const path = pattern.replace(/\{(\w+)\+?\}/g, (_, label: string) => {
    const value = members[label];
    delete members[label];
    return inUrl(text(value ?? "x"));
  });
  for (const [name, { location, kind, members: inner }] of Object.entries(shape.members ?? {})) {
    const value = members[name];
    if (value === undefined || location === undefined) continue;
    delete members[name];
    if (location.in === "header") headers[location.name] = inHeader(text(value));
    else if (location.in === "headers" || location.in === "queries") {
      for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
        if (location.in === "queries") search.push(`${location.name}${inUrl(key)}=${inUrl(text(item))}`);
        else headers[location.name + key.replaceAll(/[^\w-]/g, "x").slice(0, 100)] = inHeader(text(item));
      }
    } else if (location.in === "query") {
      for (const item of [value].flat()) search.push(`${location.name}=${inUrl(text(item))}`);
    } else if (kind === "structure" && isObject(value)) {
      body = toXml(location.name, inElements(inner!, value));
    } else body = text(value);
  }
  if (parameter !== undefined && !search.some((one) => one.startsWith(`${parameter}=`))) {
    search.unshift(parameter);
  }
  if (body === undefined && Object.keys(members).length > 0) body = JSON.stringify(members);
  if (method === "GET" || method === "HEAD") body = undefined;
  return { path: `${path}?${search.join("&").slice(0, 8000)}`, init: { method, headers, body } };
};

/** Names and values of a form: `Tags.member.1.Key=a`, `Attributes.entry.1.key=a`. */
function parameters(shape: Shape<unknown> | undefined, value: unknown, prefix = ""): string[] {
  if (typeof value !== "object" || value === null) {
    return [`${inUrl(prefix || "x")}=${inUrl(text(value), Infinity)}`];
  }
  const below = (name: string) => prefix ? `${prefix}.${name}` : name;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => parameters(shape?.member, item, below(`member.${index + 1}`)));
  }
  return Object.entries(value).flatMap(([name, item], index) => {
    if (shape?.kind !== "map") return parameters(shape?.members?.[name], item, below(name));
    const entry = below(`entry.${index + 1}`);
    return [`${entry}.key=${inUrl(name)}`, ...parameters(shape.member, item, `${entry}.value`)];
  });
}

/** Members by the names of their elements. */
function inElements(members: NonNullable<Shape<unknown>["members"]>, value: object): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, item]) => {
    const { location } = members[name] ?? {};
    const element = location?.in === "element" ? location.name : name;
    return [element.replaceAll(/[^\w.-]|^[^A-Za-z_]+/g, "") || "x", item];
  });
  return Object.fromEntries(entries);
}

function text(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

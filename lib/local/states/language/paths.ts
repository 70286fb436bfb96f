/** JSONPath in the States Language: Paths select values, Reference Paths name one place to read or write. */
import { JSONPath } from "jsonpath-plus";
import { type Data, type Json } from "./asl.ts";
import { EvaluationFailure } from "./failures.ts";

/** A member's name or an array's index. */
export type Segment = string | number;

const SEGMENT =
  /\.((?:\\.|[^\s.[\]()*?,:@'"$~^\\])+)|\[(-?\d+)\]|\['((?:\\.|[^'\\])*)'\]|\["((?:\\.|[^"\\])*)"\]/uy;

/** A path without its quoted texts: names, `*`, `..` and brackets with filters, slices or unions. */
const STEPS = /^\$(?:\.{1,2}(?:\*|[^\s.[\]()*?,:@'"$~^`\\]+)|(?:\.\.)?\[(?:[^[\]]|\[[^[\]]*\])*\])+$/u;

/** The segments of a Reference Path, which names exactly one node; undefined for other paths. */
export function referencePath(path: string): Segment[] | undefined {
  if (!path.startsWith("$")) return undefined;
  const segments: Segment[] = [];
  SEGMENT.lastIndex = 1;
  while (SEGMENT.lastIndex < path.length) {
    const match = SEGMENT.exec(path);
    if (!match) return undefined;
    const [, name, index, single, double] = match;
    segments.push(index !== undefined ? Number(index) : (name ?? single ?? double)!.replace(/\\(.)/gu, "$1"));
  }
  return segments;
}

/**
 * Whether the text is a valid path. Extensions of JSONPath libraries (functions, parents `^`, names `~`, type
 * selectors `@string()`) are not.
 */
export function isPath(text: string): boolean {
  if (!text.startsWith("$")) return false;
  const path = text.startsWith("$$") ? text.slice(1) : text;
  if (referencePath(path)) return true;
  return STEPS.test(path.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, ""));
}

/** The value at a path (`$…`, or `$$…` in the context object); undefined when there is none. */
export function select(path: string, data: Data): Json | undefined {
  const inContext = path.startsWith("$$");
  const root = inContext ? data.context : data.input;
  const plain = inContext ? path.slice(1) : path;
  const segments = referencePath(plain);
  if (!segments) return find(plain, root);
  let value: Json | undefined = root;
  for (const segment of segments) value = member(value, segment);
  return value;
}

/** Like `select`, for InputPath, OutputPath and the like. @throws EvaluationFailure when there is no value */
export function selectExisting(path: string, data: Data): Json {
  const value = select(path, data);
  if (value !== undefined) return value;
  const segments = referencePath(path.startsWith("$$") ? path.slice(1) : path) ?? [];
  const spelled = segments.map((segment) => typeof segment === "number" ? `[${segment}]` : `['${segment}']`);
  throw new EvaluationFailure(`Invalid path '${path}' : No results for path: $${spelled.join("")}`);
}

/** Whether a path without a value ends in an index past the end of an existing array. */
export function isPastEnd(path: string, data: Data): boolean {
  const index = path.match(/^(.*)\[-?\d+\]$/)?.[1];
  return index !== undefined && Array.isArray(select(index, data));
}

/**
 * Returns `input` with `result` at a Reference Path; missing members are created.
 * @throws EvaluationFailure States.ResultPathMatchFailure when the path does not fit the input
 */
export function place(path: string, input: Json, result: Json): Json {
  const put = (into: Json | undefined, segments: Segment[]): Json => {
    const [segment, ...rest] = segments;
    if (segment === undefined) return result;
    if (typeof segment === "number") {
      if (!Array.isArray(into) || segment < 0 || segment >= into.length) throw mismatch(path, input);
      return into.map((item, index) => index === segment ? put(item, rest) : item);
    }
    if (into !== undefined && !isObject(into)) throw mismatch(path, input);
    return { ...into, [segment]: put(member(into, segment), rest) };
  };
  return put(input, referencePath(path)!);
}

export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function member(value: Json | undefined, segment: Segment): Json | undefined {
  if (typeof segment === "number") return Array.isArray(value) ? value.at(segment) : undefined;
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** Evaluates paths with wildcards, filters, slices or `..`, to an array. Filters are interpreted, without eval. */
function find(path: string, json: Json): Json[] {
  if (json === null || typeof json !== "object") return [];
  try {
    return JSONPath({ path, json, eval: "safe", wrap: true }) as Json[];
  } catch (error) {
    throw new EvaluationFailure(`Invalid path '${path}' : ${(error as Error).message}`);
  }
}

function mismatch(path: string, input: Json): EvaluationFailure {
  return new EvaluationFailure(
    `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`,
    "States.ResultPathMatchFailure",
  );
}

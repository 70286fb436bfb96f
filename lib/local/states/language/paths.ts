/** JSONPath in the States Language: Paths select values, Reference Paths name one place to read or write. */
import { type Data, type Json } from "./asl.ts";
import { EvaluationFailure } from "./failures.ts";
import { evaluate, parsePath } from "./json_path.ts";
import { parsed, shown } from "./json_text.ts";
import { isObject, member, readSegments, type Segment } from "./path_segments.ts";
import { Work } from "./work.ts";

export { isObject } from "./path_segments.ts";

const SEGMENT =
  /\.((?:\\.|[^\s.[\]()*?,:@'"$~^\\])+)|\[(-?\d{1,15})\]|\['((?:\\.|[^'\\])*)'\]|\["((?:\\.|[^"\\])*)"\]/uy;

/** The name of a variable after `$`. Source: Unicode's identifiers, as the States Language has it */
const VARIABLE = /^\$([\p{ID_Start}_][\p{ID_Continue}]*)/u;

/** The limit of a Reference Path's segments, that of nested JSON. */
const SEGMENTS_LIMIT = 1000;

/** The segments of a Reference Path, which names exactly one node; undefined for other paths. */
export function referencePath(path: string): Segment[] | undefined {
  if (!path.startsWith("$")) return undefined;
  const { segments, end } = readSegments(path, 1, SEGMENT);
  return end === path.length && segments.length <= SEGMENTS_LIMIT ? segments : undefined;
}

/**
 * Whether the text is a valid path. Extensions of JSONPath libraries (functions, scripts, parents `^`, names `~`, type
 * selectors `@string()`) are not.
 */
export function isPath(text: string): boolean {
  if (!text.startsWith("$")) return false;
  const path = plainPath(text);
  if (referencePath(path)) return true;
  try {
    parsePath(path);
    return true;
  } catch {
    return false;
  }
}

/** The name of the variable that a path begins with: `total` of `$total.price`. */
export function variableOf(path: string): string | undefined {
  return path.match(VARIABLE)?.[1];
}

/** A path as if it began at the input: `$.price` of `$$.price` and of `$total.price`. */
export function plainPath(path: string): string {
  return path.startsWith("$$") ? path.slice(1) : path.replace(VARIABLE, () => "$");
}

/** The value at a path (`$…`, `$$…` in the context object, `$name…` in a variable); undefined when there is none. */
export function select(path: string, data: Data): Json | undefined {
  const { work = new Work() } = data;
  const plain = plainPath(path);
  work.spendParsing(path.length);
  const root = rootOf(path, data);
  if (root === undefined) return undefined;
  const segments = referencePath(plain);
  if (!segments) return find(plain, root, work);
  let value: Json | undefined = root;
  for (const segment of segments) value = member(value, segment);
  return value;
}

/** What a path begins at; undefined for a variable that is not assigned. */
function rootOf(path: string, { input, context, variables, work }: Data): Json | undefined {
  if (path.startsWith("$$")) return context;
  const name = variableOf(path);
  if (name === undefined) return input;
  if (!variables || !Object.hasOwn(variables, name)) return undefined;
  work?.spendText(variables[name]!.length);
  return parsed(variables[name]!);
}

/** Like `select`, for InputPath, OutputPath and the like. @throws EvaluationFailure when there is no value */
export function selectExisting(path: string, data: Data): Json {
  const value = select(path, data);
  if (value !== undefined) return value;
  const segments = referencePath(plainPath(path)) ?? [];
  const spelled = segments.map((segment) => typeof segment === "number" ? `[${segment}]` : `['${segment}']`);
  throw new EvaluationFailure(`Invalid path '${path}' : No results for path: $${spelled.join("")}`);
}

/** Like `select`, for a field whose name AWS's message has. @throws EvaluationFailure when there is no value */
export function selectField(path: string, field: string, data: Data): Json {
  const value = select(path, data);
  if (value !== undefined) return value;
  const searched = shown(path.startsWith("$$") ? data.context : data.input);
  throw new EvaluationFailure(
    `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${searched}'`,
  );
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

/** Evaluates paths with wildcards, filters, slices or `..`, to an array. */
function find(path: string, json: Json, work: Work): Json[] {
  try {
    return evaluate(parsePath(path), json, work);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new EvaluationFailure(`Invalid path '${path}' : ${error.message}`);
  }
}

function mismatch(path: string, input: Json): EvaluationFailure {
  return new EvaluationFailure(
    `Unable to apply ReferencePath ${path} to input ${shown(input)}`,
    "States.ResultPathMatchFailure",
  );
}

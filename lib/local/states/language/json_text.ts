/** Reads and writes JSON of users, with AWS's error messages, within limits of size and depth. */
import { DATA_LIMIT, exceedsDataLimit, type Json } from "./asl.ts";
import { EvaluationFailure } from "./failures.ts";

/** The limit of nested arrays and objects in AWS's JSON parser and generator (Jackson). */
const DEPTH_LIMIT = 1000;
/** The limit of a token in Jackson's messages, in characters. */
const TOKEN_LIMIT = 256;
/** Character codes; the closing ones of brackets and braces are two higher. */
const QUOTE = 0x22, BACKSLASH = 0x5c, BRACKET = 0x5b, BRACE = 0x7b;
const TOO_DEEP = `Document nesting depth (${DEPTH_LIMIT + 1}) exceeds the maximum allowed (${DEPTH_LIMIT})`;

/** @throws SyntaxError, for common mistakes in Jackson's wording */
export function parseUserJson(text: string): unknown {
  // First, because recursive code reads what is parsed.
  if (isTooDeep(text)) throw new SyntaxError(TOO_DEEP);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw jacksonError(text) ?? error;
  }
}

/** An error of JSON text. */
export class JsonSyntaxError extends SyntaxError {
  /** @param source Jackson's description of the place */
  constructor(message: string, readonly source?: string) {
    super(message);
  }
}

/** The limit of a text in Jackson's description of a place, in characters. */
const SOURCE_LIMIT = 500;

function sourceAt(text: string, index: number): string {
  const lines = text.slice(0, index).split("\n");
  const shown = text.length > SOURCE_LIMIT
    ? `"${text.slice(0, SOURCE_LIMIT)}"[truncated ${text.length - SOURCE_LIMIT} chars]`
    : `"${text}"`;
  return `[Source: (String)${shown}; line: ${lines.length}, column: ${lines.at(-1)!.length + 1}]`;
}

/**
 * The value as JSON text; undefined when it exceeds the limit of a state's data. A value can hold the same part many
 * times, so its size is checked before the text is made.
 * @throws EvaluationFailure when it is nested too deep
 */
export function toText(value: Json): string | undefined {
  const known = typeof value === "object" && value !== null && sources.has(value);
  if (!known && leastLength(value, DATA_LIMIT) > DATA_LIMIT) return undefined;
  const text = textOf(value);
  return exceedsDataLimit(text) ? undefined : text;
}

/**
 * The texts that values were parsed from. A value that a state passes on keeps its text, as on AWS: 1.0 stays 1.0, and
 * white space stays.
 */
const sources = new WeakMap<object, string>();

/** Parses JSON text that is known to be valid, and remembers it. The value must not be modified. */
export function parsed(text: string): Json {
  const value: Json = JSON.parse(text);
  if (typeof value === "object" && value !== null) sources.set(value, text);
  return value;
}

/** The value as JSON text: the one that it was parsed from, where that is known. */
export function textOf(value: Json): string {
  const known = typeof value === "object" && value !== null ? sources.get(value) : undefined;
  return known ?? JSON.stringify(value);
}

/** The value as JSON text for a message. */
export function shown(value: Json): string {
  return toText(value) ?? `(more than ${DATA_LIMIT} bytes)`;
}

/** A lower bound of the length of a value's JSON text; the count stops above `limit`. */
function leastLength(value: Json, limit: number, depth = 1): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 1;
  if (depth > DEPTH_LIMIT) throw new EvaluationFailure(TOO_DEEP);
  let length = 2;
  const add = (item: Json) => length += 1 + leastLength(item, limit - length, depth + 1);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && length <= limit; index++) add(value[index]!);
    return length;
  }
  for (const key of Object.keys(value)) {
    length += key.length + 3;
    if (length > limit) break;
    add(value[key]!);
  }
  return length;
}

function isTooDeep(text: string): boolean {
  let depth = 0, isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text.charCodeAt(at);
    if (isQuoted && mark === BACKSLASH) at++;
    else if (mark === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (mark === BRACKET || mark === BRACE) {
      if (++depth > DEPTH_LIMIT) return true;
    } else if (mark === BRACKET + 2 || mark === BRACE + 2) depth--;
  }
  return false;
}

function jacksonError(text: string): JsonSyntaxError | undefined {
  const before = text.length - text.trimStart().length;
  const start = text.slice(before);
  const token = start.match(/^[\p{L}_$][\p{L}\p{N}_$]*/u)?.[0];
  if (token && !["true", "false", "null"].includes(token)) {
    const short = token.length > TOKEN_LIMIT ? `${token.slice(0, TOKEN_LIMIT)}...` : token;
    const message = `Unrecognized token '${short}': was expecting ` +
      "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    return new JsonSyntaxError(message, sourceAt(text, before + token.length));
  }
  const name = start.match(/^\{\s*([^\s"}])/u);
  if (name) {
    const message = `Unexpected character ('${name[1]}' (code ${name[1]!.codePointAt(0)})): ` +
      "was expecting double-quote to start field name";
    return new JsonSyntaxError(message, sourceAt(text, before + name[0].length));
  }
  return undefined;
}

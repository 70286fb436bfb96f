/** Items in JSON files: the elements of an array, and lines. They are read as a stream. */
import type { Json } from "../../language/asl.ts";
import { parseUserJson } from "../../language/json_text.ts";
import { isObject } from "../../language/paths.ts";
import type { Bytes } from "./object_body.ts";

/** The longest item, and the longest file of which a part is read, in characters. */
const ITEM_LIMIT = 16 * 2 ** 20, FILE_LIMIT = 64 * 2 ** 20;
const QUOTE = 0x22, COMMA = 0x2c, BACKSLASH = 0x5c, BRACKET = 0x5b, BRACE = 0x7b;

/** @throws Error when the file is no JSON array */
export async function* jsonElements(body: Bytes, pointer: string | undefined): AsyncGenerator<Json> {
  if (pointer !== undefined) return yield* pointed(body, pointer);
  let depth = 0, isQuoted = false, isEscaped = false, text = "";
  for await (const part of texts(body)) {
    let begin = 0;
    for (let at = 0; at < part.length; at++) {
      const mark = part.charCodeAt(at);
      if (isEscaped) isEscaped = false;
      else if (isQuoted) {
        if (mark === BACKSLASH) isEscaped = true;
        else if (mark === QUOTE) isQuoted = false;
      } else if (mark === QUOTE) isQuoted = true;
      else if (mark === BRACKET || mark === BRACE) {
        if (++depth === 1) {
          if (mark === BRACE || text.trim() !== "" || part.slice(begin, at).trim() !== "") throw noArray();
          begin = at + 1;
        }
      } else if (mark === BRACKET + 2 || mark === BRACE + 2 || (mark === COMMA && depth === 1)) {
        if (mark !== COMMA) depth--;
        if (depth > (mark === COMMA ? 1 : 0)) continue;
        const element = text + part.slice(begin, at);
        if (element.trim() !== "") yield parseUserJson(element) as Json;
        text = "";
        begin = at + 1;
      }
    }
    text += part.slice(begin);
    if (text.length > ITEM_LIMIT) throw new Error(`An item is longer than ${ITEM_LIMIT} characters.`);
  }
  if (depth !== 0 || isQuoted || text.trim() !== "") throw noArray();
}

export async function* jsonLines(body: Bytes): AsyncGenerator<Json> {
  for await (const line of lines(body)) {
    if (line.trim() !== "") yield parseUserJson(line) as Json;
  }
}

/** The elements of the array at a JSON Pointer (RFC 6901). */
async function* pointed(body: Bytes, pointer: string): AsyncGenerator<Json> {
  const parts: string[] = [];
  let length = 0;
  for await (const part of texts(body)) {
    length += part.length;
    if (length > FILE_LIMIT) {
      throw new Error(`With ItemsPointer a file can have ${FILE_LIMIT} characters at most.`);
    }
    parts.push(part);
  }
  let value = parseUserJson(parts.join("")) as Json | undefined;
  for (const segment of pointer.split("/").slice(1)) {
    const name = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) value = value[Number(name)];
    else {value = isObject(value) && Object.hasOwn(value, name)
        ? (value as Record<string, Json>)[name]
        : undefined;}
  }
  if (!Array.isArray(value)) throw noArray();
  yield* value;
}

async function* lines(body: Bytes): AsyncGenerator<string> {
  let rest = "";
  for await (const part of texts(body)) {
    const found = (rest + part).split("\n");
    rest = found.pop()!;
    if (rest.length > ITEM_LIMIT) throw new Error(`A line is longer than ${ITEM_LIMIT} characters.`);
    yield* found;
  }
  yield rest;
}

function texts(body: Bytes): AsyncIterable<string> {
  return body.pipeThrough(new TextDecoderStream());
}

function noArray(): Error {
  return new Error("Attempting to map over non-iterable node.");
}

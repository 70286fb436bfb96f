/** What AWS JSON and REST-JSON share. */
import { AwsError } from "../errors.ts";
import type { WireRequest } from "./protocol.ts";

/** How deep the JSON of a request may be nested, as in Jackson, by which AWS's services in Java read it. */
const MAX_DEPTH = 1000;
/**
 * How many values it may have, of which the time of reading it depends; members count four times. The largest inputs have
 * 1000 metrics with 150 values each.
 */
const MAX_VALUES = 400_000;

/** An empty body is `{}`. @throws AwsError SerializationException when the body is not a JSON object, or nested too deep */
export function readJson(body: WireRequest["body"]): Record<string, unknown> {
  const bytes = body as Uint8Array | null ?? new Uint8Array();
  if (bytes.length === 0) return {};
  checkSize(bytes);
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  }
  return value as Record<string, unknown>;
}

/** @throws AwsError SerializationException when JSON is nested too deep or has too many values */
function checkSize(json: Uint8Array): void {
  const { depth, values } = sizeOf(json);
  if (depth > MAX_DEPTH) throw tooLarge(`is nested deeper than ${MAX_DEPTH} levels`);
  if (values > MAX_VALUES) throw tooLarge(`has more than ${MAX_VALUES} values`);
}

/** Whether JSON can be parsed at once. */
export function isSmall(json: Uint8Array): boolean {
  return sizeOf(json).values <= MAX_VALUES;
}

/** How deep JSON is nested and how many values it has, up to the limits. It need not be valid. */
function sizeOf(json: Uint8Array): { depth: number; values: number } {
  let depth = 0, deepest = 0, values = 1;
  for (let at = 0; at < json.length && deepest <= MAX_DEPTH && values <= MAX_VALUES; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfText(json, at);
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth); // { [
    else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x2c) values++; // ,
    else if (byte === 0x3a) values += 3; // :
  }
  return { depth: deepest, values };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the text in quotes ends that begins at a place. */
function endOfText(json: Uint8Array, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}

function tooLarge(why: string): AwsError {
  return new AwsError("SerializationException", `The request body ${why}.`);
}

/** The request-id header of all protocols but S3's. */
export function uuidHeaders(requestId: string): Record<string, string> {
  return { "x-amzn-requestid": requestId };
}

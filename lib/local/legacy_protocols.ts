/** AWS's wire protocols: how operations are named in a request, and how answers and errors are written. */
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { AwsError } from "./errors.ts";
import type { Call } from "./services.ts";
import { type Shape, validate } from "./legacy_shapes.ts";

/** An operation of a JSON service: its request's shape and what it does. */
export interface Operation {
  run(input: unknown, call: Call): Promise<object>;
}

/** Binds a shape and a handler; the handler is called with a checked input. Returning nothing answers `{}`. */
export function operation<I>(
  input: Shape<I>,
  handle: (input: I, call: Call) => object | void | Promise<object | void>,
): Operation {
  return { run: async (given, call) => await handle(validate(input, given), call) ?? {} };
}

/** AWS JSON 1.0 and 1.1: `X-Amz-Target: <prefix>.<Operation>`, a JSON body both ways. */
export async function jsonRpc(
  version: "1.0" | "1.1",
  operations: Readonly<Record<string, Operation>>,
  call: Call,
): Promise<Response> {
  const target = call.request.headers.get("x-amz-target") ?? "";
  const name = target.slice(target.lastIndexOf(".") + 1);
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!found) {
    throw new AwsError(
      "UnknownOperationException",
      `The local AWS does not support the operation '${target}'.`,
    );
  }
  const output = await found.run(parseJson(await call.request.text()), call);
  return new Response(JSON.stringify(output), {
    headers: { "content-type": `application/x-amz-json-${version}` },
  });
}

/** Reads a body, giving up as soon as it is larger than `limit` bytes. */
export async function readBody(
  request: Request,
  limit: number,
  tooLarge: () => AwsError,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (request.headers.has("content-length") || !request.body) return await request.bytes();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
}

/** @throws AwsError SerializationException when the text is no JSON object; an empty text is `{}`. */
export function parseJson(text: string): Record<string, unknown> {
  if (text === "") return {};
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

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: false,
});
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false });

/** `value`'s members as elements (arrays repeat their element; `undefined` is left out) under one root. */
export function toXml(root: string, value: Record<string, unknown>, xmlns?: string): string {
  const content = { ...(xmlns ? { "@xmlns": xmlns } : {}), ...value };
  // Readers would take a raw carriage return for a line feed; AWS writes control characters as references too.
  const body = builder.build({ [root]: content }).replace(
    /(?![\t\n])\p{Cc}/gu,
    (character) => `&#x${character.charCodeAt(0).toString(16)};`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/** Elements as members; text stays text, a repeated element becomes an array. @throws AwsError MalformedXML */
export function fromXml(text: string): Record<string, unknown> {
  try {
    return parser.parse(text, true);
  } catch {
    throw new AwsError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  }
}

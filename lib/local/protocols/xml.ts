/** XML as AWS writes and reads it. */
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { AwsError } from "../errors.ts";

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: false,
  tagValueProcessor: (_name, value) => value instanceof Date ? value.toISOString() : value as string,
});
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true, // references by number too: Go's SDK writes quotes as &#34;
});

/** XML with `value`'s members as elements: arrays repeat the element, dates are ISO 8601, `undefined` is left out. */
export function toXml(root: string, value: Record<string, unknown>, xmlns?: string): string {
  const content = { ...(xmlns ? { "@xmlns": xmlns } : {}), ...value };
  // XML parsers read a raw carriage return as a line feed; AWS too writes control characters as references.
  const body = builder.build({ [root]: content }).replace(
    /(?![\t\n])\p{Cc}/gu,
    (character) => `&#x${character.charCodeAt(0).toString(16)};`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/** Parses XML: elements become members, repeated ones arrays; values stay strings. @throws AwsError MalformedXML */
export function fromXml(text: string): Record<string, unknown> {
  try {
    return parser.parse(text, true);
  } catch {
    throw malformedXml();
  }
}

export function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}

export function xmlResponse(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  // 304 Not Modified has neither a body nor a content type.
  if (status === 304) return new Response(null, { status, headers });
  return new Response(body, { status, headers: { "content-type": "application/xml", ...headers } });
}

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
  // Its own way looks for every entity in every value, which takes a second for a large request.
  processEntities: false,
  tagValueProcessor: (_name, value) => value.includes("&") ? withoutReferences(value) : value,
});

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** References by name and by number are replaced, once; Go's SDK writes quotes as `&#34;`. Others stay. */
function withoutReferences(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (reference, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? reference;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : reference;
    },
  );
}

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

/** Parses XML without CDATA sections: elements become members, repeated ones arrays; values stay strings. @throws AwsError MalformedXML */
export function fromXml(text: string): Record<string, unknown> {
  // AWS's clients send none, and references in them are none.
  if (text.includes("<![CDATA[")) throw malformedXml();
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

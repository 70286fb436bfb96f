/** REST-XML of S3: operations by method, path and query parameter; bodies are streams or XML. */
import { AwsError } from "../errors.ts";
import type { Http } from "../operation.ts";
import { fromTexts } from "../shapes.ts";
import { turn } from "../turn.ts";
import {
  denialText,
  invalidBy,
  type Protocol,
  violationsText,
  type WireRequest,
  type Words,
} from "./protocol.ts";
import { s3Fault } from "./faults.ts";
import { findRoute, locatedMembers, payloadMember, restOutput } from "./rest.ts";
import { fromXml, malformedXml, toXml, xmlResponse } from "./xml.ts";

/** A CompleteMultipartUpload of 10,000 parts with checksums stays below this. */
const MAX_XML_BYTES = 4 * 2 ** 20;

/** It has 80,000 tags, three below another, and 20,000 references: `&#34;` for quotes. */
const MAX_TAGS = 120_000;
const MAX_DEPTH = 100;
/** With all attributes; comments count as tags. */
const MAX_TAG_LENGTH = 10_000;

const LARGE_LENGTH = 2 ** 16;

export interface RestXml {
  readonly xmlns: string;
  /** The decoded segments of the path (bucket, key) and the query. */
  target(request: Omit<WireRequest, "body">): { segments: string[]; query: URLSearchParams };
  /** The query parameters that select an operation; all others are members. */
  readonly parameters: readonly string[];
  /** The error for a request without an operation; `parameter` is one of `parameters`. */
  notFound(request: WireRequest, segments: readonly string[], parameter?: string): AwsError;
  readonly words: Partial<Words>;
}

export function restXml({ xmlns, target, parameters, notFound, words }: RestXml): Protocol {
  return {
    streams: true,
    signing: {
      maxSkewMinutes: 15,
      encodesPathTwice: false,
      hashesBody: false,
      acceptsVersion2: true,
      readsForm: false,
    },
    // Any path may be a bucket, so S3 gets every request that no other service claims.
    claims: () => true,
    async read(given, operations) {
      const request = withHoistedHeaders(given);
      const { segments, query } = target(request);
      const parameter = parameters.find((name) => query.has(name));
      const found = findRoute(request, segments, operations, parameter);
      if (!found) throw notFound(request, segments, parameter);
      const { operation, labels } = found;
      const members: Record<string, unknown> = { ...locatedMembers(operation.input, request), ...labels };
      const payload = payloadMember(operation.input);
      if (payload) {
        const [name, { kind, location }] = payload;
        members[name] = kind === "structure"
          ? fromTexts(payload[1], await readXml(request, location!.name))
          : request.body;
      }
      return { operation, members };
    },
    write(output, { http = { at: "" } }) {
      const { status, headers, payload, members } = restOutput(output, http);
      if (http.root === undefined) return new Response(payload ?? null, { status, headers });
      headers.set("content-type", "application/xml");
      const content = payload === undefined ? members : payload as unknown;
      const elements = typeof content === "object" && content !== null
        ? inElements(content, http.elements)
        : { "#text": content ?? "" };
      return new Response(toXml(http.root, elements, xmlns), { status, headers });
    },
    writeError({ code, message, status, fields, headers }, requestId, path) {
      const members = { Code: code, Message: message, ...fields, Resource: path, RequestId: requestId };
      return xmlResponse(status, toXml("Error", members), headers);
    },
    requestId,
    requestIdHeaders: (requestId) => ({
      "x-amz-request-id": requestId,
      "x-amz-id-2": crypto.getRandomValues(new Uint8Array(56)).toBase64(),
    }),
    words: {
      invalid: invalidBy((violations) => new AwsError("InvalidRequest", violationsText(violations))),
      denied: (denial) =>
        new AwsError("AccessDenied", denialText({ ...denial, resource: `"${denial.resource}"` }), 403),
      unauthenticated: s3Fault,
      internal: () => new AwsError("InternalError", "An internal error occurred.", 500),
      ...words,
    },
  };
}

/** A presigned request can have AWS's headers as parameters, where the SDKs put them so that the link alone is enough. */
function withHoistedHeaders(request: WireRequest): WireRequest {
  const { searchParams: query } = request.url;
  if (!query.has("X-Amz-Signature") && !query.has("Signature")) return request;
  const headers = new Headers(request.headers);
  for (const [name, value] of query) {
    if (name.startsWith("x-amz-") && !headers.has(name)) headers.set(name, value);
  }
  return { ...request, headers };
}

/** Members under the names of their XML elements. */
function inElements(members: object, names: Http["elements"] = {}): Record<string, unknown> {
  const entries = Object.entries(members).map(([member, value]) => {
    const [name, within] = (names[member] ?? member).split("/");
    return [name, within === undefined ? value : { [within]: value }];
  });
  return Object.fromEntries(entries);
}

/** The content of the root element; undefined when there is no body. @throws AwsError EntityTooLarge, MalformedXML */
async function readXml({ headers, body }: WireRequest, root: string): Promise<unknown> {
  if (Number(headers.get("content-length") ?? 0) > MAX_XML_BYTES) {
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const text = await new Response(body).text().catch((error) => {
    if (error instanceof AwsError) throw error;
    throw new AwsError("IncompleteBody", "The request body terminated unexpectedly");
  });
  if (text === "") return undefined;
  checkTags(text);
  // What comes before, the parsing and what comes after each take their time for thousands of parts.
  const isLarge = text.length > LARGE_LENGTH;
  if (isLarge) await turn();
  const content = fromXml(text)[root];
  if (isLarge) await turn();
  if (content === "") return {};
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw malformedXml();
  return content;
}

/** @throws AwsError MalformedXML for what takes time to read, and what no request of AWS's clients has */
function checkTags(text: string): void {
  let depth = 0, count = 0;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) count++;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    const end = text.indexOf(">", at);
    const next = text[at + 1];
    if (next === "/") depth--;
    else if (next !== "?" && next !== "!" && text[end - 1] !== "/") depth++;
    // A document type could define entities.
    const isStrange = end - at > MAX_TAG_LENGTH || text.startsWith("<!D", at);
    if (isStrange || ++count > MAX_TAGS || depth > MAX_DEPTH) throw malformedXml();
  }
}

/** S3's request ids are 16 capital letters and digits, not UUIDs. */
function requestId(): string {
  const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => letters[byte % 32]).join("");
}

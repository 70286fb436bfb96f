/** Signature Version 4: reads a request's signature and verifies it. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { SigningRules, WireRequest } from "../protocols/protocol.ts";

/** A request's signature, from its header or (presigned) from its query. */
export interface SignedRequest {
  readonly presigned: boolean;
  readonly accessKeyId: string;
  /** `date/region/service/aws4_request` */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20260101T000000Z` */
  readonly date: string;
  /** Seconds that a presigned request is valid for. */
  readonly expires?: number;
  readonly token: string | null;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** Undefined when the request is not signed or its signature cannot be parsed. */
export function readSignature(request: WireRequest): SignedRequest | undefined {
  const query = request.url.searchParams;
  const presigned = query.get("X-Amz-Algorithm") === ALGORITHM;
  const header = request.headers.get("authorization") ?? "";
  if (!presigned && !header.startsWith(ALGORITHM)) return undefined;
  const part = (name: string) =>
    presigned ? query.get(`X-Amz-${name}`) : new RegExp(`${name}=([^,\\s]+)`).exec(header)?.[1];
  const [accessKeyId, day, region, service, end, ...more] = (part("Credential") ?? "").split("/");
  const expires = query.get("X-Amz-Expires");
  if (!accessKeyId || !service || end !== "aws4_request" || more.length > 0) return undefined;
  return {
    presigned,
    accessKeyId,
    scope: `${day}/${region}/${service}/${end}`,
    signedHeaders: (part("SignedHeaders") ?? "").split(";"),
    signature: part("Signature") ?? "",
    date: (presigned ? query.get("X-Amz-Date") : request.headers.get("x-amz-date")) ?? "",
    expires: presigned && expires !== null ? Number(expires) : undefined,
    token: presigned ? query.get("X-Amz-Security-Token") : request.headers.get("x-amz-security-token"),
  };
}

/**
 * Whether the request's signature was made with this secret.
 * @param payloadHash SHA-256 of the body in hexadecimal, or its replacement, for example `UNSIGNED-PAYLOAD`
 */
export function isSignedWith(
  secret: string,
  request: WireRequest,
  { scope, signedHeaders, signature, date }: SignedRequest,
  payloadHash: string,
  { encodesPathTwice }: SigningRules,
): boolean {
  const canonical = [
    request.method,
    ...canonicalUrl(request.rawUrl, encodesPathTwice),
    ...signedHeaders.map((name) =>
      `${name}:${(request.headers.get(name) ?? "").trim().replace(/\s+/g, " ")}`
    ),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
  const toSign = [ALGORITHM, date, scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`);
  const [expected, given] = [hmac(key, toSign), Buffer.from(signature, "hex")];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Canonical path and query of the raw URL. */
function canonicalUrl(url: string, encodesPathTwice: boolean): [string, string] {
  const [, path = "", search = ""] = /^https?:\/\/[^/?]*([^?]*)\??(.*)$/s.exec(url) ?? [];
  const canonicalPath = encode(encodesPathTwice ? path : decode(path));
  const pairs = search.split("&").filter((pair) => pair !== "").map((pair) => {
    const at = pair.indexOf("=");
    const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    return [encode(decode(name), "%2F"), encode(decode(value), "%2F")] as const;
  }).filter(([name]) => name !== "X-Amz-Signature");
  pairs.sort(([a, x], [b, y]) => a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0);
  return [canonicalPath || "/", pairs.map((pair) => pair.join("=")).join("&")];
}

/** Percent-encodes all but unreserved characters (RFC 3986) and, in paths, slashes. */
function encode(text: string, slash = "/"): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", slash);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** In hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

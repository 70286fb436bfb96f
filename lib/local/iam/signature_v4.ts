/** Signature Version 4, in the Authorization header or presigned in the query. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { AuthenticationFault } from "../protocols/faults.ts";
import type { SigningRules, WireRequest } from "../protocols/protocol.ts";
import { sha256, type Signature, splitUrl } from "./signature.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
/** How long a presigned URL may be valid, in seconds. */
const LIFETIME = { min: 1, max: 604_800 };

/** The parts of a signature as they were sent. */
interface Parts {
  readonly presigned: boolean;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  /** `20260101T000000Z` */
  readonly date: string;
  /** Seconds that a presigned request is valid for. */
  readonly expires?: number;
  readonly token: string | null;
}

/** The signature, or why it cannot be verified. */
export function readVersion4(request: WireRequest, rules: SigningRules): Signature | AuthenticationFault {
  const parts = request.headers.has("authorization") ? inHeader(request) : inQuery(request);
  if (typeof parts === "string") return parts;
  const [accessKeyId, day, region, service, end, ...more] = parts.credential.split("/");
  if (!accessKeyId || !service || end !== "aws4_request" || more.length > 0) return "malformed";
  // Lower case, separated by semicolons: other names would be looked up in vain.
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+(;[!#$%&'*+.^_`|~0-9a-z-]+)*$/.test(parts.signedHeaders)) return "malformed";
  const scope = `${day}/${region}/${service}/${end}`;
  const signedHeaders = parts.signedHeaders.split(";");
  return {
    accessKeyId,
    token: parts.token,
    unsignedHeaders: mustBeSigned(request.headers).filter((name) => !signedHeaders.includes(name)),
    timeFault: () => timeFault(parts, scope, rules),
    isMadeWith(secret) {
      const hash = payloadHash(request, rules);
      if (hash === undefined) return false;
      const toSign = [
        ALGORITHM,
        parts.date,
        scope,
        sha256(canonicalRequest(request, signedHeaders, hash, rules)),
      ].join("\n");
      const key = scope.split("/").reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`);
      const [expected, given] = [hmac(key, toSign), Buffer.from(parts.signature, "hex")];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, each part once, and nothing else. */
function inHeader({ headers }: WireRequest): Parts | AuthenticationFault {
  const [, algorithm, rest = ""] = /^(\S+)\s+(.*)$/.exec(headers.get("authorization")!) ?? [];
  if (algorithm !== ALGORITHM) return "mechanism";
  const given = rest.split(",").map((part) => /^\s*(\w+)=(\S+)\s*$/.exec(part)?.slice(1) ?? []);
  const parts = new Map(given as [string, string][]);
  const [credential, signedHeaders, signature] = ["Credential", "SignedHeaders", "Signature"]
    .map((name) => parts.get(name));
  if (given.length !== 3 || !credential || !signedHeaders || !signature) return "malformed";
  return {
    presigned: false,
    credential,
    signedHeaders,
    signature,
    date: headers.get("x-amz-date") ?? "",
    token: headers.get("x-amz-security-token"),
  };
}

function inQuery({ url }: WireRequest): Parts | AuthenticationFault {
  const query = url.searchParams;
  const algorithm = query.get("X-Amz-Algorithm");
  if (algorithm !== null && algorithm !== ALGORITHM) return "mechanism";
  const [credential, signedHeaders, signature, date] = ["Credential", "SignedHeaders", "Signature", "Date"]
    .map((name) => query.getAll(`X-Amz-${name}`)).map((values) =>
      values.length === 1 ? values[0] : undefined
    );
  if (!algorithm || !credential || !signedHeaders || !signature || !date) return "malformed";
  const expires = query.get("X-Amz-Expires");
  return {
    presigned: true,
    credential,
    signedHeaders,
    signature,
    date,
    expires: expires === null ? undefined : Number(expires),
    token: query.get("X-Amz-Security-Token"),
  };
}

/** The host, and AWS's headers. The hash of the body is part of every signature, whether its header is or not. */
function mustBeSigned(headers: Headers): string[] {
  const own = [...headers.keys()].filter((name) => name.startsWith("x-amz-"));
  return ["host", ...own.filter((name) => name !== "x-amz-content-sha256")];
}

function timeFault(
  { date, expires }: Parts,
  scope: string,
  { maxSkewMinutes }: SigningRules,
): AuthenticationFault | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(time) || !scope.startsWith(date.slice(0, 8))) return "signature";
  const age = Date.now() - time;
  const skew = maxSkewMinutes * 60_000;
  if (expires === undefined) return Math.abs(age) > skew ? "skew" : undefined;
  if (!(expires >= LIFETIME.min && expires <= LIFETIME.max)) return "lifetime";
  const inTime = age >= -skew && age <= expires * 1000;
  return inTime ? undefined : "request expired";
}

/** SHA-256 of the body or what stands for it; undefined when the body is not the one that was stated. */
function payloadHash({ headers, body }: WireRequest, { hashesBody }: SigningRules): string | undefined {
  const stated = headers.get("x-amz-content-sha256");
  if (!hashesBody) return stated ?? "UNSIGNED-PAYLOAD";
  const hash = sha256(body as Uint8Array | null ?? new Uint8Array());
  return stated === null || stated === hash ? hash : undefined;
}

function canonicalRequest(
  { method, rawUrl, headers }: WireRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  { encodesPathTwice }: SigningRules,
): string {
  return [
    method,
    ...canonicalUrl(rawUrl, encodesPathTwice),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** Canonical path and query of the raw URL. */
function canonicalUrl(url: string, encodesPathTwice: boolean): [string, string] {
  const [path, search] = splitUrl(url);
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

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

/**
 * S3's Signature Version 2 (AWS, "Signing and authenticating REST requests"): what boto3 presigns URLs with by default.
 * It covers the method, the resource, the date and every `x-amz-*` header, but no other parameter.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { AuthenticationFault } from "../protocols/faults.ts";
import type { SigningRules, WireRequest } from "../protocols/protocol.ts";
import { type Signature, splitUrl } from "./signature.ts";

/** The parameters that are part of the resource. */
const SIGNED_PARAMETERS = [
  ...[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
  ],
  ...["logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication"],
  ...[
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
  ],
  ...["response-content-language", "response-content-type", "response-expires", "restore", "select"],
  ...["select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning"],
  ...["versions", "website"],
];

/** The signature, or why it cannot be verified. */
export function readVersion2(
  request: WireRequest,
  { maxSkewMinutes }: SigningRules,
): Signature | AuthenticationFault {
  const { headers, url: { searchParams: query } } = request;
  const header = headers.get("authorization");
  const [, accessKeyId = query.get("AWSAccessKeyId"), signature = query.get("Signature")] =
    /^AWS ([^\s:,]+):([^\s:,]+)$/.exec(header ?? "") ?? [];
  const presigned = header === null;
  const expires = presigned ? query.get("Expires") : null;
  if (!accessKeyId || !signature || (presigned && !/^\d{1,12}$/.test(expires ?? ""))) return "malformed";
  const amz = amzHeaders(request);
  return {
    accessKeyId,
    token: amz.get("x-amz-security-token") ?? null,
    unsignedHeaders: [],
    timeFault() {
      if (expires !== null) return Date.now() > Number(expires) * 1000 ? "request expired" : undefined;
      const time = Date.parse(headers.get("x-amz-date") ?? headers.get("date") ?? "");
      return Math.abs(Date.now() - time) <= maxSkewMinutes * 60_000 ? undefined : "skew";
    },
    isMadeWith(secret) {
      const standard = (name: string) => headers.get(name) ?? (presigned ? query.get(name) : null) ?? "";
      const given = Buffer.from(signature, "base64");
      const head = [
        request.method,
        standard("content-md5"),
        standard("content-type"),
        expires ?? (amz.has("x-amz-date") ? "" : headers.get("date") ?? ""),
        ...[...amz].sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${name}:${value}`),
      ].join("\n");
      return resources(request).some((resource) => {
        const expected = createHmac("sha1", secret).update(`${head}\n${resource}`).digest();
        return expected.length === given.length && timingSafeEqual(expected, given);
      });
    },
  };
}

/** AWS's headers; a presigned request has those that were signed as parameters. */
function amzHeaders({ headers, url }: WireRequest): Map<string, string> {
  const pairs = [...headers, ...url.searchParams].filter(([name]) => name.startsWith("x-amz-"));
  return new Map(pairs.map(([name, value]) => [name, value.trim()]));
}

/** The resource as it may have been signed: a bucket in the path with a slash behind it (boto3) or without. */
function resources({ rawUrl, headers }: WireRequest): string[] {
  const [path, search] = splitUrl(rawUrl);
  const bucket = /^(.+)\.localhost(:\d+)?$/.exec(headers.get("host") ?? "")?.[1];
  const signed = [...new URLSearchParams(search)]
    .filter(([name]) => SIGNED_PARAMETERS.includes(name))
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([name, value]) => value === "" ? name : `${name}=${value}`);
  const parameters = signed.length > 0 ? `?${signed.join("&")}` : "";
  if (bucket !== undefined) return [`/${bucket}${path}${parameters}`];
  const paths = /^\/[^/]+$/.test(path) ? [path, `${path}/`] : [path];
  return paths.map((path) => path + parameters);
}

/** Reads bucket, key and query from a URL, path-style or `bucket.localhost`. */
import { AwsError } from "../errors.ts";
import type { WireRequest } from "../protocols/protocol.ts";
import { noSuchBucket } from "./context.ts";

/**
 * Reads the raw URL: a `URL` object would resolve `..` in a key.
 * @returns `segments` is `[bucket, key]`, `[bucket]`, or `[""]` when the URL names neither
 * @throws AwsError InvalidURI when the percent-encoding is not UTF-8
 */
export function readTarget(
  { rawUrl, headers }: Pick<WireRequest, "rawUrl" | "headers">,
): { segments: string[]; query: URLSearchParams } {
  const [, path = "", search = ""] = /^https?:\/\/[^/?]*([^?]*)\??(.*)$/s.exec(rawUrl) ?? [];
  const host = headers.get("host") ?? new URL(rawUrl).host;
  const hostBucket = /^(.+)\.localhost(:\d+)?$/.exec(host)?.[1];
  const [, pathBucket = "", rest = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const bucket = hostBucket ?? decode(pathBucket);
  const key = decode(hostBucket ? path.slice(1) : rest);
  if (bucket === "" && key !== "") throw noSuchBucket(bucket);
  return { segments: key === "" ? [bucket] : [bucket, key], query: new URLSearchParams(search) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400, { URI: text });
  }
}

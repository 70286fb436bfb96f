/** What a request's URL names: bucket, key and query, path-style or `bucket.localhost`. */
import { AwsError } from "../errors.ts";

/**
 * Reads the URL as it was sent: a `URL` object would take `..` in a key for a step up.
 * @throws AwsError InvalidURI when the percent-encoding is not of UTF-8
 */
export function readTarget(request: Request): { bucket: string; key: string; query: URLSearchParams } {
  const [, path = "", search = ""] = /^https?:\/\/[^/?]*([^?]*)\??(.*)$/s.exec(request.url) ?? [];
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const hostBucket = /^(.+)\.localhost(:\d+)?$/.exec(host)?.[1];
  const [, pathBucket = "", rest = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return {
    bucket: hostBucket ?? decode(pathBucket),
    key: decode(hostBucket ? path.slice(1) : rest),
    query: new URLSearchParams(search),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400, { URI: text });
  }
}

/** ListObjectsV2 and ListObjects (version 1). */
import { crc32 } from "node:zlib";
import {
  authorizeBucket,
  countParameter,
  invalidArgument,
  isoTime,
  type Operation,
  OWNER_ID,
  type S3Context,
  type S3Request,
  xml,
} from "./context.ts";
import { afterPrefix, type ListedObject } from "./index.ts";
import { base64, fromBase64 } from "./payload.ts";

export const MAX_KEYS = 1000;

export interface Page<T extends { Key: string }> {
  readonly items: T[];
  readonly prefixes: string[];
  /** The least key that the next page may hold; absent on the last page. */
  readonly next?: string;
  /** The last key or common prefix of this page. */
  readonly last?: string;
}

/**
 * Up to `limit` keys and common prefixes.
 * @param scan items with `from` <= key < `to` in order of their keys
 * @param from the least key to list
 */
export function listPage<T extends { Key: string }>(
  scan: (from: string, to: string | undefined, limit: number) => T[],
  { prefix, delimiter, from, limit }: { prefix: string; delimiter: string; from: string; limit: number },
): Page<T> {
  const items: T[] = [];
  const prefixes: string[] = [];
  if (limit === 0) return { items, prefixes };
  const end = afterPrefix(prefix);
  let position: string | undefined = from < prefix ? prefix : from;
  let last: string | undefined;
  // A query that meets a common prefix has read enough, so with a delimiter it starts small and grows.
  const least = delimiter === "" ? limit + 1 : 4;
  for (let batch = least; position !== undefined;) {
    const found = scan(position, end, batch);
    let rolledUp = false;
    for (const item of found) {
      if (items.length + prefixes.length === limit) return { items, prefixes, next: position, last };
      last = commonPrefix(item.Key, prefix, delimiter);
      if (last !== undefined) {
        prefixes.push(last);
        position = afterPrefix(last);
        rolledUp = true;
        break;
      }
      items.push(item);
      last = item.Key;
      position = after(item.Key);
    }
    if (!rolledUp && found.length < batch) break;
    batch = rolledUp ? least : Math.min(4 * batch, limit + 1);
  }
  return { items, prefixes, last };
}

/** The key up to the first delimiter behind `prefix`, if there is one. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const cut = delimiter === "" || !key.startsWith(prefix) ? -1 : key.indexOf(delimiter, prefix.length);
  return cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
}

/** The least key behind `key`; keys hold no U+0000. */
export function after(key: string): string {
  return `${key}\x01`;
}

/** What both versions of the list have in common. */
function list(s3: S3Context, request: S3Request, from: (prefix: string, delimiter: string) => string) {
  const { query, bucket } = request;
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const context = Object.fromEntries(
    ["prefix", "delimiter", "max-keys"].flatMap((name) =>
      query.has(name) ? [[`s3:${name}`, query.get(name)!]] : []
    ),
  );
  authorizeBucket(s3, request, "s3:ListBucket", context);
  const encode = encoder(query);
  const limit = countParameter(query, "max-keys", MAX_KEYS);
  const page = listPage((from, to, limit) => s3.index.scan(bucket, from, to, limit), {
    prefix,
    delimiter,
    from: from(prefix, delimiter),
    limit,
  });
  const answer = {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: query.get("encoding-type") ?? undefined,
    IsTruncated: page.next !== undefined,
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
  const contents = (withOwner: boolean) => page.items.map((object) => content(object, encode, withOwner));
  return { page, answer, contents, encode };
}

function content(object: ListedObject, encode: (key: string) => string, withOwner: boolean): object {
  return {
    Key: encode(object.Key),
    LastModified: isoTime(object.LastModified),
    ETag: object.ETag,
    ChecksumAlgorithm: object.Checksum?.Algorithm,
    ChecksumType: object.Checksum?.Type,
    Size: object.Size,
    Owner: withOwner ? { ID: OWNER_ID } : undefined,
    StorageClass: "STANDARD",
  };
}

function listObjectsV2(s3: S3Context, request: S3Request): Response {
  const { query } = request;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") || undefined;
  const { page, answer, contents, encode } = list(
    s3,
    request,
    () => token !== null ? fromToken(token) : startAfter === undefined ? "" : after(startAfter),
  );
  return xml("ListBucketResult", {
    ...answer,
    KeyCount: page.items.length + page.prefixes.length,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : toToken(page.next),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    Contents: contents(query.get("fetch-owner") === "true"),
  });
}

function listObjects(s3: S3Context, request: S3Request): Response {
  const marker = request.query.get("marker") ?? "";
  const { page, answer, contents, encode } = list(s3, request, (prefix, delimiter) => {
    // A marker within a common prefix stands behind all of it.
    const common = commonPrefix(marker, prefix, delimiter);
    if (common !== undefined) return afterPrefix(common) ?? after(marker);
    return marker === "" ? "" : after(marker);
  });
  return xml("ListBucketResult", {
    ...answer,
    Marker: encode(marker),
    // Without a delimiter the client takes the last key.
    NextMarker: page.next !== undefined && answer.Delimiter !== undefined ? encode(page.last!) : undefined,
    Contents: contents(true),
  });
}

/** A checksum and the key, so that a token that S3 did not give is known as such. */
function toToken(key: string): string {
  return base64(new TextEncoder().encode(`${crc32(key).toString(16).padStart(8, "0")}${key}`));
}

function fromToken(token: string): string {
  const bytes = fromBase64(token);
  const key = bytes && new TextDecoder().decode(bytes).slice(8);
  if (key && toToken(key) === token) return key;
  throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
}

/** How keys are written: percent-encoded if the client asks, as XML cannot hold every character. */
export function encoder(query: URLSearchParams): (key: string) => string {
  const type = query.get("encoding-type");
  if (type === null) return (key) => key;
  if (type !== "url") {
    throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
  }
  return (key) => encodeURIComponent(key).replaceAll("%2F", "/");
}

export const listOperations: readonly Operation[] = [
  { method: "GET", on: "bucket", query: "list-type", run: listObjectsV2 },
  { method: "GET", on: "bucket", run: listObjects },
];

/** ListObjectsV2 and ListObjects (version 1). */
import { crc32 } from "node:zlib";
import type { Core } from "../core.ts";
import type { Principal } from "../operation.ts";
import { query, type Shape, string, type Structure, structure } from "../shapes.ts";
import {
  bucketInput,
  count,
  countOf,
  invalidArgument,
  onBucket,
  operation,
  OWNER_ID,
  type S3Context,
} from "./context.ts";
import { afterPrefix, type ListedObject } from "./index.ts";
import { base64, fromBase64 } from "./payload.ts";

export const MAX_KEYS = 1000;

export interface Page<T extends { Key: string }> {
  readonly items: T[];
  readonly prefixes: string[];
  /** The smallest key that the next page can contain; absent on the last page. */
  readonly next?: string;
  /** The last key or common prefix of this page. */
  readonly last?: string;
}

/**
 * A page of up to `limit` keys and common prefixes.
 * @param scan returns items with `from` <= key < `to`, sorted by their keys
 * @param from the smallest key to list
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
  // A batch is used only up to its first common prefix, so with a delimiter batches start small and grow.
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

/** The key up to and including the first delimiter after `prefix`, if there is one. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const cut = delimiter === "" || !key.startsWith(prefix) ? -1 : key.indexOf(delimiter, prefix.length);
  return cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
}

/** The smallest key after `key`; keys cannot contain U+0000. */
export function after(key: string): string {
  return `${key}\x01`;
}

/** The members that both versions have. */
export const listInput = {
  ...bucketInput,
  Delimiter: query("delimiter", string()),
  EncodingType: query("encoding-type", string()),
  MaxKeys: query("max-keys", count),
  Prefix: query("prefix", string()),
};

type ListInput = Structure<typeof listInput>;

/** The condition keys of the parameters that are given. */
export function listConditions({ Prefix, Delimiter, MaxKeys }: ListInput): Record<string, string> {
  const given = { "s3:prefix": Prefix, "s3:delimiter": Delimiter, "s3:max-keys": MaxKeys };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => value === undefined ? [] : [[key, String(value)]]),
  );
}

/** What both versions have in common. @param from returns the smallest key to list */
export function list(s3: S3Context, input: ListInput, from: () => string) {
  const { Bucket, Prefix: prefix = "", Delimiter: delimiter = "", EncodingType } = input;
  const encode = encoder(EncodingType);
  const limit = countOf(input.MaxKeys, "max-keys", MAX_KEYS);
  const page = listPage((from, to, limit) => s3.index.scan(Bucket, from, to, limit), {
    prefix,
    delimiter,
    from: from(),
    limit,
  });
  const answer = {
    Name: Bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType,
    IsTruncated: page.next !== undefined,
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  };
  const contents = (withOwner: boolean) => page.items.map((object) => content(object, encode, withOwner));
  return { page, answer, contents, encode };
}

function content(
  { Key, LastModified, ETag, Checksum, Size }: ListedObject,
  encode: Encode,
  withOwner: boolean,
) {
  return {
    Key: encode(Key),
    LastModified: new Date(LastModified),
    ETag,
    ChecksumAlgorithm: Checksum && [Checksum.Algorithm],
    ChecksumType: Checksum?.Type,
    Size,
    Owner: withOwner ? { ID: OWNER_ID } : undefined,
    StorageClass: "STANDARD",
  };
}

/** S3 treats anything but `true` as false. */
const fetchOwner: Shape<boolean> = { kind: "boolean", check() {} };

export const listObjectsV2 = operation({
  action: "s3:ListBucket",
  input: structure({
    ...listInput,
    ContinuationToken: query("continuation-token", string()),
    FetchOwner: query("fetch-owner", fetchOwner),
    StartAfter: query("start-after", string()),
  }),
  resource: onBucket,
  conditions: listConditions,
  http: { at: "GET /{Bucket}?list-type", root: "ListBucketResult" },
  run(input, s3) {
    const { ContinuationToken, FetchOwner, StartAfter = "" } = input;
    const { page, answer, contents, encode } = list(
      s3,
      input,
      () =>
        ContinuationToken !== undefined
          ? fromToken(ContinuationToken)
          : StartAfter === ""
          ? ""
          : after(StartAfter),
    );
    return {
      ...answer,
      KeyCount: page.items.length + page.prefixes.length,
      ContinuationToken,
      NextContinuationToken: page.next === undefined ? undefined : toToken(page.next),
      StartAfter: StartAfter === "" || ContinuationToken !== undefined ? undefined : encode(StartAfter),
      Contents: contents(FetchOwner === true),
    };
  },
});

export const listObjects = operation({
  action: "s3:ListBucket",
  input: structure({ ...listInput, Marker: query("marker", string()) }),
  resource: onBucket,
  conditions: listConditions,
  http: { at: "GET /{Bucket}", root: "ListBucketResult" },
  run(input, s3) {
    const { Marker = "", Prefix = "", Delimiter = "" } = input;
    const { page, answer, contents, encode } = list(s3, input, () => {
      // A marker within a common prefix skips all of it.
      const common = commonPrefix(Marker, Prefix, Delimiter);
      if (common !== undefined) return afterPrefix(common) ?? after(Marker);
      return Marker === "" ? "" : after(Marker);
    });
    return {
      ...answer,
      Marker: encode(Marker),
      // Without a delimiter S3 gives no NextMarker: clients use the last key.
      NextMarker: page.next !== undefined && answer.Delimiter !== undefined ? encode(page.last!) : undefined,
      Contents: contents(true),
    };
  },
});

/** A checksum and the key, so that invalid tokens are recognised. */
function toToken(key: string): string {
  return base64(new TextEncoder().encode(`${crc32(key).toString(16).padStart(8, "0")}${key}`));
}

function fromToken(token: string): string {
  const bytes = fromBase64(token);
  const key = bytes && new TextDecoder().decode(bytes).slice(8);
  if (key && toToken(key) === token) return key;
  throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
}

type Encode = (key: string) => string;

/** Encodes keys in answers: percent-encoded if the client asks for it, as XML cannot contain every character. */
export function encoder(type: string | undefined): Encode {
  if (type === undefined) return (key) => key;
  if (type !== "url") {
    throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
  }
  return (key) => encodeURIComponent(key).replaceAll("%2F", "/");
}

/** All objects whose keys begin with a prefix, for a service acting as `principal`. @throws AwsError */
export function allObjects(
  core: Core,
  Bucket: string,
  Prefix: string,
  principal: Principal,
): { Key: string }[] {
  const found: { Key: string }[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = core.call(listObjectsV2, { Bucket, Prefix, ContinuationToken }, { principal });
    found.push(...page.Contents);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return found;
}

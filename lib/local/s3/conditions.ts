/** Conditional headers and byte ranges (RFC 9110, sections 13 and 14), with S3's errors. */
import { AwsError } from "../errors.ts";
import { string, type Structure } from "../shapes.ts";
import { noSuchKey } from "./context.ts";
import { inHeaders } from "./headers.ts";
import type { ListedObject } from "./index.ts";

export const writeConditions = inHeaders(string(), { IfMatch: "if-match", IfNoneMatch: "if-none-match" });
export type WriteConditions = Structure<typeof writeConditions>;

/** Dates are HTTP dates; invalid ones are ignored. */
export const readConditions = {
  ...writeConditions,
  ...inHeaders(string(), {
    IfModifiedSince: "if-modified-since",
    IfUnmodifiedSince: "if-unmodified-since",
  }),
};
type ReadConditions = Structure<typeof readConditions>;

/**
 * Checks a read's conditions.
 * @param prefix `x-amz-copy-source-` for conditions on a copy's source
 * @throws AwsError PreconditionFailed, or NotModified when the client already has the object
 */
export function checkRead(conditions: ReadConditions, object: ListedObject, prefix = ""): void {
  const { IfMatch, IfNoneMatch } = conditions;
  const failed = (condition: string) => preconditionFailed(prefix + condition);
  const time = (date: string | undefined) => date === undefined ? NaN : Date.parse(date);
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, object.ETag)) throw failed("If-Match");
  } else if (object.LastModified > time(conditions.IfUnmodifiedSince)) {
    throw failed("If-Unmodified-Since");
  }
  const [condition, unmodified] = IfNoneMatch !== undefined
    ? ["If-None-Match", matches(IfNoneMatch, object.ETag)]
    : ["If-Modified-Since", object.LastModified <= time(conditions.IfModifiedSince)];
  if (!unmodified) return;
  if (prefix !== "") throw failed(condition);
  throw new AwsError("NotModified", "Not Modified", 304, {}, {
    "accept-ranges": "bytes",
    etag: object.ETag,
    "last-modified": new Date(object.LastModified).toUTCString(),
  });
}

/**
 * Checks a write's conditions against the current object.
 * @throws AwsError PreconditionFailed, or NoSuchKey for If-Match without an object
 */
export function checkWrite(
  { IfMatch, IfNoneMatch }: WriteConditions,
  key: string,
  current: ListedObject | undefined,
): void {
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch !== "*") {
      throw new AwsError(
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
        501,
        {
          Header: "If-None-Match",
          additionalMessage: "We don't accept the provided value of If-None-Match header for this API",
        },
      );
    }
    if (current) throw preconditionFailed("If-None-Match");
  }
  if (IfMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!matches(IfMatch, current.ETag)) throw preconditionFailed("If-Match");
}

/**
 * The bytes that a Range header asks for, both ends inclusive; undefined for the whole object (no range, several, or
 * an invalid one).
 * @throws AwsError InvalidRange
 */
export function rangeOf(text = "", size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < start) return undefined;
  if (start < size && end >= start) return { start, end };
  throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416, {
    RangeRequested: text,
    ActualObjectSize: size,
  });
}

function matches(list: string, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, "").replaceAll('"', "");
  return list.split(",").some((tag) => tag.trim() === "*" || bare(tag) === bare(etag));
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    412,
    { Condition: condition },
  );
}

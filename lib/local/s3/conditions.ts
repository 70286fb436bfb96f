/** Conditional headers and byte ranges (RFC 9110, sections 13 and 14), with S3's errors. */
import { AwsError } from "../errors.ts";
import type { ListedObject } from "./index.ts";

/**
 * Checks a read's conditions; `prefix` is `x-amz-copy-source-` for those on a copy's source.
 * @returns whether the answer is 304 Not Modified
 * @throws AwsError PreconditionFailed
 */
export function notModified(headers: Headers, object: ListedObject, prefix = ""): boolean {
  const header = (name: string) => headers.get(prefix + name);
  const failed = (condition: string) => preconditionFailed(prefix + condition);
  const time = (name: string) => {
    const value = header(name);
    return value === null ? NaN : Date.parse(value);
  };
  const match = header("if-match");
  if (match !== null) {
    if (!matches(match, object.ETag)) throw failed("If-Match");
  } else if (object.LastModified > time("if-unmodified-since")) {
    throw failed("If-Unmodified-Since");
  }
  const noneMatch = header("if-none-match");
  const [condition, unmodified] = noneMatch !== null
    ? ["If-None-Match", matches(noneMatch, object.ETag)]
    : ["If-Modified-Since", object.LastModified <= time("if-modified-since")];
  if (unmodified && prefix !== "") throw failed(condition);
  return unmodified;
}

/**
 * Checks a write's conditions against what is there now.
 * @throws AwsError PreconditionFailed, or NoSuchKey for If-Match on nothing
 */
export function checkWrite(headers: Headers, key: string, current: ListedObject | undefined): void {
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null) {
    if (noneMatch !== "*") {
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
  const match = headers.get("if-match");
  if (match === null) return;
  if (!current) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
  if (!matches(match, current.ETag)) throw preconditionFailed("If-Match");
}

/**
 * The bytes that a Range header asks for; absent for the whole object (no range, several, or none S3 reads).
 * @throws AwsError InvalidRange
 */
export function rangeOf(text: string | null, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? "") ?? [];
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

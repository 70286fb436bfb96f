/** GetObject and HeadObject. */
import { AwsError } from "../errors.ts";
import type { Call, Http } from "../operation.ts";
import { header, type Infer, map, queries, query, string, structure } from "../shapes.ts";
import { checkRead, rangeOf, readConditions } from "./conditions.ts";
import {
  checkVersion,
  count,
  existing,
  invalidArgument,
  objectInput,
  onObject,
  operation,
  partNumberOf,
  type S3Context,
} from "./context.ts";
import { checksumMembers, KEPT_MEMBERS, type KeptHeaders, membersOf, OBJECT_HEADERS } from "./headers.ts";
import { checkDecryption, encryptionOf } from "./encryption.ts";
import type { StoredObject } from "./index.ts";
import { expirationOf } from "./lifecycle.ts";
import { storedTags } from "./tags.ts";

const input = structure({
  ...objectInput,
  ...readConditions,
  Range: header("range", string()),
  PartNumber: query("partNumber", count),
  VersionId: query("versionId", string()),
  ChecksumMode: header("x-amz-checksum-mode", string()),
  ResponseCacheControl: query("response-cache-control", string()),
  ResponseContentDisposition: query("response-content-disposition", string()),
  ResponseContentEncoding: query("response-content-encoding", string()),
  ResponseContentLanguage: query("response-content-language", string()),
  ResponseContentType: query("response-content-type", string()),
  ResponseExpires: query("response-expires", string()),
  /** All of these again, by their headers' names, to find unknown ones. */
  ResponseHeaders: queries("response-", map(string())),
});

const http: Omit<Http, "at"> = {
  headers: {
    ...OBJECT_HEADERS,
    AcceptRanges: "accept-ranges",
    ContentLength: "content-length",
    ContentRange: "content-range",
    LastModified: "last-modified",
    TagCount: "x-amz-tagging-count",
    PartsCount: "x-amz-mp-parts-count",
  },
  statusFrom: "StatusCode",
};

/** `Body` is bytes, or a stream for large objects; `bytesOf` reads both. */
export const getObject = operation({
  action: "s3:GetObject",
  input,
  resource: onObject,
  http: { at: "GET /{Bucket}/{Key+}", ...http, payload: "Body" },
  run(input, s3, call) {
    const { object, start, output } = read(input, s3, call);
    return { ...output, Body: s3.bodies.read(object.Pieces, start, output.ContentLength) };
  },
});

export const headObject = operation({
  action: "s3:GetObject",
  input,
  resource: onObject,
  http: { at: "HEAD /{Bucket}/{Key+}", ...http },
  run: (input, s3, call) => read(input, s3, call).output,
});

/** The whole body of a GetObject's output. */
export async function bytesOf(
  { Body }: { Body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> },
): Promise<Uint8Array<ArrayBuffer>> {
  return Body instanceof Uint8Array ? Body : await new Response(Body).bytes();
}

/** The object, the offset of the requested bytes, and the output without its body. */
function read(input: ReadInput, s3: S3Context, call: Call) {
  checkVersion(input.VersionId);
  const object = existing(s3, input, call);
  checkDecryption(s3, object.Headers, call);
  checkRead(input, object);
  const overrides = overridden(input);
  const { start, end, partial, PartsCount } = wanted(input, object);
  const withChecksum = !partial && input.ChecksumMode?.toUpperCase() === "ENABLED";
  const output = {
    StatusCode: partial ? 206 : 200,
    AcceptRanges: "bytes",
    ETag: object.ETag,
    LastModified: new Date(object.LastModified),
    ContentLength: end - start + 1,
    ContentRange: partial ? `bytes ${start}-${end}/${object.Size}` : undefined,
    ...membersOf(object.Headers),
    ...overrides,
    ...encryptionOf(object.Headers),
    Expiration: expirationOf(s3, input.Bucket, object),
    TagCount: storedTags(object.Headers).length || undefined,
    ...checksumMembers(withChecksum ? object.Checksum : undefined),
    PartsCount,
  };
  return { object, start, output };
}

type ReadInput = Infer<typeof input>;

/** The headers that the request overrides by `response-…` parameters. */
function overridden(input: ReadInput) {
  const overrides: KeptHeaders = {};
  for (const member of KEPT_MEMBERS) {
    const value = input[`Response${member}`];
    if (value !== undefined) overrides[member] = value;
  }
  for (const [name, value] of Object.entries(input.ResponseHeaders ?? {})) {
    const parameter = `response-${name}`;
    if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(value)) {
      throw invalidArgument("Header value cannot be represented using ISO-8859-1.", parameter, value);
    }
    if (!KEPT_MEMBERS.some((member) => OBJECT_HEADERS[member] === name)) {
      const message = `${parameter} is not in the set of overridable response header names.`;
      throw invalidArgument(message, parameter, "");
    }
  }
  return overrides;
}

/** The requested bytes, by Range or PartNumber; `end` is inclusive. */
function wanted({ Range, PartNumber }: ReadInput, { Size, ETag, Pieces }: StoredObject) {
  if (PartNumber === undefined) {
    const range = rangeOf(Range, Size);
    return { start: range?.start ?? 0, end: range?.end ?? Size - 1, partial: range !== undefined };
  }
  const number = partNumberOf(PartNumber);
  if (Range !== undefined) {
    throw new AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  }
  const piece = Pieces[number - 1];
  if (!piece) {
    throw new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416, {
      ActualPartCount: Pieces.length,
      PartNumberRequested: number,
    });
  }
  const start = Pieces.slice(0, number - 1).reduce((sum, piece) => sum + piece.Size, 0);
  return {
    start,
    end: start + piece.Size - 1,
    partial: Size > 0,
    PartsCount: ETag.includes("-") ? Pieces.length : undefined,
  };
}

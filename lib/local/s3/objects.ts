/** PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects. */
import { AwsError, unsupported } from "../errors.ts";
import {
  authorizeObject,
  bucketArn,
  checkKey,
  existing,
  invalidArgument,
  malformedXml,
  type Operation,
  readXml,
  type S3Context,
  s3Now,
  type S3Request,
  theBucket,
  xml,
} from "./context.ts";
import { checkWrite, notModified, rangeOf } from "./conditions.ts";
import { storedHeaders } from "./headers.ts";
import type { StoredObject } from "./index.ts";
import { checksumHeader, receive } from "./payload.ts";

async function putObject(s3: S3Context, request: S3Request): Promise<Response> {
  authorizeObject(s3, request, "s3:PutObject");
  const headers = storedHeaders(request.headers);
  // AWS adds this checksum to an object that comes without one.
  const { piece, md5, checksum } = await receive(s3, request, "CRC64NVME");
  const object = {
    Key: request.key,
    Size: piece.Size,
    ETag: `"${md5}"`,
    LastModified: s3Now(s3),
    Headers: headers,
    Checksum: checksum,
    Pieces: [piece],
  };
  storeReceived(s3, request, object);
  return new Response(null, {
    headers: { etag: object.ETag, ...checksumHeaders(object), ...encryptionHeader },
  });
}

/** Objects rest encrypted by S3's own keys, which needs nothing of the client. */
export const encryptionHeader = { "x-amz-server-side-encryption": "AES256" };

export function checksumHeaders({ Checksum }: StoredObject): Record<string, string> {
  if (!Checksum) return {};
  return { [checksumHeader(Checksum.Algorithm)]: Checksum.Value, "x-amz-checksum-type": Checksum.Type };
}

/** Puts a received object in its place; its files are removed again when that is refused. */
export function storeReceived(s3: S3Context, request: S3Request, object: StoredObject): void {
  try {
    replaceObject(s3, request, object);
  } catch (error) {
    s3.bodies.remove(object.Pieces);
    throw error;
  }
}

/**
 * Puts an object in the place of what was there, if the request's conditions hold and the bucket still exists.
 * @param alongside what else must happen with it or not at all
 */
export function replaceObject(
  s3: S3Context,
  request: S3Request,
  object: StoredObject,
  alongside: () => void = () => {},
): void {
  const replaced = s3.core.store.transaction(() => {
    theBucket(s3, request);
    const current = s3.index.object(request.bucket, request.key);
    checkWrite(request.headers, request.key, current);
    s3.index.putObject(request.bucket, object);
    alongside();
    return current;
  });
  if (replaced) s3.bodies.remove(replaced.Pieces);
}

function getObject(s3: S3Context, request: S3Request): Response {
  return readObject(s3, request, true);
}

function headObject(s3: S3Context, request: S3Request): Response {
  return readObject(s3, request, false);
}

function readObject(s3: S3Context, request: S3Request, withBody: boolean): Response {
  authorizeObject(s3, request, "s3:GetObject");
  const { query, headers } = request;
  const version = query.get("versionId");
  if (version !== null && version !== "null") {
    throw invalidArgument("Invalid version id specified", "versionId", version);
  }
  const object = existing(s3, request.call.principal, request.bucket, request.key);
  const answer = new Headers({
    "accept-ranges": "bytes",
    etag: object.ETag,
    "last-modified": new Date(object.LastModified).toUTCString(),
  });
  if (notModified(headers, object)) return new Response(null, { status: 304, headers: answer });

  for (const [name, value] of Object.entries({ ...object.Headers, ...encryptionHeader })) {
    answer.set(name, value);
  }
  for (const [name, value] of query) {
    if (!name.startsWith("response-")) continue;
    if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(value)) {
      throw invalidArgument("Header value cannot be represented using ISO-8859-1.", name, value);
    }
    answer.set(overridable(name), value);
  }
  const { start, end, partial } = wanted(request, object, answer);
  if (!partial && headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED") {
    for (const [name, value] of Object.entries(checksumHeaders(object))) answer.set(name, value);
  }
  const length = end - start + 1;
  answer.set("content-length", String(length));
  if (partial) answer.set("content-range", `bytes ${start}-${end}/${object.Size}`);
  const body = withBody ? s3.bodies.read(object.Pieces, start, length) : null;
  return new Response(body, { status: partial ? 206 : 200, headers: answer });
}

/** The header that a `response-…` query parameter sets. */
function overridable(parameter: string): string {
  const name = parameter.slice("response-".length);
  if (
    /^(content-type|content-language|expires|cache-control|content-disposition|content-encoding)$/.test(name)
  ) return name;
  throw invalidArgument(
    `${parameter} is not in the set of overridable response header names.`,
    parameter,
    "",
  );
}

/** The bytes asked for, by Range or partNumber. */
function wanted({ headers, query }: S3Request, object: StoredObject, answer: Headers) {
  const part = query.get("partNumber");
  if (part === null) {
    const range = rangeOf(headers.get("range"), object.Size);
    return { start: range?.start ?? 0, end: range?.end ?? object.Size - 1, partial: range !== undefined };
  }
  const number = Number(part);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument(
      "Part number must be an integer between 1 and 10000, inclusive",
      "partNumber",
      part,
    );
  }
  if (headers.has("range")) {
    throw new AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  }
  const piece = object.Pieces[number - 1];
  if (!piece) {
    throw new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416, {
      ActualPartCount: object.Pieces.length,
      PartNumberRequested: part,
    });
  }
  if (object.ETag.includes("-")) answer.set("x-amz-mp-parts-count", String(object.Pieces.length));
  const start = object.Pieces.slice(0, number - 1).reduce((sum, { Size }) => sum + Size, 0);
  return { start, end: start + piece.Size - 1, partial: object.Size > 0 };
}

function deleteObject(s3: S3Context, request: S3Request): Response {
  authorizeObject(s3, request, "s3:DeleteObject");
  const version = request.query.get("versionId");
  if (version !== null && version !== "null") {
    throw invalidArgument("Invalid version id specified", "versionId", version);
  }
  const object = s3.index.object(request.bucket, request.key);
  if (request.headers.has("if-match")) checkWrite(request.headers, request.key, object);
  removeObject(s3, request.bucket, object);
  return new Response(null, { status: 204 });
}

function removeObject(s3: S3Context, bucket: string, object: StoredObject | undefined): void {
  if (!object) return;
  s3.index.removeObject(bucket, object.Key);
  s3.bodies.remove(object.Pieces);
}

async function deleteObjects(s3: S3Context, request: S3Request): Promise<Response> {
  theBucket(s3, request);
  const { Object: given = [], Quiet } = await readXml(request, "Delete");
  const entries = (Array.isArray(given) ? given : [given]) as Record<string, unknown>[];
  if (entries.length === 0 || entries.length > 1000) throw malformedXml();
  const Deleted: object[] = [];
  const errors: object[] = [];
  for (const { Key, VersionId, ETag, LastModifiedTime, Size } of entries) {
    if (typeof Key !== "string" || Key === "") throw malformedXml();
    if (VersionId !== undefined && VersionId !== "null") {
      throw unsupported("object versions", "NotImplemented", 501);
    }
    if (ETag !== undefined || LastModifiedTime !== undefined || Size !== undefined) {
      throw unsupported("conditions in DeleteObjects", "NotImplemented", 501);
    }
    try {
      checkKey(Key);
      s3.core.siblings.iam.authorize(
        request.call.principal,
        "s3:DeleteObject",
        `${bucketArn(request.bucket)}/${Key}`,
      );
      removeObject(s3, request.bucket, s3.index.object(request.bucket, Key));
      Deleted.push({ Key });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ Key, Code: error.code, Message: error.message });
    }
  }
  return xml("DeleteResult", { Deleted: Quiet === "true" ? [] : Deleted, Error: errors });
}

export const objectOperations: readonly Operation[] = [
  { method: "PUT", on: "object", run: putObject },
  { method: "GET", on: "object", run: getObject },
  { method: "HEAD", on: "object", run: headObject },
  { method: "DELETE", on: "object", run: deleteObject },
  { method: "POST", on: "bucket", query: "delete", run: deleteObjects },
];

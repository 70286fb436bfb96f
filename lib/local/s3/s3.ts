/** Amazon S3: which operation a request is, and the same operations for the sibling services. */
import { join } from "node:path";
import { AwsError, unsupported } from "../errors.ts";
import type { Call, Core, Principal, S3, S3Object } from "../services.ts";
import { Bodies, MAX_INLINE_BYTES } from "./bodies.ts";
import { bucketOperations } from "./buckets.ts";
import { completeOperations } from "./complete.ts";
import {
  bucketArn,
  checkKey,
  existing,
  findBucket,
  type Operation,
  type S3Context,
  s3Now,
  type S3Request,
} from "./context.ts";
import { copyOperations } from "./copy.ts";
import { afterPrefix, Index, type StoredObject } from "./index.ts";
import { listOperations } from "./listing.ts";
import { multipartOperations } from "./multipart.ts";
import { objectOperations } from "./objects.ts";
import { hex } from "./payload.ts";
import { configurationOperations, SUBRESOURCES } from "./subresources.ts";
import { readTarget } from "./target.ts";
import { Uploads } from "./uploads.ts";

const OPERATIONS: readonly Operation[] = [
  ...bucketOperations,
  ...copyOperations,
  ...objectOperations,
  ...listOperations,
  ...multipartOperations,
  ...completeOperations,
  ...configurationOperations,
];

/** S3 with its index in the store and objects' bytes as files in `<stateDir>/s3`. */
export function createS3(core: Core): S3 {
  const s3: S3Context = {
    core,
    index: new Index(core.store),
    uploads: new Uploads(core.store),
    bodies: new Bodies(join(core.stateDir, "s3")),
  };
  return {
    handle: async (call) => await handle(s3, call),
    start: () => s3.bodies.sweep(new Set([...s3.index.files(MAX_INLINE_BYTES), ...s3.uploads.files()])),
    getObject(principal, bucket, key) {
      const object = readable(s3, principal, bucket, key);
      return { ...described(object), Body: s3.bodies.bytes(object.Pieces, 0, object.Size) };
    },
    putObject: (principal, bucket, key, body, contentType) =>
      described(put(s3, principal, bucket, key, body, contentType)),
    listObjects(principal, bucket, prefix) {
      findBucket(s3, bucket);
      core.siblings.iam.authorize(principal, "s3:ListBucket", bucketArn(bucket), { "s3:prefix": prefix });
      return s3.index.scan(bucket, prefix, afterPrefix(prefix), -1);
    },
  };
}

async function handle(s3: S3Context, call: Call): Promise<Response> {
  const request: S3Request = { call, headers: call.request.headers, ...readTarget(call.request) };
  const operation = findOperation(request);
  return await operation.run(s3, request);
}

function findOperation({ call, headers, query, bucket, key }: S3Request): Operation {
  const { method } = call.request;
  const on = key !== "" ? "object" : bucket !== "" ? "bucket" : "service";
  const named = SUBRESOURCES.find((name) => query.has(name));
  const found = OPERATIONS.find((operation) =>
    operation.method === method && operation.on === on && operation.query === named &&
    (operation.header === undefined || headers.has(operation.header))
  );
  if (found) return found;
  if (named) throw unsupported(`${method} of an S3 ${on}'s '${named}'`, "NotImplemented", 501);
  throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, {
    Method: method,
    ResourceType: on.toUpperCase(),
  });
}

function readable(s3: S3Context, principal: Principal, bucket: string, key: string): StoredObject {
  findBucket(s3, bucket);
  checkKey(key);
  s3.core.siblings.iam.authorize(principal, "s3:GetObject", `${bucketArn(bucket)}/${key}`);
  return existing(s3, principal, bucket, key);
}

function put(
  s3: S3Context,
  principal: Principal,
  bucket: string,
  key: string,
  body: Uint8Array,
  contentType = "binary/octet-stream",
): StoredObject {
  findBucket(s3, bucket);
  checkKey(key);
  s3.core.siblings.iam.authorize(principal, "s3:PutObject", `${bucketArn(bucket)}/${key}`);
  const writer = s3.bodies.create();
  writer.write(body);
  const { piece, md5 } = writer.finish();
  const object: StoredObject = {
    Key: key,
    Size: piece.Size,
    ETag: `"${hex(md5)}"`,
    LastModified: s3Now(s3),
    Headers: { "content-type": contentType },
    Pieces: [piece],
  };
  const replaced = s3.index.object(bucket, key);
  s3.index.putObject(bucket, object);
  if (replaced) s3.bodies.remove(replaced.Pieces);
  return object;
}

function described({ Key, Size, ETag, LastModified, Headers }: StoredObject): S3Object {
  return { Key, Size, ETag, LastModified, ContentType: Headers["content-type"] };
}

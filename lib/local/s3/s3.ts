/** Amazon S3: buckets and objects, with its index in the store and objects' larger bodies as files. */
import { join } from "node:path";
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core, Principal, S3, S3Object } from "../services.ts";
import { Bodies, MAX_INLINE_BYTES } from "./bodies.ts";
import * as buckets from "./buckets.ts";
import * as complete from "./complete.ts";
import * as configuration from "./configuration.ts";
import type { S3Context } from "./context.ts";
import * as copy from "./copy.ts";
import { Index } from "./index.ts";
import * as listUploads from "./list_uploads.ts";
import * as listing from "./listing.ts";
import * as multipart from "./multipart.ts";
import * as objects from "./objects.ts";
import { received } from "./payload.ts";
import { s3Protocol } from "./protocol.ts";
import * as readObjects from "./read_objects.ts";
import { Uploads } from "./uploads.ts";

/** A copy is a PUT too, told by its header: it is asked first. */
const operations = operationsOf<S3Context>(
  copy,
  buckets,
  objects,
  readObjects,
  listing,
  multipart,
  listUploads,
  complete,
  configuration,
);

/** S3 with its files in `<stateDir>/s3`. */
export function createS3(core: Core): { service: Service<S3Context>; sibling: S3 } {
  const s3: S3Context = {
    core,
    index: new Index(core.store),
    uploads: new Uploads(core.store),
    bodies: new Bodies(join(core.stateDir, "s3")),
  };
  const service: Service<S3Context> = {
    name: "s3",
    protocol: s3Protocol,
    operations,
    context: s3,
    start: () => s3.bodies.sweep(new Set([...s3.index.files(MAX_INLINE_BYTES), ...s3.uploads.files()])),
    stop: () => s3.bodies.stop(),
  };
  return { service, sibling: siblingOf(s3) };
}

// For services that do not call operations yet.
function siblingOf(s3: S3Context): S3 {
  const { core } = s3;
  const callerOf = (principal: Principal, bucket: string) => ({
    principal,
    region: s3.index.bucket(bucket)?.Region ?? core.region,
  });
  return {
    getObject(principal, Bucket, Key) {
      core.call(readObjects.headObject, { Bucket, Key }, callerOf(principal, Bucket));
      const { Size, ETag, LastModified, Headers, Pieces } = s3.index.object(Bucket, Key)!;
      const ContentType = Headers["content-type"];
      return { Key, Size, ETag, LastModified, ContentType, Body: s3.bodies.bytes(Pieces, 0, Size) };
    },
    putObject(principal, Bucket, Key, body, ContentType = "binary/octet-stream") {
      const input = { Bucket, Key };
      const caller = { ...callerOf(principal, Bucket), requestId: "" };
      const resource = objects.putObject.resource!(input, s3, caller);
      core.siblings.iam.authorize(principal, "s3:PutObject", resource);
      const writer = s3.bodies.create(["CRC64NVME"]);
      writer.write(body);
      const headers = { "content-type": ContentType };
      return objects.storeReceived(s3, input, caller, received(writer.finish(), "CRC64NVME"), headers);
    },
    listObjects(principal, Bucket, Prefix) {
      const found: S3Object[] = [];
      let ContinuationToken: string | undefined;
      for (;;) {
        const input = { Bucket, Prefix, ContinuationToken };
        const page = core.call(listing.listObjectsV2, input, callerOf(principal, Bucket));
        found.push(...page.Contents.map((one) => ({ ...one, LastModified: one.LastModified.getTime() })));
        ContinuationToken = page.NextContinuationToken;
        if (ContinuationToken === undefined) return found;
      }
    },
  };
}

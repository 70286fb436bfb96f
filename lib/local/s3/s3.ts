/** Amazon S3: buckets and objects, with their index in the store and larger bodies in files. */
import { join } from "node:path";
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
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
import { s3Protocol } from "./protocol.ts";
import * as readObjects from "./read_objects.ts";
import { Uploads } from "./uploads.ts";

/** Copies come first: they have the same method and path as PutObject and UploadPart, and one more header. */
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
export function createS3(core: Core): Service<S3Context> {
  const s3: S3Context = {
    core,
    index: new Index(core.store),
    uploads: new Uploads(core.store),
    bodies: new Bodies(join(core.stateDir, "s3")),
  };
  return {
    name: "s3",
    protocol: s3Protocol,
    operations,
    context: s3,
    start: () => s3.bodies.sweep(new Set([...s3.index.files(MAX_INLINE_BYTES), ...s3.uploads.files()])),
  };
}

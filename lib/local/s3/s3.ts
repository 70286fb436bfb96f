/** Amazon S3: buckets and objects, with their index in the store and larger bodies in files. */
import { join } from "node:path";
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import { Bodies, MAX_INLINE_BYTES } from "./bodies.ts";
import * as attributes from "./attributes.ts";
import * as bucketPolicy from "./bucket_policy.ts";
import * as buckets from "./buckets.ts";
import * as complete from "./complete.ts";
import * as configuration from "./configuration.ts";
import type { S3Context } from "./context.ts";
import * as copy from "./copy.ts";
import * as encryption from "./encryption.ts";
import { Index } from "./index.ts";
import * as lifecycle from "./lifecycle.ts";
import * as listUploads from "./list_uploads.ts";
import * as listing from "./listing.ts";
import * as multipart from "./multipart.ts";
import * as objects from "./objects.ts";
import { s3Protocol } from "./protocol.ts";
import * as publicAccess from "./public_access.ts";
import { isPublicPolicy, restricted } from "./public_policy.ts";
import * as readObjects from "./read_objects.ts";
import { SettingsTable } from "./settings.ts";
import * as tagging from "./tagging.ts";
import { hasBodies } from "./sweep.ts";
import { Uploads } from "./uploads.ts";
import * as versions from "./versions.ts";

/** How often objects expire. AWS looks once a day. */
const EXPIRE_MS = 3_600_000;

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
  bucketPolicy,
  publicAccess,
  encryption,
  lifecycle,
  tagging,
  versions,
  attributes,
);

/** S3 with its files in `<stateDir>/s3`, and what it throws away in `<stateDir>/s3-trash`. */
export function createS3(core: Core): Service<S3Context> {
  const index = new Index(core.store);
  const settings = new SettingsTable(core.store);
  const s3: S3Context = {
    core,
    index,
    settings,
    policyOf(bucket) {
      const policy = settings.get(bucket, "policy");
      const block = policy === undefined ? undefined : settings.get(bucket, "publicAccessBlock");
      return policy && block?.RestrictPublicBuckets && isPublicPolicy(policy)
        ? restricted(policy, core.account)
        : policy;
    },
    uploads: new Uploads(core.store),
    bodies: new Bodies(join(core.stateDir, "s3")),
  };
  const stopping = new AbortController();
  let timer: ReturnType<typeof setInterval> | undefined;
  let expiring: Promise<void> = Promise.resolve();
  const expire = () => {
    expiring = expiring.then(() => lifecycle.expireObjects(s3, stopping.signal))
      .catch((error) => core.fault(error, "the expiration of objects"));
  };
  return {
    name: "s3",
    protocol: s3Protocol,
    operations,
    context: s3,
    start() {
      sweep(s3);
      expire();
      timer = setInterval(expire, EXPIRE_MS);
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await expiring;
    },
    roleDeleted(rename) {
      for (const { Name } of index.buckets()) {
        const policy = settings.get(Name, "policy");
        if (policy !== undefined) settings.put(Name, "policy", rename(policy));
      }
    },
  };
}

function sweep({ core, bodies, index, uploads }: S3Context): void {
  const trash = join(core.stateDir, "s3-trash");
  if (core.store.isNew) {
    if (!hasBodies(bodies.directory)) return;
    return console.warn(
      `The database of ${core.stateDir} is new, but ${bodies.directory} has files of objects. They are kept. If the ` +
        "database was lost, stop the local AWS and put a copy of aws.sqlite back.",
    );
  }
  const used = new Set([...index.files(MAX_INLINE_BYTES), ...uploads.files()]);
  const { thrown, restored } = bodies.sweep({ used, trash, since: core.store.born, now: core.now() });
  if (thrown > 0) console.warn(`Files that no object refers to: ${thrown}, moved to ${trash} for 30 days.`);
  if (restored > 0) console.warn(`Files of objects taken back from ${trash}: ${restored}.`);
}

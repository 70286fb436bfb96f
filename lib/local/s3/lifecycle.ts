/**
 * PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration, DeleteBucketLifecycle. Objects expire; storage classes
 * and versions, which the local AWS does not have, do not change.
 */
import { malformedXml } from "../protocols/xml.ts";
import { header, notSupported, payload, structure, toElements } from "../shapes.ts";
import { turn } from "../turn.ts";
import { bucketInput, notFound, onBucket, operation, type S3Context } from "./context.ts";
import { after, MAX_KEYS } from "./listing.ts";
import { afterPrefix, type StoredObject } from "./index.ts";
import { checkedRules, expiryBy, lifecycleConfiguration, prefixOf } from "./lifecycle_rules.ts";

const MINIMUM_SIZE = "x-amz-transition-default-minimum-object-size";
const ALL_CLASSES = "all_storage_classes_128K";
const minimumSize = { TransitionDefaultMinimumObjectSize: ALL_CLASSES };

export const putBucketLifecycleConfiguration = operation({
  action: "s3:PutLifecycleConfiguration",
  input: structure({
    ...bucketInput,
    LifecycleConfiguration: payload(lifecycleConfiguration, "LifecycleConfiguration"),
    TransitionDefaultMinimumObjectSize: header(MINIMUM_SIZE, notSupported(ALL_CLASSES)),
  }),
  resource: onBucket,
  http: { at: "PUT /{Bucket}?lifecycle", headers: { TransitionDefaultMinimumObjectSize: MINIMUM_SIZE } },
  run({ Bucket, LifecycleConfiguration: given }, s3) {
    if (!given) throw malformedXml();
    s3.settings.put(Bucket, "lifecycle", checkedRules(given.Rules));
    return minimumSize;
  },
});

export const getBucketLifecycleConfiguration = operation({
  action: "s3:GetLifecycleConfiguration",
  input: structure(bucketInput),
  resource: onBucket,
  http: {
    at: "GET /{Bucket}?lifecycle",
    root: "LifecycleConfiguration",
    payload: "LifecycleConfiguration",
    headers: { TransitionDefaultMinimumObjectSize: MINIMUM_SIZE },
  },
  run({ Bucket }, s3) {
    const Rules = s3.settings.get(Bucket, "lifecycle");
    if (Rules) {
      return { LifecycleConfiguration: toElements(lifecycleConfiguration, { Rules }), ...minimumSize };
    }
    throw notFound("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", Bucket);
  },
});

export const deleteBucketLifecycle = operation({
  action: "s3:PutLifecycleConfiguration",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "DELETE /{Bucket}?lifecycle", status: 204 },
  run({ Bucket }, s3) {
    s3.settings.remove(Bucket, "lifecycle");
    return {};
  },
});

/** The header `x-amz-expiration` of an object that a rule lets expire. */
export function expirationOf(s3: S3Context, bucket: string, object: StoredObject): string | undefined {
  const due = (s3.settings.get(bucket, "lifecycle") ?? [])
    .flatMap((rule) => {
      const time = expiryBy(rule, object);
      return time === undefined ? [] : [{ time, rule }];
    })
    .toSorted((a, b) => a.time - b.time)[0];
  return due &&
    `expiry-date="${new Date(due.time).toUTCString()}", rule-id="${encodeURIComponent(due.rule.ID!)}"`;
}

/** Deletes what has expired, as AWS does once a day. */
export async function expireObjects(s3: S3Context, signal: AbortSignal): Promise<void> {
  for (const bucket of s3.settings.having("lifecycle")) {
    for (const rule of s3.settings.get(bucket, "lifecycle") ?? []) {
      if (rule.Status !== "Enabled" || !rule.Expiration) continue;
      const prefix = prefixOf(rule);
      for (let from: string | undefined = prefix; from !== undefined;) {
        const page = s3.index.scan(bucket, from, afterPrefix(prefix), MAX_KEYS);
        for (const { Key } of page) {
          const object = s3.index.object(bucket, Key);
          const due = object && expiryBy(rule, object);
          if (due === undefined || due > s3.core.now()) continue;
          s3.index.removeObject(bucket, Key);
          s3.bodies.remove(object!.Pieces);
        }
        from = page.length < MAX_KEYS ? undefined : after(page.at(-1)!.Key);
        await turn();
        if (signal.aborted) return;
      }
    }
  }
}

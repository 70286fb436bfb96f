/** PutObjectTagging, GetObjectTagging, DeleteObjectTagging, and the same of buckets. */
import { malformedXml } from "../protocols/xml.ts";
import { payload, query, string, structure } from "../shapes.ts";
import {
  bucketInput,
  checkVersion,
  existing,
  notFound,
  type ObjectInput,
  objectInput,
  onBucket,
  onObject,
  operation,
  type S3Context,
} from "./context.ts";
import type { Call } from "../operation.ts";
import { checkTags, storedTags, type Tag, TAGGING, tagging, taggingHeader, tagsIn } from "./tags.ts";

const body = payload(tagging, "Tagging");
const objectTagging = { ...objectInput, VersionId: query("versionId", string()) };

export const putObjectTagging = operation({
  action: "s3:PutObjectTagging",
  input: structure({ ...objectTagging, Tagging: body }),
  resource: onObject,
  http: { at: "PUT /{Bucket}/{Key+}?tagging" },
  run(input, s3, call) {
    if (!input.Tagging) throw malformedXml();
    const tags = tagsIn(input.Tagging);
    checkTags(tags, "Object");
    setTags(s3, input, call, tags);
    return {};
  },
});

export const getObjectTagging = operation({
  action: "s3:GetObjectTagging",
  input: structure(objectTagging),
  resource: onObject,
  http: { at: "GET /{Bucket}/{Key+}?tagging", root: "Tagging", elements: { TagSet: "TagSet/Tag" } },
  run(input, s3, call) {
    checkVersion(input.VersionId);
    return { TagSet: storedTags(existing(s3, input, call).Headers) };
  },
});

export const deleteObjectTagging = operation({
  action: "s3:DeleteObjectTagging",
  input: structure(objectTagging),
  resource: onObject,
  http: { at: "DELETE /{Bucket}/{Key+}?tagging", status: 204 },
  run(input, s3, call) {
    setTags(s3, input, call, []);
    return {};
  },
});

/** The object's time and entity tag stay as they are. */
function setTags(
  s3: S3Context,
  input: ObjectInput & { VersionId?: string },
  call: Call,
  tags: readonly Tag[],
): void {
  checkVersion(input.VersionId);
  s3.core.store.transaction(() => {
    const object = existing(s3, input, call);
    const { [TAGGING]: _, ...headers } = object.Headers;
    s3.index.putObject(input.Bucket, { ...object, Headers: { ...headers, ...taggingHeader(tags) } });
  });
}

export const putBucketTagging = operation({
  action: "s3:PutBucketTagging",
  input: structure({ ...bucketInput, Tagging: body }),
  resource: onBucket,
  http: { at: "PUT /{Bucket}?tagging", status: 204 },
  run({ Bucket, Tagging }, s3) {
    if (!Tagging) throw malformedXml();
    const tags = tagsIn(Tagging);
    checkTags(tags, "Bucket");
    if (tags.length > 0) s3.settings.put(Bucket, "tags", tags);
    else s3.settings.remove(Bucket, "tags");
    return {};
  },
});

export const getBucketTagging = operation({
  action: "s3:GetBucketTagging",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "GET /{Bucket}?tagging", root: "Tagging", elements: { TagSet: "TagSet/Tag" } },
  run({ Bucket }, s3) {
    const TagSet = s3.settings.get(Bucket, "tags");
    if (TagSet) return { TagSet };
    throw notFound("NoSuchTagSet", "The TagSet does not exist", Bucket);
  },
});

export const deleteBucketTagging = operation({
  action: "s3:PutBucketTagging",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "DELETE /{Bucket}?tagging", status: 204 },
  run({ Bucket }, s3) {
    s3.settings.remove(Bucket, "tags");
    return {};
  },
});

/** ListObjectVersions: without versioning every object has one version, `null`. */
import { query, string, structure } from "../shapes.ts";
import { onBucket, operation, OWNER_ID } from "./context.ts";
import { after, commonPrefix, list, listConditions, listInput } from "./listing.ts";
import { afterPrefix } from "./index.ts";

export const listObjectVersions = operation({
  action: "s3:ListBucketVersions",
  input: structure({
    ...listInput,
    KeyMarker: query("key-marker", string()),
    VersionIdMarker: query("version-id-marker", string()),
  }),
  resource: onBucket,
  conditions: listConditions,
  http: { at: "GET /{Bucket}?versions", root: "ListVersionsResult", elements: { Versions: "Version" } },
  run(input, s3) {
    const { KeyMarker = "", VersionIdMarker = "", Prefix = "", Delimiter = "" } = input;
    const { page, answer, encode } = list(s3, input, () => {
      const common = commonPrefix(KeyMarker, Prefix, Delimiter);
      if (common !== undefined) return afterPrefix(common) ?? after(KeyMarker);
      return KeyMarker === "" ? "" : after(KeyMarker);
    });
    return {
      ...answer,
      KeyMarker: encode(KeyMarker),
      VersionIdMarker,
      NextKeyMarker: page.next === undefined ? undefined : encode(page.last!),
      NextVersionIdMarker: page.next === undefined ? undefined : "null",
      Versions: page.items.map(({ Key, ETag, Size, LastModified, Checksum }) => ({
        Key: encode(Key),
        VersionId: "null",
        IsLatest: true,
        LastModified: new Date(LastModified),
        ETag,
        ChecksumAlgorithm: Checksum && [Checksum.Algorithm],
        ChecksumType: Checksum?.Type,
        Size,
        Owner: { ID: OWNER_ID },
        StorageClass: "STANDARD",
      })),
    };
  },
});

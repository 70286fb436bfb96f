/** GetObjectAttributes, and the access control lists, which new buckets do not use: they can be read, and not set. */
import { AwsError } from "../errors.ts";
import { header, query, required, string, structure } from "../shapes.ts";
import {
  bucketInput,
  checkVersion,
  existing,
  invalidArgument,
  objectInput,
  onBucket,
  onObject,
  operation,
  OWNER_ID,
} from "./context.ts";
import { checkDecryption } from "./encryption.ts";
import { checksumMembers, inHeaders } from "./headers.ts";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

export const getObjectAttributes = operation({
  action: "s3:GetObject", // and s3:GetObjectAttributes
  input: structure({
    ...objectInput,
    VersionId: query("versionId", string()),
    ObjectAttributes: required(header("x-amz-object-attributes", string())),
    MaxParts: header("x-amz-max-parts", string()),
    PartNumberMarker: header("x-amz-part-number-marker", string()),
  }),
  resource: onObject,
  http: {
    at: "GET /{Bucket}/{Key+}?attributes",
    root: "GetObjectAttributesResponse",
    headers: { LastModified: "last-modified" },
    elements: { ObjectParts: "ObjectParts" },
  },
  run(input, s3, call) {
    checkVersion(input.VersionId);
    const wanted = input.ObjectAttributes.split(",").map((name) => name.trim());
    const unknown = wanted.find((name) => !ATTRIBUTES.includes(name));
    if (unknown !== undefined) {
      throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", unknown);
    }
    call.authorize({
      action: "s3:GetObjectAttributes",
      resource: onObject(input, s3, call),
      policy: s3.policyOf(input.Bucket),
    });
    const object = existing(s3, input, call);
    checkDecryption(s3, object.Headers, call);
    const parts = object.ETag.includes("-") ? object.Pieces.length : undefined;
    const all: Record<string, unknown> = {
      ETag: object.ETag.replaceAll('"', ""),
      Checksum: object.Checksum && checksumMembers(object.Checksum),
      ObjectParts: parts === undefined ? undefined : { PartsCount: parts },
      StorageClass: "STANDARD",
      ObjectSize: object.Size,
    };
    return {
      LastModified: new Date(object.LastModified),
      ...Object.fromEntries(wanted.map((name) => [name, all[name]])),
    };
  },
});

/** The one list that there is: the owner may do everything. */
const OWNERS = {
  Owner: { ID: OWNER_ID },
  Grants: [{
    // The grantee's type is an attribute of its element.
    Grantee: {
      "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      "@xsi:type": "CanonicalUser",
      ID: OWNER_ID,
    },
    Permission: "FULL_CONTROL",
  }],
};
const acl = { root: "AccessControlPolicy", elements: { Grants: "AccessControlList/Grant" } };

export const getBucketAcl = operation({
  action: "s3:GetBucketAcl",
  input: structure(bucketInput),
  resource: onBucket,
  http: { at: "GET /{Bucket}?acl", ...acl },
  run: () => OWNERS,
});

export const getObjectAcl = operation({
  action: "s3:GetObjectAcl",
  input: structure({ ...objectInput, VersionId: query("versionId", string()) }),
  resource: onObject,
  http: { at: "GET /{Bucket}/{Key+}?acl", ...acl },
  run(input, s3, call) {
    checkVersion(input.VersionId);
    existing(s3, input, call);
    return OWNERS;
  },
});

const given = inHeaders(string(), { ACL: "x-amz-acl" });

export const putBucketAcl = operation({
  action: "s3:PutBucketAcl",
  input: structure({ ...bucketInput, ...given }),
  resource: onBucket,
  http: { at: "PUT /{Bucket}?acl" },
  run: ({ ACL }) => unlessOwners(ACL),
});

export const putObjectAcl = operation({
  action: "s3:PutObjectAcl",
  input: structure({ ...objectInput, ...given, VersionId: query("versionId", string()) }),
  resource: onObject,
  http: { at: "PUT /{Bucket}/{Key+}?acl" },
  run(input, s3, call) {
    checkVersion(input.VersionId);
    existing(s3, input, call);
    return unlessOwners(input.ACL);
  },
});

/** @throws AwsError AccessControlListNotSupported, but for the list that is in force */
function unlessOwners(acl: string | undefined): object {
  if (acl === "bucket-owner-full-control") return {};
  throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

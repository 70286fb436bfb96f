/** Headers of objects: those that are stored, checksums, and those that are not supported. */
import { AwsError } from "../errors.ts";
import { headerText } from "../protocols/header_text.ts";
import { header, headers, map, notSupported, type Shape, string, type Structure } from "../shapes.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import { ENCRYPTION_HEADERS, encryptionInput } from "./encryption.ts";
import type { Checksum } from "./index.ts";
import { TAGGING } from "./tags.ts";

const MAX_METADATA_BYTES = 2048;
/** A header's name (RFC 9110), in lower case. */
const TOKEN = /^[!#$%&'*+.^_`|~\da-z-]+$/;

/** Stored with an object, and returned with it. */
const KEPT = {
  CacheControl: "cache-control",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
  ContentType: "content-type",
  Expires: "expires",
} as const;

export const KEPT_MEMBERS = Object.keys(KEPT) as (keyof typeof KEPT)[];
export type KeptHeaders = Partial<Record<keyof typeof KEPT, string>>;

/** The headers of the checksums that S3 verifies and returns. */
export const CHECKSUM_HEADERS = {
  ChecksumCRC32: "x-amz-checksum-crc32",
  ChecksumCRC32C: "x-amz-checksum-crc32c",
  ChecksumCRC64NVME: "x-amz-checksum-crc64nvme",
  ChecksumSHA1: "x-amz-checksum-sha1",
  ChecksumSHA256: "x-amz-checksum-sha256",
} as const satisfies Record<`Checksum${ChecksumAlgorithm}`, string>;

/** The headers of an object in an answer, by output member. */
export const OBJECT_HEADERS = {
  ...KEPT,
  ...CHECKSUM_HEADERS,
  ...ENCRYPTION_HEADERS,
  Expiration: "x-amz-expiration",
  ChecksumType: "x-amz-checksum-type",
  ETag: "etag",
  Metadata: "x-amz-meta-*",
};

/** Input members with these headers, all with the same shape. */
export function inHeaders<M extends string, T>(
  shape: Shape<T>,
  names: Readonly<Record<M, string>>,
): Record<M, Shape<T>> {
  const entries = Object.entries<string>(names).map(([member, name]) => [member, header(name, shape)]);
  return Object.fromEntries(entries) as Record<M, Shape<T>>;
}

/** The checksums that a client sends. */
export const checksumInput = inHeaders(string(), CHECKSUM_HEADERS);
export type Checksums = Structure<typeof checksumInput>;

/** Input members of the requests that create an object. */
export const objectHeaders = {
  ...inHeaders(string(), KEPT),
  Metadata: headers("x-amz-meta-", map(string())),
  ...inHeaders(string(), {
    ACL: "x-amz-acl",
    GrantFullControl: "x-amz-grant-full-control",
    GrantRead: "x-amz-grant-read",
    GrantReadACP: "x-amz-grant-read-acp",
    GrantWriteACP: "x-amz-grant-write-acp",
  }),
  ...encryptionInput,
  Tagging: header(TAGGING, string()),
  StorageClass: header("x-amz-storage-class", notSupported("STANDARD")),
  ...inHeaders(notSupported(), {
    SSEKMSEncryptionContext: "x-amz-server-side-encryption-context",
    SSECustomerAlgorithm: "x-amz-server-side-encryption-customer-algorithm",
    SSECustomerKey: "x-amz-server-side-encryption-customer-key",
    SSECustomerKeyMD5: "x-amz-server-side-encryption-customer-key-md5",
    WebsiteRedirectLocation: "x-amz-website-redirect-location",
    WriteOffsetBytes: "x-amz-write-offset-bytes",
    ObjectLockMode: "x-amz-object-lock-mode",
    ObjectLockRetainUntilDate: "x-amz-object-lock-retain-until-date",
    ObjectLockLegalHoldStatus: "x-amz-object-lock-legal-hold",
    ObjectLockEventHold: "x-amz-object-lock-event-hold",
    ObjectLockEventHoldDurationDays: "x-amz-object-lock-event-hold-duration-days",
    ObjectLockEventHoldDurationYears: "x-amz-object-lock-event-hold-duration-years",
  }),
};

/**
 * The headers to store with an object, names in lower case.
 * @throws AwsError AccessControlListNotSupported, MetadataTooLarge, InvalidArgument
 */
export function storedHeaders(input: Structure<typeof objectHeaders>): Record<string, string> {
  const { ACL = "bucket-owner-full-control", Metadata = {} } = input;
  const granted = input.GrantFullControl ?? input.GrantRead ?? input.GrantReadACP ?? input.GrantWriteACP;
  // New buckets have ACLs disabled (BucketOwnerEnforced) and accept only this one.
  if (granted !== undefined || ACL !== "bucket-owner-full-control") {
    throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  const encodings = input.ContentEncoding?.split(",").map((encoding) => encoding.trim()) ?? [];
  const kept: KeptHeaders = {
    ...input,
    ContentType: input.ContentType ?? "binary/octet-stream",
    // The stored body has no framing any more.
    ContentEncoding: encodings.filter((encoding) => encoding !== "aws-chunked").join(",") || undefined,
  };
  const stored: Record<string, string> = {};
  for (const member of KEPT_MEMBERS) if (kept[member] !== undefined) stored[KEPT[member]] = kept[member];
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(Metadata)) {
    metadataBytes += name.length + value.length;
    stored[`x-amz-meta-${name.toLowerCase()}`] = value;
  }
  // Those of an HTTP request are fine; a state machine can name any.
  for (const [name, value] of Object.entries(stored)) {
    if (TOKEN.test(name) && headerText(value) === value) continue;
    const message = "Headers cannot have all of the characters of this name or value.";
    throw new AwsError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
  }
  if (metadataBytes <= MAX_METADATA_BYTES) return stored;
  const message = "Your metadata headers exceed the maximum allowed metadata size";
  throw new AwsError("MetadataTooLarge", message, 400, {
    Size: metadataBytes,
    MaxSizeAllowed: MAX_METADATA_BYTES,
  });
}

/** Stored headers as output members. */
export function membersOf(stored: Readonly<Record<string, string>>) {
  const members: KeptHeaders = {};
  for (const member of KEPT_MEMBERS) members[member] = stored[KEPT[member]];
  const metadata = Object.entries(stored).filter(([name]) => name.startsWith("x-amz-meta-"))
    .map(([name, value]) => [name.slice("x-amz-meta-".length), value]);
  return { ...members, Metadata: Object.fromEntries(metadata) as Record<string, string> };
}

/** A checksum as a member, for example `ChecksumSHA256`. */
export function checksumMember(checksum: Checksum | undefined): Checksums {
  return checksum ? { [`Checksum${checksum.Algorithm}`]: checksum.Value } : {};
}

/** A checksum and its type, as members. */
export function checksumMembers(checksum: Checksum | undefined) {
  return { ...checksumMember(checksum), ChecksumType: checksum?.Type };
}

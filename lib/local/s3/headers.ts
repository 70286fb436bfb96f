/** An object's headers: those that are kept and answered with it, its checksums, and those for what is not here. */
import { AwsError } from "../errors.ts";
import { header, headers, map, notSupported, string } from "../shapes.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import type { Checksum } from "./index.ts";

const MAX_METADATA_BYTES = 2048;

/** Kept with an object. */
const KEPT = {
  CacheControl: "cache-control",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
  ContentType: "content-type",
  Expires: "expires",
} as const;

export type KeptMember = keyof typeof KEPT;
export const KEPT_MEMBERS = Object.keys(KEPT) as KeptMember[];

/** The headers of the checksums that S3 verifies and returns. */
export const CHECKSUM_HEADERS = {
  ChecksumCRC32: "x-amz-checksum-crc32",
  ChecksumCRC32C: "x-amz-checksum-crc32c",
  ChecksumCRC64NVME: "x-amz-checksum-crc64nvme",
  ChecksumSHA1: "x-amz-checksum-sha1",
  ChecksumSHA256: "x-amz-checksum-sha256",
} as const satisfies Record<`Checksum${ChecksumAlgorithm}`, string>;

export type Checksums = Partial<Record<keyof typeof CHECKSUM_HEADERS, string>>;

/** Objects rest encrypted by S3's own keys, which needs nothing of the client. */
export const encryption = { ServerSideEncryption: "AES256" };
export const ENCRYPTION_HEADER = { ServerSideEncryption: "x-amz-server-side-encryption" };

/** Headers of an answer about an object. */
export const OBJECT_HEADERS = {
  ...KEPT,
  ...CHECKSUM_HEADERS,
  ...ENCRYPTION_HEADER,
  ChecksumType: "x-amz-checksum-type",
  ETag: "etag",
  Metadata: "x-amz-meta-*",
};

/** Checksums that a client gives. */
export const checksumInput = {
  ChecksumCRC32: header(CHECKSUM_HEADERS.ChecksumCRC32, string()),
  ChecksumCRC32C: header(CHECKSUM_HEADERS.ChecksumCRC32C, string()),
  ChecksumCRC64NVME: header(CHECKSUM_HEADERS.ChecksumCRC64NVME, string()),
  ChecksumSHA1: header(CHECKSUM_HEADERS.ChecksumSHA1, string()),
  ChecksumSHA256: header(CHECKSUM_HEADERS.ChecksumSHA256, string()),
};

const refusedWith = (name: string) => header(name, notSupported());

/** Headers of requests that make an object. */
export const objectHeaders = {
  CacheControl: header(KEPT.CacheControl, string()),
  ContentDisposition: header(KEPT.ContentDisposition, string()),
  ContentEncoding: header(KEPT.ContentEncoding, string()),
  ContentLanguage: header(KEPT.ContentLanguage, string()),
  ContentType: header(KEPT.ContentType, string()),
  Expires: header(KEPT.Expires, string()),
  Metadata: headers("x-amz-meta-", map(string())),
  ACL: header("x-amz-acl", string()),
  GrantFullControl: header("x-amz-grant-full-control", string()),
  GrantRead: header("x-amz-grant-read", string()),
  GrantReadACP: header("x-amz-grant-read-acp", string()),
  GrantWriteACP: header("x-amz-grant-write-acp", string()),
  ServerSideEncryption: header(ENCRYPTION_HEADER.ServerSideEncryption, notSupported("AES256")),
  StorageClass: header("x-amz-storage-class", notSupported("STANDARD")),
  BucketKeyEnabled: refusedWith("x-amz-server-side-encryption-bucket-key-enabled"),
  SSEKMSKeyId: refusedWith("x-amz-server-side-encryption-aws-kms-key-id"),
  SSEKMSEncryptionContext: refusedWith("x-amz-server-side-encryption-context"),
  SSECustomerAlgorithm: refusedWith("x-amz-server-side-encryption-customer-algorithm"),
  SSECustomerKey: refusedWith("x-amz-server-side-encryption-customer-key"),
  SSECustomerKeyMD5: refusedWith("x-amz-server-side-encryption-customer-key-md5"),
  Tagging: refusedWith("x-amz-tagging"),
  WebsiteRedirectLocation: refusedWith("x-amz-website-redirect-location"),
  WriteOffsetBytes: refusedWith("x-amz-write-offset-bytes"),
  ObjectLockMode: refusedWith("x-amz-object-lock-mode"),
  ObjectLockRetainUntilDate: refusedWith("x-amz-object-lock-retain-until-date"),
  ObjectLockLegalHoldStatus: refusedWith("x-amz-object-lock-legal-hold"),
  ObjectLockEventHold: refusedWith("x-amz-object-lock-event-hold"),
  ObjectLockEventHoldDurationDays: refusedWith("x-amz-object-lock-event-hold-duration-days"),
  ObjectLockEventHoldDurationYears: refusedWith("x-amz-object-lock-event-hold-duration-years"),
};

export interface ObjectHeaders extends Partial<Record<KeptMember, string>> {
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly ACL?: string;
  readonly GrantFullControl?: string;
  readonly GrantRead?: string;
  readonly GrantReadACP?: string;
  readonly GrantWriteACP?: string;
}

/**
 * The headers to answer a GET with, names in lower case.
 * @throws AwsError AccessControlListNotSupported, MetadataTooLarge
 */
export function storedHeaders(input: ObjectHeaders): Record<string, string> {
  const { ACL = "bucket-owner-full-control", Metadata = {} } = input;
  const granted = input.GrantFullControl ?? input.GrantRead ?? input.GrantReadACP ?? input.GrantWriteACP;
  // Today's buckets have their ACLs switched off, and take only the one that says so.
  if (granted !== undefined || ACL !== "bucket-owner-full-control") {
    throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  const encodings = input.ContentEncoding?.split(",").map((encoding) => encoding.trim()) ?? [];
  const kept: Partial<Record<KeptMember, string>> = {
    ...input,
    ContentType: input.ContentType ?? "binary/octet-stream",
    // The framing is taken off the body.
    ContentEncoding: encodings.filter((encoding) => encoding !== "aws-chunked").join(",") || undefined,
  };
  const stored: Record<string, string> = {};
  for (const member of KEPT_MEMBERS) if (kept[member] !== undefined) stored[KEPT[member]] = kept[member];
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(Metadata)) {
    metadataBytes += name.length + value.length;
    stored[`x-amz-meta-${name.toLowerCase()}`] = value;
  }
  if (metadataBytes <= MAX_METADATA_BYTES) return stored;
  const message = "Your metadata headers exceed the maximum allowed metadata size";
  throw new AwsError("MetadataTooLarge", message, 400, {
    Size: metadataBytes,
    MaxSizeAllowed: MAX_METADATA_BYTES,
  });
}

/** The members of an answer that stored headers are. */
export function membersOf(stored: Readonly<Record<string, string>>) {
  const members: Partial<Record<KeptMember, string>> = {};
  for (const member of KEPT_MEMBERS) members[member] = stored[KEPT[member]];
  const metadata = Object.entries(stored).filter(([name]) => name.startsWith("x-amz-meta-"))
    .map(([name, value]) => [name.slice("x-amz-meta-".length), value]);
  return { ...members, Metadata: Object.fromEntries(metadata) as Record<string, string> };
}

/** The member that a checksum is. */
export function checksumMember(checksum: Checksum | undefined): Checksums {
  return checksum ? { [`Checksum${checksum.Algorithm}`]: checksum.Value } : {};
}

/** A checksum and its type, as members. */
export function checksumMembers(checksum: Checksum | undefined) {
  return { ...checksumMember(checksum), ChecksumType: checksum?.Type };
}

/** Helpers for objects. */
import { createHash } from "node:crypto";
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { mapBounded } from "../concurrent.ts";
import type { Aws } from "./clients.ts";

export interface ListedObject {
  Key: string;
  /** Quoted, as S3 writes it. */
  ETag: string;
  Size: number;
}

/** Bucket and key (or prefix) of `s3://bucket/key`. @throws RangeError */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = uri.match(/^s3:\/\/([^/]+)(?:\/(.*))?$/s);
  if (!match) throw new RangeError(`"${uri}" is not an S3 URI; it must be s3://bucket/key.`);
  return { bucket: match[1]!, key: match[2] ?? "" };
}

/** All objects whose keys begin with `prefix`, in key order. */
export async function listObjects(s3: S3Client, bucket: string, prefix: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key, ETag, Size } of page.Contents ?? []) {
      objects.push({ Key: Key!, ETag: ETag!, Size: Size! });
    }
  }
  return objects;
}

export async function getObject(s3: S3Client, bucket: string, key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return await Body!.transformToByteArray();
}

/** Whether an object exists; true also if the caller may not find out. */
export async function objectExists(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === 404) return false;
    if ($metadata?.httpStatusCode === 403) return true;
    throw error;
  }
}

/** The SHA-256 that `uploadChanged` has stored with an object. */
async function storedSha256(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  return (await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).Metadata?.sha256;
}

/**
 * What tells whether objects have changed, by key: their ETags; for objects that KMS encrypts, whose ETags change each time
 * that they are written, the SHA-256 stored with them.
 * @param objects of one prefix, which are all encrypted alike
 */
export async function contentTags(
  s3: S3Client,
  bucket: string,
  objects: readonly ListedObject[],
): Promise<[key: string, tag: string][]> {
  const [first] = objects;
  const head = first && await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: first.Key }));
  if (!head?.ServerSideEncryption?.startsWith("aws:kms")) return objects.map(({ Key, ETag }) => [Key, ETag]);
  return await mapBounded(objects, CONCURRENCY, async ({ Key, ETag }): Promise<[string, string]> => [
    Key,
    await storedSha256(s3, bucket, Key) ?? ETag,
  ]);
}

export interface Upload {
  key: string;
  /** Called when it is needed. */
  body: () => Promise<Uint8Array>;
  /** The body's, in hexadecimal digits, where it is known: a body that is there already is then not asked for. */
  md5?: string;
  contentType: string;
}

/** How many uploads run at once. */
const CONCURRENCY = 16;

/**
 * Uploads what is new or differs from the existing objects. An ETag is the MD5 sum of an object, but not of one that KMS
 * encrypts: those are compared by the SHA-256 that is stored with them.
 * @returns how many were uploaded, and how many were there already
 */
export async function uploadChanged(
  { s3, bucket }: Pick<Aws, "s3" | "bucket">,
  uploads: readonly Upload[],
  options: { existing: readonly ListedObject[]; onProgress?(done: number): void; signal?: AbortSignal },
): Promise<{ sent: number; unchanged: number }> {
  const etags = new Map(options.existing.map(({ Key, ETag }) => [Key, ETag]));
  let done = 0;
  let sent = 0;
  await mapBounded(uploads, CONCURRENCY, async ({ key, body, contentType, md5 }) => {
    const found = etags.get(key);
    if (md5 !== undefined && found === `"${md5}"`) return options.onProgress?.(++done);
    const bytes = await body();
    const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (found !== etag && (found === undefined || await storedSha256(s3, bucket, key) !== sha256)) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType,
        Metadata: { sha256 },
      });
      await s3.send(command, { abortSignal: options.signal });
      sent++;
    }
    options.onProgress?.(++done);
  }, options.signal);
  return { sent, unchanged: uploads.length - sent };
}

/**
 * Joins captured answers with their pictures: each request has an inference id that stands for the picture's S3 key, and
 * data capture stores it with the answer. `lambdas/classify_image.ts`, which may not import from here, makes the same ids.
 */
import { createHash } from "node:crypto";

/** 1 to 64 printable ASCII characters without outer spaces, as it is sent in a header. Source: API of InvokeEndpoint. */
const INFERENCE_ID = /^[!-~]([ -~]{0,62}[!-~])?$/;

const DIGEST = /^[0-9a-f]{64}$/;

/**
 * The inference id of a picture: its key if that is a valid id, else the SHA-256 of the key in 64 hexadecimal digits, which
 * differs also for long keys with the same beginning or end.
 */
export function inferenceIdOf(key: string): string {
  return INFERENCE_ID.test(key) ? key : createHash("sha256").update(key).digest("hex");
}

/**
 * A function from inference ids to keys. Besides the ids of `keys` it knows all ids that are keys themselves; for the digest
 * of another key it returns null.
 */
export function keyFinder(keys: Iterable<string>): (inferenceId: string) => string | null {
  const known = new Map(Array.from(keys, (key) => [inferenceIdOf(key), key]));
  return (inferenceId) => known.get(inferenceId) ?? (DIGEST.test(inferenceId) ? null : inferenceId);
}

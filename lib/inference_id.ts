/**
 * How a captured answer finds its picture again: the endpoint is told an inference id that stands for the picture's S3
 * key, and data capture keeps it with the answer. `lambdas/classify_image.ts`, which may not import from here, makes
 * the same ids.
 */
import { createHash } from "node:crypto";

/** 1 to 64 printable ASCII characters, no space at either end, as it is sent as a header. Source: InvokeEndpoint. */
const INFERENCE_ID = /^[!-~]([ -~]{0,62}[!-~])?$/;

const DIGEST = /^[0-9a-f]{64}$/;

/**
 * The inference id of a picture: its key where that is a valid id, else the SHA-256 of the key, 64 hexadecimal digits,
 * so that keys which begin or end alike are told apart.
 */
export function inferenceIdOf(key: string): string {
  return INFERENCE_ID.test(key) ? key : createHash("sha256").update(key).digest("hex");
}

/**
 * A function that finds the key that an inference id stands for. Ids of none of `keys` are keys themselves, or digests of
 * a key that cannot be known: then it is null.
 */
export function keyFinder(keys: Iterable<string>): (inferenceId: string) => string | null {
  const known = new Map(Array.from(keys, (key) => [inferenceIdOf(key), key]));
  return (inferenceId) => known.get(inferenceId) ?? (DIGEST.test(inferenceId) ? null : inferenceId);
}

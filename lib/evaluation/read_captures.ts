/** Waits for captured traffic in S3, which arrives seconds to minutes after the invocations, and reads it. */
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { sleep } from "../aws/waiting.ts";
import { mapBounded } from "../concurrent.ts";
import { inferenceIdOf } from "../inference_id.ts";
import { type Capture, parseCaptures } from "./captures.ts";

export interface ReadCapturesOptions {
  bucket: string;
  /** The folder of an endpoint's variant: `data_capture/<endpoint>/AllTraffic/`. */
  prefix: string;
  /** Leaves out what was captured earlier: the first start of the executions in question. */
  since?: Date;
  /** S3 keys of the pictures whose captures to wait for; a key that is given twice stands for two captures. */
  expect?: Iterable<string>;
  /** The longest time to wait for them; default 10 minutes. AWS delivers within some minutes. */
  timeoutSeconds?: number;
  pollSeconds?: number;
  signal?: AbortSignal;
  /** Called after each poll with the number of expected captures that have arrived. */
  onProgress?: (progress: { done: number; total: number }) => void;
}

export interface CapturedTraffic {
  /** All captures by time, also those that were not expected. */
  captures: Capture[];
  /** The keys of the expected captures that had not arrived when the time was up. */
  missing: string[];
  /** How many files contain them. */
  files: number;
}

const readsAtOnce = 8;
const hourMs = 3_600_000;

/**
 * Polls the captures under `prefix` until all that are expected have arrived or the time is up, and returns what has
 * arrived and what is missing.
 *
 * @throws RangeError for a prefix that does not end in `/` (it would match other endpoints too)
 * @throws CaptureError for an invalid capture file; the signal's reason; S3's errors
 */
export async function readCaptures(s3: S3Client, options: ReadCapturesOptions): Promise<CapturedTraffic> {
  if (!options.prefix.endsWith("/")) {
    throw new RangeError(`The prefix of the captures is "${options.prefix}"; it must end in "/".`);
  }
  try {
    return await collect(s3, options);
  } catch (error) {
    options.signal?.throwIfAborted(); // with its reason, instead of the SDK's AbortError
    throw error;
  }
}

async function collect(s3: S3Client, options: ReadCapturesOptions): Promise<CapturedTraffic> {
  const { bucket, prefix, since, timeoutSeconds = 600, pollSeconds = 2, signal, onProgress } = options;
  const expected = [...options.expect ?? []];
  const deadlineMs = performance.now() + timeoutSeconds * 1000;
  const files = new Map<string, Capture[]>();
  while (true) {
    signal?.throwIfAborted();
    const keys = await listKeys(s3, bucket, prefix, since, signal);
    const added = keys.filter((key) => !files.has(key)); // capture files never change
    const texts = await mapBounded(added, readsAtOnce, (key) => readText(s3, bucket, key, signal), signal);
    added.forEach((key, index) => files.set(key, parseCaptures(texts[index]!, key)));

    const captures = [...files.values()].flat()
      .filter(({ inferenceTime }) => inferenceTime.getTime() >= wholeSecondMs(since))
      .sort((a, b) => a.inferenceTime.getTime() - b.inferenceTime.getTime());
    const missing = notIn(captures, expected);
    onProgress?.({ done: expected.length - missing.length, total: expected.length });
    const waitSeconds = Math.min(pollSeconds, (deadlineMs - performance.now()) / 1000);
    if (missing.length === 0 || waitSeconds <= 0) {
      return { captures, missing, files: new Set(captures.map(({ key }) => key)).size };
    }
    await sleep(waitSeconds, signal);
  }
}

async function listKeys(
  s3: S3Client,
  bucket: string,
  prefix: string,
  since: Date | undefined,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  // Keys are ordered by hour, so earlier hours need not be listed, except one: a file is named after its first record.
  const hour = since &&
    new Date(since.getTime() - hourMs).toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
  const pages = paginateListObjectsV2({ client: s3 }, {
    Bucket: bucket,
    Prefix: prefix,
    ...(hour && { StartAfter: `${prefix}${hour}` }),
  }, { abortSignal: signal });
  const keys: string[] = [];
  for await (const page of pages) {
    for (const { Key } of page.Contents ?? []) if (Key?.endsWith(".jsonl")) keys.push(Key);
  }
  return keys;
}

async function readText(
  s3: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
  return await Body!.transformToString();
}

/** Captures have times in whole seconds, so those of the same second count. */
function wholeSecondMs(since: Date | undefined): number {
  return since ? Math.floor(since.getTime() / 1000) * 1000 : -Infinity;
}

function notIn(captures: Capture[], expected: string[]): string[] {
  const arrived = new Map<string, number>();
  for (const { inferenceId } of captures) {
    if (inferenceId !== undefined) arrived.set(inferenceId, (arrived.get(inferenceId) ?? 0) + 1);
  }
  return expected.filter((key) => {
    const id = inferenceIdOf(key);
    const left = arrived.get(id) ?? 0;
    arrived.set(id, left - 1);
    return left <= 0;
  });
}

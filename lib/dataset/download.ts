/** Downloads a file, and continues a download that broke off. */
import { DatasetError, DownloadUnavailableError, reasonOf } from "./errors.ts";
import type { Progress } from "./progress.ts";
import { fetchRedirected } from "./redirects.ts";

export interface DownloadOptions {
  url: string;
  /** The file to write. What it already holds is kept if the server can continue from there. */
  part: string;
  /** Whether the checksum of the whole file will be compared, which makes it safe to continue without a validator. */
  checked: boolean;
  /** In bytes. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  connectSeconds?: number;
  /** The file is not downloaded if it has more. */
  maxBytes?: number;
}

const CONNECT_SECONDS = 10;
const STALL_SECONDS = 60;
const TRIES = 3;
/** CIFAR-100's archive has 169 MB. */
const MAX_BYTES = 2 ** 31;

/** The connection broke during the download. */
class BrokenConnection extends DatasetError {}

/**
 * Downloads `url` into `part`. If the connection breaks, it continues with a Range request; what was received stays in
 * `part`, so that the next run can continue too.
 *
 * @returns whether bytes that were in `part` before may have been kept
 */
export async function download(options: DownloadOptions): Promise<{ resumed: boolean }> {
  const before = await sizeOf(options.part);
  let broken: BrokenConnection | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const startedAt = await request(options);
      await Deno.remove(validatorPath(options.part)).catch(ignoreMissing);
      return { resumed: before > 0 && startedAt > 0 };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof BrokenConnection)) throw broken ?? error;
      broken = error;
    }
  }
  throw broken;
}

/** Makes one request. Returns the offset at which the response starts. */
async function request(options: DownloadOptions): Promise<number> {
  const { url, part, onProgress, maxBytes = MAX_BYTES } = options;
  using watchdog = new Watchdog(options.signal);
  const offset = await resumableSize(options);
  const response = await open(options, offset, watchdog);
  if (response.status === 416 && offset > 0) {
    await response.body?.cancel();
    await Deno.remove(part); // longer than the file on the server, so it is another file
    return await request(options);
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new DownloadUnavailableError(
      `${url} answered ${response.status} ${response.statusText}`.trimEnd(),
      "Check the address, or set SCONES_DATASET_URL to another address or a local copy",
    );
  }
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206 && Number(range?.[1]) !== offset) {
    throw new DatasetError(`${url} answered with a wrong part of the file`);
  }
  const startAt = response.status === 206 ? offset : 0;
  const length = response.headers.get("content-length");
  const totalBytes = range ? Number(range[2]) : length ? Number(length) : undefined;
  if ((totalBytes ?? 0) > maxBytes) {
    await response.body.cancel();
    throw tooLarge(url, maxBytes);
  }
  await saveValidator(part, response.headers);

  using file = await Deno.open(part, { write: true, create: true, truncate: startAt === 0 });
  await file.seek(startAt, Deno.SeekMode.Start);
  let receivedBytes = startAt;
  try {
    watchdog.expectWithin(STALL_SECONDS);
    for await (const chunk of response.body) {
      if (receivedBytes + chunk.length > maxBytes) throw tooLarge(url, maxBytes);
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      receivedBytes += chunk.length;
      onProgress?.({ done: receivedBytes, total: totalBytes });
      watchdog.expectWithin(STALL_SECONDS);
    }
    if (totalBytes !== undefined && receivedBytes < totalBytes) {
      throw new Error("the server closed the connection early");
    }
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new BrokenConnection(
      `The download of ${url} broke off after ${receivedBytes} of ${totalBytes ?? "an unknown number of"} ` +
        `bytes: ${reasonOf(error)}. Run this again to continue it`,
      { cause: error },
    );
  }
  return startAt;
}

function tooLarge(url: string, maxBytes: number): DatasetError {
  return new DatasetError(
    `${url} has more than ${maxBytes} bytes, so it is not an archive like CIFAR-100's. Check the address`,
  );
}

async function open(options: DownloadOptions, offset: number, watchdog: Watchdog): Promise<Response> {
  const seconds = options.connectSeconds ?? CONNECT_SECONDS;
  // Compression would change what Range and Content-Length count.
  const headers = new Headers({ "accept-encoding": "identity" });
  if (offset > 0) {
    headers.set("range", `bytes=${offset}-`);
    const validator = await readValidator(options.part);
    if (validator) headers.set("if-range", validator);
  }
  try {
    watchdog.expectWithin(seconds);
    return await fetchRedirected(options.url, { headers, signal: watchdog.signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DatasetError) throw error;
    throw new DownloadUnavailableError(
      `${options.url} cannot be reached: ${networkReason(error)}`,
      "Check the network, or set SCONES_DATASET_URL to a local copy of the archive",
      { cause: error },
    );
  }
}

/** Why a request failed, without fetch's prefix that repeats the address. */
function networkReason(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error
    ? error.cause.message
    : reasonOf(error);
  return inner.replace(/^error sending request for url \(.*?\): (client error \(\w+\): )?/, "");
}

/** Aborts if nothing arrives for the given time, or when the caller's signal aborts. */
class Watchdog {
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly signal: AbortSignal;

  constructor(outer?: AbortSignal) {
    this.signal = outer ? AbortSignal.any([outer, this.#controller.signal]) : this.#controller.signal;
  }

  expectWithin(seconds: number): void {
    clearTimeout(this.#timer);
    const abort = () => this.#controller.abort(new Error(`no answer within ${seconds} seconds`));
    this.#timer = setTimeout(abort, seconds * 1000);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** How many bytes of `part` can be kept: none unless a newer version on the server would be noticed. */
async function resumableSize({ part, checked }: DownloadOptions): Promise<number> {
  return checked || await readValidator(part) ? await sizeOf(part) : 0;
}

// With a validator (a strong ETag, else Last-Modified) the server sends the whole file if it has changed.
const validatorPath = (part: string) => `${part}.validator`;

async function readValidator(part: string): Promise<string | undefined> {
  return await Deno.readTextFile(validatorPath(part)).catch(ignoreMissing);
}

async function saveValidator(part: string, headers: Headers): Promise<void> {
  const etag = headers.get("etag");
  const validator = etag && !etag.startsWith("W/") ? etag : headers.get("last-modified");
  if (validator) await Deno.writeTextFile(validatorPath(part), validator);
  else await Deno.remove(validatorPath(part)).catch(ignoreMissing);
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.stat(path).catch(ignoreMissing))?.size ?? 0;
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Makes the data set available as a local file or folder. */
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { download } from "./download.ts";
import { DatasetError, reasonOf } from "./errors.ts";
import type { Progress } from "./progress.ts";

/** Where CIFAR-100's home page keeps the Python version, and the md5 that the page gives for it. */
export const CIFAR100_URL = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz";
export const CIFAR100_MD5 = "eb9058c3a382ffc7106e4002c42a8d85";

/** The md5 that the home pages of CIFAR-100 and CIFAR-10 give for their archives. */
export const PUBLISHED_MD5: Readonly<Record<string, string>> = {
  [CIFAR100_URL]: CIFAR100_MD5,
  "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a",
};

export interface FetchArchiveOptions {
  /** https:, http:, file: or a path. */
  url: string;
  /** Folder for downloads; created if it is missing. */
  cacheDir: string;
  /** 32 hexadecimal digits; without it only the length that the server announced is checked. */
  md5?: string;
  /** In bytes; not called for a file that is already there. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** How long the server may take to answer. */
  connectSeconds?: number;
}

/**
 * Makes the data set available as a local file or folder. A local one is used in place; a remote one is downloaded into the cache
 * once, and a download that broke off continues where it stopped.
 *
 * @returns the path of the file or folder
 * @throws DownloadUnavailableError if the host cannot be reached or answers with an HTTP error
 * @throws DatasetError for any other failure: no such file, a wrong md5, a connection that keeps breaking
 */
export async function fetchArchive(options: FetchArchiveOptions): Promise<string> {
  const { url, cacheDir, md5, signal } = options;
  const local = await localArchive(url);
  if (local !== undefined) {
    if (md5) await assertMd5(local, md5, url, signal);
    return local;
  }
  await Deno.mkdir(cacheDir, { recursive: true });
  const path = join(cacheDir, cacheName(url));
  if (await isFile(path)) {
    if (!md5 || await fileMd5(path, signal) === md5) return path;
    await Deno.remove(path);
  }
  const part = `${path}.part`;
  const { resumed } = await download({ ...options, part, checked: md5 !== undefined });
  if (md5 && resumed && await fileMd5(part, signal) !== md5) {
    // What was kept from an earlier run may be damaged or of another version: download it again from the start.
    await Deno.remove(part);
    await download({ ...options, part, checked: true });
  }
  if (md5) {
    try {
      await assertMd5(part, md5, url, signal);
    } catch (error) {
      if (error instanceof DatasetError) await Deno.remove(part);
      throw error;
    }
  }
  await Deno.rename(part, path);
  return path;
}

/**
 * The path of a file: URL or plain path, to a file or a folder; undefined for http: and https:.
 * @throws DatasetError for an invalid address and for a path that does not exist
 */
export async function localArchive(url: string): Promise<string | undefined> {
  const path = localPath(url);
  if (path === undefined || await exists(path)) return path;
  throw new DatasetError(
    `SCONES_DATASET_URL is ${url}, but there is no file or folder ${path}. Set it to a copy of ` +
      `cifar-100-python.tar.gz or to a folder with your pictures (a relative path starts at the project's folder), or ` +
      `unset it to download the archive`,
  );
}

/** What lies at the path, by its first bytes. */
export async function kindOf(path: string): Promise<"folder" | "zip" | "archive"> {
  if ((await Deno.stat(path)).isDirectory) return "folder";
  using file = await Deno.open(path);
  const start = new Uint8Array(4);
  await file.read(start);
  return String.fromCharCode(...start) === "PK\x03\x04" ? "zip" : "archive";
}

/** The same, whether or not the file exists. */
function localPath(url: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase(); // one letter is a drive, not a scheme
  if (scheme === undefined) return resolve(url);
  if (scheme !== "file" && scheme !== "http" && scheme !== "https") {
    throw new DatasetError(
      `SCONES_DATASET_URL is ${url}; it must be an https:, http: or file: URL, or a path`,
    );
  }
  try {
    return scheme === "file" ? fileURLToPath(url) : (new URL(url), undefined);
  } catch (error) {
    throw new DatasetError(`SCONES_DATASET_URL is ${url}, which is not a valid address: ${reasonOf(error)}`);
  }
}

/** A readable file name, different for every URL. */
function cacheName(url: string): string {
  const digest = createHash("sha256").update(url).digest("hex").slice(0, 8);
  return `${digest}-${basename(new URL(url).pathname) || "archive"}`;
}

async function exists(path: string): Promise<boolean> {
  return await isFile(path) || await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

async function assertMd5(path: string, md5: string, url: string, signal?: AbortSignal): Promise<void> {
  const actual = await fileMd5(path, signal);
  if (actual === md5) return;
  throw new DatasetError(
    `${url} has the md5 ${actual}, but ${md5} was expected: the file is damaged, or another one. Try again, or set ` +
      `SCONES_DATASET_URL to a copy that you trust`,
  );
}

async function fileMd5(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("md5");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}

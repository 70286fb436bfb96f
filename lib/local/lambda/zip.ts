/**
 * Reads deployment packages. The central directory is parsed here because common unzip libraries drop the Unix modes,
 * and on AWS a function cannot read a file that only its owner may read.
 */
import { promisify } from "node:util";
import { crc32, inflateRaw, inflateRawSync } from "node:zlib";
import { AwsError } from "../errors.ts";
import { turn } from "../turn.ts";
import { invalidParameter } from "./errors.ts";
import { folderOf, foldersOf } from "./folders.ts";

export const MAX_ZIPPED_BYTES = 52_428_800;
export const MAX_UNZIPPED_BYTES = 262_144_000;
/** Small entries are unpacked at once, and so many before other work has its turn. */
const SMALL_BYTES = 2 ** 16;
const SMALL_AT_ONCE = 100;
const CHECKED_AT_ONCE = 2 ** 24;
const ENTRIES_AT_ONCE = 1000;

export interface ZipFile {
  /** Relative, with `/`, without `..`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Whether others may read it, and enter every folder above it that the zip lists. */
  readonly readable: boolean;
}

interface Entry {
  path: string;
  folder: boolean;
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  headerOffset: number;
  readable: boolean;
}

const inflate = promisify(inflateRaw) as (
  data: Uint8Array,
  options: { maxOutputLength: number },
) => Promise<Uint8Array>;

/**
 * All files of a zip (format: PKWARE's APPNOTE 6.3; stored and deflated entries, no zip64).
 * @throws AwsError InvalidParameterValueException when it is not a zip, is too large, or has a path with `..`
 */
export async function readZip(zip: Uint8Array): Promise<ZipFile[]> {
  const entries = await directory(zip);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total >= MAX_UNZIPPED_BYTES) {
    throw invalidParameter(`Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`);
  }
  const files = entries.filter((entry) => !entry.folder);
  const closed = closedFolders(entries);
  if (files.length === 0) throw invalidParameter("Uploaded file must be a non-empty zip");
  const contents: Uint8Array[] = [];
  let small = 0;
  for (const entry of files) {
    contents.push(await content(zip, entry));
    if (++small % SMALL_AT_ONCE === 0) await turn();
  }
  return files.map(({ path, readable }, index) => ({
    path,
    content: contents[index]!,
    readable: readable && !closed.has(folderOf(path)),
  }));
}

/** The folders that others may not enter, or that are in one of these. */
function closedFolders(entries: readonly Entry[]): Set<string> {
  const closed = new Set(entries.filter((entry) => entry.folder && !entry.readable).map(({ path }) => path));
  if (closed.size === 0) return closed;
  for (const folder of foldersOf(entries)) if (closed.has(folderOf(folder))) closed.add(folder);
  return closed;
}

async function directory(zip: Uint8Array): Promise<Entry[]> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  let offset = view.getUint32(end + 16, true);
  if (count === 0xffff || offset === 0xffffffff) throw notAZip();
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    if (index % ENTRIES_AT_ONCE === ENTRIES_AT_ONCE - 1) await turn();
    if (offset + 46 > end || view.getUint32(offset, true) !== 0x02014b50) throw notAZip();
    const nameLength = view.getUint16(offset + 28, true);
    const next = offset + 46 + nameLength + view.getUint16(offset + 30, true) +
      view.getUint16(offset + 32, true);
    if (next > end) throw notAZip();
    const name = decodeName(zip.subarray(offset + 46, offset + 46 + nameLength));
    const encrypted = (view.getUint16(offset + 8, true) & 1) !== 0;
    const unix = view.getUint8(offset + 5) === 3;
    const mode = view.getUint32(offset + 38, true) >>> 16;
    if (encrypted) throw notAZip();
    if (unix && (mode & 0o170000) === 0o120000) {
      throw invalidParameter(`The local AWS does not support symbolic links in a zip: ${name}`);
    }
    const folder = name.endsWith("/");
    entries.push({
      path: safePath(name),
      folder,
      method: view.getUint16(offset + 10, true),
      crc: view.getUint32(offset + 16, true),
      compressedSize: view.getUint32(offset + 20, true),
      size: view.getUint32(offset + 24, true),
      headerOffset: view.getUint32(offset + 42, true),
      // On AWS the function does not run as the files' owner; entering a folder needs the x bit.
      readable: !unix || (mode & (folder ? 0o005 : 0o004)) === (folder ? 0o005 : 0o004),
    });
    offset = next;
  }
  return entries;
}

function endOfDirectory(view: DataView): number {
  // The record is 22 bytes and may be followed by a comment of up to 65,535.
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let offset = view.byteLength - 22; offset >= first; offset--) {
    if (view.getUint32(offset, true) === 0x06054b50) return offset;
  }
  throw notAZip();
}

async function content(zip: Uint8Array, entry: Entry): Promise<Uint8Array> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const header = entry.headerOffset;
  if (header + 30 > zip.length || view.getUint32(header, true) !== 0x04034b50) throw notAZip();
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + entry.compressedSize > zip.length) throw notAZip();
  const data = zip.subarray(start, start + entry.compressedSize);
  const unpacked = await unpack(data, entry);
  if (unpacked.length !== entry.size || await checksum(unpacked) !== entry.crc) throw notAZip();
  return unpacked;
}

/** CRC-32, with turns for other work. */
async function checksum(bytes: Uint8Array): Promise<number> {
  let sum = crc32(bytes.subarray(0, CHECKED_AT_ONCE));
  for (let start = CHECKED_AT_ONCE; start < bytes.length; start += CHECKED_AT_ONCE) {
    await turn();
    sum = crc32(bytes.subarray(start, start + CHECKED_AT_ONCE), sum);
  }
  return sum;
}

async function unpack(data: Uint8Array, entry: Entry): Promise<Uint8Array> {
  if (entry.method === 0) return data;
  if (entry.method !== 8) throw notAZip();
  try {
    // Limited to the declared size, which was counted: a zip bomb cannot grow beyond it.
    const limit = { maxOutputLength: Math.max(1, entry.size) };
    return entry.size <= SMALL_BYTES ? inflateRawSync(data, limit) : await inflate(data, limit);
  } catch {
    throw notAZip();
  }
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notAZip();
  }
}

function safePath(name: string): string {
  const parts = name.replace(/\/$/, "").split("/");
  const bad = parts.some((part) => part === "" || part === "." || part === ".." || part.length > 255);
  if (bad || name.includes("\\") || name.includes("\0") || /^[a-zA-Z]:/.test(name) || name.length > 1024) {
    throw notAZip();
  }
  return parts.join("/");
}

/** @throws AwsError RequestEntityTooLargeException */
export function checkZippedSize(bytes: number): void {
  if (bytes < MAX_ZIPPED_BYTES) return;
  throw new AwsError(
    "RequestEntityTooLargeException",
    `Zipped size must be smaller than ${MAX_ZIPPED_BYTES} bytes`,
    413,
  );
}

/** AWS's error for anything that it cannot unzip. */
export function notAZip(): AwsError {
  return invalidParameter(
    "Could not unzip uploaded file. Please check your file, then try to upload again.",
  );
}

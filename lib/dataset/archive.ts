/** Reads the archive's tar.gz file. */
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { DatasetError, reasonOf } from "./errors.ts";

/** The three pickles of a CIFAR-100 archive, as bytes. */
export interface ArchiveMembers {
  train: Uint8Array<ArrayBuffer>;
  test: Uint8Array<ArrayBuffer>;
  meta: Uint8Array<ArrayBuffer>;
}

const WANTED = ["train", "test", "meta"];
/** CIFAR-100's largest file has 155 MB; an archive whose header claims far more is not a data set of this kind. */
const MAX_MEMBER_BYTES = 2 ** 30;

/**
 * Reads `train`, `test` and `meta` from a tar.gz file, in any folder, as a stream: the whole archive is never in memory. The
 * file is read to its end, which verifies gzip's checksum.
 *
 * @throws DatasetError if the file is not a gzip or tar file, is truncated or corrupt, or lacks one of the three
 */
export async function readArchive(path: string, signal?: AbortSignal): Promise<ArchiveMembers> {
  using file = await Deno.open(path);
  await assertGzip(file, path);
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  const names: string[] = [];
  try {
    const entries = file.readable
      .pipeThrough(new DecompressionStream("gzip"), { signal })
      .pipeThrough(createTarDecoder({ strict: true }));
    for await (const entry of entries) {
      names.push(entry.header.name);
      const name = entry.header.name.split("/").at(-1)!;
      if (WANTED.includes(name) && entry.header.type === "file") found.set(name, await readBody(entry));
      else await entry.body.cancel();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(
      `${path}: the archive is truncated or corrupt${names.length > 0 ? ` at ${names.at(-1)}` : ""}: ` +
        `${reasonOf(error)}. Delete it and download it again`,
      { cause: error },
    );
  }
  const [train, test, meta] = WANTED.map((name) => found.get(name));
  if (!train || !test || !meta) {
    const missing = WANTED.filter((name) => !found.has(name)).join(", ");
    throw new DatasetError(
      `${path}: the archive does not contain ${missing}, only ${
        names.slice(0, 10).join(", ") || "nothing"
      }. ` +
        `It must have the layout of cifar-100-python.tar.gz`,
    );
  }
  return { train, test, meta };
}

async function assertGzip(file: Deno.FsFile, path: string): Promise<void> {
  const start = new Uint8Array(2);
  const count = await file.read(start);
  await file.seek(0, Deno.SeekMode.Start);
  if (count !== 2 || start[0] !== 0x1f || start[1] !== 0x8b) {
    throw new DatasetError(`${path} is not a gzip file. It must be a .tar.gz file like CIFAR-100's`);
  }
}

async function readBody({ header, body }: ParsedTarEntry): Promise<Uint8Array<ArrayBuffer>> {
  if (header.size > MAX_MEMBER_BYTES) {
    throw new DatasetError(
      `${header.name} in the archive has ${header.size} bytes; at most ${MAX_MEMBER_BYTES} are read`,
    );
  }
  const bytes = new Uint8Array(header.size);
  let at = 0;
  for await (const chunk of body) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

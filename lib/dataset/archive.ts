/** Reads the tar.gz file of CIFAR-100 or CIFAR-10. */
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { DatasetError, reasonOf } from "./errors.ts";

/** The names in an archive: of its pickles, and of what is in them. */
export interface Layout {
  train: readonly string[];
  test: string;
  meta: string;
  /** The key of the labels in a batch, and that of their names in `meta`. */
  labels: string;
  labelNames: string;
}

const CIFAR100: Layout = {
  train: ["train"],
  test: "test",
  meta: "meta",
  labels: "fine_labels",
  labelNames: "fine_label_names",
};

const CIFAR10: Layout = {
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`),
  test: "test_batch",
  meta: "batches.meta",
  labels: "labels",
  labelNames: "label_names",
};

/** The pickles of an archive, as bytes. */
export interface ArchiveMembers {
  layout: Layout;
  /** By their names. */
  pickles: ReadonlyMap<string, Uint8Array>;
}

const namesOf = ({ train, test, meta }: Layout) => [...train, test, meta];
const WANTED = [CIFAR100, CIFAR10].flatMap(namesOf);
/** CIFAR-100's largest file has 155 MB; an archive whose header claims far more is not a data set of this kind. */
const MAX_MEMBER_BYTES = 2 ** 30;

/**
 * Reads the pickles from a tar.gz file, in any folder, as a stream: the whole archive is never in memory. The file is read to
 * its end, which verifies gzip's checksum.
 *
 * @throws DatasetError if the file is not a gzip or tar file, is truncated or corrupt, or lacks one of the pickles
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
  const layout = found.has(CIFAR10.meta) ? CIFAR10 : CIFAR100;
  const missing = namesOf(layout).filter((name) => !found.has(name)).join(", ");
  if (missing !== "") {
    throw new DatasetError(
      `${path}: the archive does not contain ${missing}, only ${
        names.slice(0, 10).join(", ") || "nothing"
      }. ` +
        `It must have the layout of cifar-100-python.tar.gz or cifar-10-python.tar.gz`,
    );
  }
  return { layout, pickles: found };
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

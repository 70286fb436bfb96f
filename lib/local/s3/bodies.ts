/**
 * Objects' bytes as files. A file has a generated name and counts only once a row of the index names it, so
 * a kill at any instant leaves at worst a file that no row names; those are swept at start.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ChecksumAlgorithm, createHasher, type Hasher } from "./checksums.ts";

/** One file of an object: an object put at once has one, one from a multipart upload has one per part. */
export interface Piece {
  readonly File: string;
  readonly Size: number;
}

/** Bodies up to this many bytes are answered whole, larger ones as a stream of pieces of this size. */
const CHUNK_BYTES = 256 * 1024;

export class Bodies {
  readonly #directories = new Set<string>();
  /** Files being streamed to a client, with how many streams; they are removed when the last has ended. */
  readonly #streamed = new Map<string, number>();
  readonly #removed = new Set<string>();

  constructor(readonly directory: string) {}

  /** A new file to be written. */
  create(algorithms: readonly ChecksumAlgorithm[] = []): BodyWriter {
    const name = crypto.randomUUID();
    const directory = join(this.directory, name.slice(0, 2));
    if (!this.#directories.has(directory)) {
      Deno.mkdirSync(directory, { recursive: true });
      this.#directories.add(directory);
    }
    return new BodyWriter(name, join(directory, name), algorithms);
  }

  /** `length` bytes of an object from `start`. */
  bytes(pieces: readonly Piece[], start: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for (const section of sections(pieces, start, length)) {
      using file = this.#open(section.File, section.offset);
      filled += readFull(file, bytes.subarray(filled, filled + section.length));
    }
    if (filled < length) throw new Error(`A file of ${pieces[0]?.File} ends ${length - filled} bytes early`);
    return bytes;
  }

  /** The same without holding it all in memory. */
  read(pieces: readonly Piece[], start: number, length: number): BodyInit {
    if (length <= CHUNK_BYTES) return this.bytes(pieces, start, length);
    for (const { File } of pieces) this.#streamed.set(File, (this.#streamed.get(File) ?? 0) + 1);
    const release = () => {
      for (const { File } of pieces) {
        const left = this.#streamed.get(File)! - 1;
        if (left > 0) this.#streamed.set(File, left);
        else {
          this.#streamed.delete(File);
          if (this.#removed.delete(File)) this.#unlink(File);
        }
      }
    };
    let position = 0;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => {
        try {
          const count = Math.min(CHUNK_BYTES, length - position);
          controller.enqueue(this.bytes(pieces, start + position, count));
          position += count;
        } catch (error) {
          release();
          throw error;
        }
        if (position < length) return;
        release();
        controller.close();
      },
      cancel: release,
    }, { highWaterMark: 1 });
  }

  /** Removes files that no row names any more. */
  remove(pieces: readonly Piece[]): void {
    for (const { File } of pieces) {
      if (this.#streamed.has(File)) this.#removed.add(File);
      else this.#unlink(File);
    }
  }

  /** Removes every file that is not in `used`: what a kill left half done. */
  sweep(used: ReadonlySet<string>): void {
    Deno.mkdirSync(this.directory, { recursive: true });
    for (const folder of Deno.readDirSync(this.directory)) {
      for (const file of Deno.readDirSync(join(this.directory, folder.name))) {
        if (!used.has(file.name)) this.#unlink(file.name);
      }
    }
  }

  #open(name: string, offset: number): Deno.FsFile {
    const file = Deno.openSync(this.#path(name));
    if (offset > 0) file.seekSync(offset, Deno.SeekMode.Start);
    return file;
  }

  #path(name: string): string {
    return join(this.directory, name.slice(0, 2), name);
  }

  #unlink(name: string): void {
    try {
      Deno.removeSync(this.#path(name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** A file in the making: bytes go in, its piece and checksums come out. */
export class BodyWriter {
  #size = 0;
  readonly #file: Deno.FsFile;
  readonly #md5 = createHash("md5");
  readonly #hashers: Map<ChecksumAlgorithm, Hasher>;

  constructor(
    readonly name: string,
    readonly path: string,
    algorithms: readonly ChecksumAlgorithm[],
  ) {
    this.#file = Deno.openSync(path, { write: true, createNew: true });
    this.#hashers = new Map(algorithms.map((algorithm) => [algorithm, createHasher(algorithm)]));
  }

  write(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#file.writeSync(rest));
    this.#size += bytes.length;
    this.#md5.update(bytes);
    for (const hasher of this.#hashers.values()) hasher.update(bytes);
  }

  /** Closes the file. Digests are bytes. */
  finish(): WrittenBody {
    this.#file.close();
    return {
      piece: { File: this.name, Size: this.#size },
      md5: new Uint8Array(this.#md5.digest()),
      checksums: new Map([...this.#hashers].map(([algorithm, hasher]) => [algorithm, hasher.digest()])),
    };
  }

  /** Closes and removes the file. */
  discard(): void {
    this.#file.close();
    Deno.removeSync(this.path);
  }
}

export interface WrittenBody {
  readonly piece: Piece;
  readonly md5: Uint8Array;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, Uint8Array>;
}

/** Which bytes of which files make up `length` bytes from `start`. */
function* sections(pieces: readonly Piece[], start: number, length: number) {
  let begin = 0;
  const end = start + length;
  for (const { File, Size } of pieces) {
    const from = Math.max(start, begin);
    const to = Math.min(end, begin + Size);
    if (from < to) yield { File, offset: from - begin, length: to - from };
    begin += Size;
    if (begin >= end) return;
  }
}

function readFull(file: Deno.FsFile, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = file.readSync(into.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

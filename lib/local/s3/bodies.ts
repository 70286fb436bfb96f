/**
 * Objects' bytes: small ones within the row that names them (a file takes several times as long to make as a
 * row), larger ones as files. A file has a generated name and counts only once a row names it, so a kill at any
 * instant leaves at worst a file that no row names; those are swept at start.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ChecksumAlgorithm, createHasher, type Hasher } from "./checksums.ts";

/** Consecutive bytes of an object: one put at once has one piece, one from a multipart upload has one per part. */
export interface Piece {
  readonly Size: number;
  /** The name of the file with the bytes. */
  readonly File?: string;
  /** Or the bytes in base64. */
  readonly Inline?: string;
}

/** A body of up to this size stays in its row. */
export const MAX_INLINE_BYTES = 32 * 1024;

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
    return new BodyWriter(() => {
      const name = crypto.randomUUID();
      const directory = join(this.directory, name.slice(0, 2));
      if (!this.#directories.has(directory)) {
        Deno.mkdirSync(directory, { recursive: true });
        this.#directories.add(directory);
      }
      const path = join(directory, name);
      return { name, path, handle: Deno.openSync(path, { write: true, createNew: true }) };
    }, algorithms);
  }

  /** `length` bytes of an object from `start`. */
  bytes(pieces: readonly Piece[], start: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for (const { piece, from, to } of sections(pieces, start, length)) {
      const into = bytes.subarray(filled, filled += to - from);
      if (piece.File === undefined) into.set(Uint8Array.fromBase64(piece.Inline!).subarray(from, to));
      else this.#read(piece.File, from, into);
    }
    return bytes;
  }

  /** The same, as a stream when it is large, so as not to hold it all in memory. */
  read(
    pieces: readonly Piece[],
    start: number,
    length: number,
  ): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> {
    if (length <= CHUNK_BYTES) return this.bytes(pieces, start, length);
    const files = filesOf(pieces);
    for (const file of files) this.#streamed.set(file, (this.#streamed.get(file) ?? 0) + 1);
    const release = () => {
      for (const file of files) {
        const left = this.#streamed.get(file)! - 1;
        if (left > 0) this.#streamed.set(file, left);
        else {
          this.#streamed.delete(file);
          if (this.#removed.delete(file)) this.#unlink(file);
        }
      }
    };
    let position = 0;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
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
    for (const file of filesOf(pieces)) {
      if (this.#streamed.has(file)) this.#removed.add(file);
      else this.#unlink(file);
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

  #read(name: string, from: number, into: Uint8Array): void {
    using file = Deno.openSync(this.#path(name));
    if (from > 0) file.seekSync(from, Deno.SeekMode.Start);
    for (let rest = into; rest.length > 0;) {
      const count = file.readSync(rest);
      if (count === null) throw new Error(`The file ${this.#path(name)} ends ${rest.length} bytes early`);
      rest = rest.subarray(count);
    }
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

interface OpenFile {
  readonly name: string;
  readonly path: string;
  readonly handle: Deno.FsFile;
}

/** A body in the making: bytes go in, its piece and checksums come out. */
export class BodyWriter {
  #size = 0;
  /** Where the bytes are until there is a file. */
  #held: Uint8Array[] = [];
  #file: OpenFile | undefined;
  readonly #md5 = createHash("md5");
  readonly #hashers: Map<ChecksumAlgorithm, Hasher>;

  constructor(readonly open: () => OpenFile, algorithms: readonly ChecksumAlgorithm[]) {
    this.#hashers = new Map(algorithms.map((algorithm) => [algorithm, createHasher(algorithm)]));
  }

  write(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#md5.update(bytes);
    for (const hasher of this.#hashers.values()) hasher.update(bytes);
    this.#held.push(bytes);
    if (this.#size <= MAX_INLINE_BYTES) return;
    this.#file ??= this.open();
    for (const held of this.#held) {
      for (let rest = held; rest.length > 0;) rest = rest.subarray(this.#file.handle.writeSync(rest));
    }
    this.#held = [];
  }

  /** Closes the file. Digests are bytes. */
  finish(): WrittenBody {
    this.#file?.handle.close();
    const where = this.#file
      ? { File: this.#file.name }
      : { Inline: Buffer.concat(this.#held).toString("base64") };
    return {
      piece: { Size: this.#size, ...where },
      md5: new Uint8Array(this.#md5.digest()),
      checksums: new Map([...this.#hashers].map(([algorithm, hasher]) => [algorithm, hasher.digest()])),
    };
  }

  /** Closes and removes the file. */
  discard(): void {
    if (!this.#file) return;
    this.#file.handle.close();
    Deno.removeSync(this.#file.path);
  }
}

export interface WrittenBody {
  readonly piece: Piece;
  readonly md5: Uint8Array;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, Uint8Array>;
}

/** The names of the files among the pieces. */
export function filesOf(pieces: readonly Piece[]): string[] {
  return pieces.flatMap(({ File }) => File ?? []);
}

/** Which bytes of which pieces make up `length` bytes from `start`. */
function* sections(pieces: readonly Piece[], start: number, length: number) {
  let begin = 0;
  const end = start + length;
  for (const piece of pieces) {
    const from = Math.max(start, begin);
    const to = Math.min(end, begin + piece.Size);
    if (from < to) yield { piece, from: from - begin, to: to - begin };
    begin += piece.Size;
    if (begin >= end) return;
  }
}

/**
 * Objects' bytes: small bodies are in the object's row (creating a file takes several times as long), larger ones in
 * files. A file has a generated name and becomes part of an object when a row refers to it, so a kill leaves at worst
 * files without a row, which are put away at start (`sweep.ts`).
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate } from "node:timers";
import { type ChecksumAlgorithm, createHasher, type Hasher } from "./checksums.ts";
import { type Sweep, sweep } from "./sweep.ts";

/** Consecutive bytes of an object: one piece after a PutObject, one per part after a multipart upload. */
export interface Piece {
  readonly Size: number;
  /** The name of the file with the bytes, */
  readonly File?: string;
  /** or the bytes in base64. */
  readonly Inline?: string;
}

/** Bodies up to this size are stored in the row. */
export const MAX_INLINE_BYTES = 32 * 1024;

/** Bodies up to this size are returned whole, larger ones as a stream of chunks of this size. */
const CHUNK_BYTES = 256 * 1024;

/** After so many bytes a stream lets other requests run: one that is copied would never wait otherwise. */
const TURN_BYTES = 16 * CHUNK_BYTES;

export class Bodies {
  readonly #directories = new Set<string>();
  /** Number of open streams by file. A removed file is deleted when its last stream has ended. */
  readonly #streamed = new Map<string, number>();
  readonly #removed = new Set<string>();
  /** Files made before the sweep at start, to which no row may refer yet; undefined after it. */
  #begun?: Set<string> = new Set();

  constructor(readonly directory: string) {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** A writer for a new body. @param algorithms the checksums to compute */
  create(algorithms: readonly ChecksumAlgorithm[] = []): BodyWriter {
    return new BodyWriter(() => {
      const name = crypto.randomUUID();
      const directory = join(this.directory, name.slice(0, 2));
      if (!this.#directories.has(directory)) {
        Deno.mkdirSync(directory, { recursive: true });
        this.#directories.add(directory);
      }
      const path = join(directory, name);
      this.#begun?.add(name);
      return { name, path, handle: Deno.openSync(path, { write: true, createNew: true }) };
    }, algorithms);
  }

  /** Reads `length` bytes of an object from offset `start`. */
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

  /** Like `bytes`, but as a stream when it is large, to save memory. */
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
      pull: async (controller) => {
        if (position > 0 && position % TURN_BYTES === 0) {
          await new Promise<void>((turn) => setImmediate(turn));
        }
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

  /** Deletes the files of pieces that no row refers to any more. */
  remove(pieces: readonly Piece[]): void {
    for (const file of filesOf(pieces)) {
      if (this.#streamed.has(file)) this.#removed.add(file);
      else this.#unlink(file);
    }
  }

  /**
   * Puts away every file that is not used: those that a kill left behind. Called once, at start.
   */
  sweep({ used, ...how }: Omit<Sweep, "directory">): ReturnType<typeof sweep> {
    const begun = this.#begun ?? new Set();
    this.#begun = undefined;
    return sweep({ ...how, directory: this.directory, used: used.union(begun) });
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

/** Writes a body and computes its checksums. */
export class BodyWriter {
  #size = 0;
  /** The bytes, while they are few enough for a row. */
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

/** The pieces that hold `length` bytes from offset `start`, with the range of each. */
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

/** Writes pickles in the form in which CIFAR-100 was published. */
import { Op } from "./pickle_opcodes.ts";

/** cPickle appends to a list in batches of this many items. */
const BATCH = 1000;

/** What `writePickle` writes; a `pixels` value becomes a numpy array of shape rows × columns. */
export type Writable = string | number | Writable[] | Map<string, Writable> | PixelArray;

/** Unsigned bytes, rows × columns, in row order. */
export interface PixelArray {
  rows: number;
  columns: number;
  data: Uint8Array;
}

/**
 * Writes a value as Python 2's cPickle does at protocol 2, including the memo numbers, so that `readPickle` reads drawn
 * and published pictures in the same way. Text must be Latin-1, and integers must fit 32 bits.
 */
export function writePickle(value: Writable): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.value(value);
  return writer.done();
}

class Writer {
  #parts: Uint8Array[] = [Uint8Array.of(Op.PROTO, 2)];
  #memo = 0;

  value(value: Writable): void {
    if (typeof value === "string") this.#string(Uint8Array.from(value, (c) => c.charCodeAt(0)));
    else if (typeof value === "number") this.#integer(value);
    else if (Array.isArray(value)) this.#list(value);
    else if (value instanceof Map) this.#dict(value);
    else this.#array(value);
  }

  done(): Uint8Array<ArrayBuffer> {
    this.#put([Op.STOP]);
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #put(bytes: number[]): void {
    this.#parts.push(Uint8Array.from(bytes));
  }

  #remember(): void {
    const n = ++this.#memo;
    this.#put(n < 256 ? [Op.BINPUT, n] : [Op.LONG_BINPUT, ...uint32(n)]);
  }

  #string(bytes: Uint8Array): void {
    const short = bytes.length < 256;
    this.#put(short ? [Op.SHORT_BINSTRING, bytes.length] : [Op.BINSTRING, ...uint32(bytes.length)]);
    this.#parts.push(bytes);
    this.#remember();
  }

  #integer(n: number): void {
    if (n >= 0 && n < 256) this.#put([Op.BININT1, n]);
    else if (n >= 0 && n < 65536) this.#put([Op.BININT2, n & 255, n >> 8]);
    else this.#put([Op.BININT, ...uint32(n)]);
  }

  #list(values: Writable[]): void {
    this.#put([Op.EMPTY_LIST]);
    this.#remember();
    for (let start = 0; start < values.length; start += BATCH) {
      this.#put([Op.MARK]);
      for (const value of values.slice(start, start + BATCH)) this.value(value);
      this.#put([Op.APPENDS]);
    }
  }

  #dict(entries: Map<string, Writable>): void {
    this.#put([Op.EMPTY_DICT]);
    this.#remember();
    this.#put([Op.MARK]);
    for (const [key, value] of entries) {
      this.value(key);
      this.value(value);
    }
    this.#put([Op.SETITEMS]);
  }

  #global(module: string, name: string): void {
    this.#put([Op.GLOBAL, ...new TextEncoder().encode(`${module}\n${name}\n`)]);
    this.#remember();
  }

  /** `_reconstruct(ndarray, (0,), "b")`, then its state `(1, shape, dtype("u1", 0, 1), False, bytes)`. */
  #array({ rows, columns, data }: PixelArray): void {
    this.#global("numpy.core.multiarray", "_reconstruct");
    this.#global("numpy", "ndarray");
    this.#put([Op.BININT1, 0, Op.TUPLE1]);
    this.#remember();
    this.value("b");
    this.#put([Op.TUPLE3]);
    this.#remember();
    this.#put([Op.REDUCE]);
    this.#remember();
    this.#put([Op.MARK, Op.BININT1, 1]);
    this.#integer(rows);
    this.#integer(columns);
    this.#put([Op.TUPLE2]);
    this.#remember();
    this.#global("numpy", "dtype");
    this.value("u1");
    this.#put([Op.BININT1, 0, Op.BININT1, 1, Op.TUPLE3]);
    this.#remember();
    this.#put([Op.REDUCE]);
    this.#remember();
    this.#put([Op.MARK, Op.BININT1, 3]);
    this.value("|");
    this.#put([Op.NONE, Op.NONE, Op.NONE]);
    this.#integer(-1);
    this.#integer(-1);
    this.#put([Op.BININT1, 0, Op.TUPLE]);
    this.#remember();
    this.#put([Op.BUILD, Op.NEWFALSE]);
    this.#string(data);
    this.#put([Op.TUPLE]);
    this.#remember();
    this.#put([Op.BUILD]);
  }
}

function uint32(n: number): number[] {
  return [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];
}

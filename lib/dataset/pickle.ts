/** Reads the pickles of CIFAR as data, without running anything in them. */
import { DatasetError } from "./errors.ts";
import { Op, opcodeName } from "./pickle_opcodes.ts";

/** A numpy array of unsigned bytes. `data` is a view of the pickle's own bytes, in C order. */
export class NdArray {
  shape: number[] = [];
  data: Uint8Array = new Uint8Array();
}

/**
 * What a CIFAR pickle can contain. A SHORT_BINSTRING is text; a BINSTRING (256 bytes or more) is left as bytes, since it
 * holds pixels.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleValue[]
  | Map<string, PickleValue>
  | NdArray;

// Intermediate values of numpy's array reconstruction; none of them is part of the result.
class GlobalName {
  constructor(readonly name: string) {}
}
class Tuple {
  constructor(readonly items: Item[]) {}
}
class Dtype {}
type Item = PickleValue | GlobalName | Tuple | Dtype;

const RECONSTRUCT = "numpy.core.multiarray._reconstruct";
const NDARRAY = "numpy.ndarray";
const DTYPE = "numpy.dtype";

/** CIFAR's pickles have values in values, 6 deep at most, and about 400,000 opcodes. */
const MAX_MARKS = 100;
const MAX_OPCODES = 2_000_000;

/**
 * Reads a pickle that Python 2 wrote for one of the CIFAR files. Of the functions that a pickle can call, only numpy's
 * array reconstruction is supported, and here it only fills an `NdArray`.
 *
 * @param bytes the whole pickle; pixels in the result are views of it
 * @param file the name of the pickle, for error messages
 * @throws DatasetError for any other opcode, global or array type, with its name and offset, and for truncated bytes
 */
export function readPickle(bytes: Uint8Array, file: string): PickleValue {
  return new Machine(bytes, file).run();
}

class Machine {
  #bytes: Uint8Array;
  #view: DataView;
  #file: string;
  #at = 0;
  #opAt = 0;
  #stack: Item[] = [];
  #marked: Item[][] = [];
  #memo = new Map<number, Item>();

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
  }

  run(): PickleValue {
    for (let count = 0;; count++) {
      this.#opAt = this.#at;
      const op = this.#bytes[this.#take(1)]!;
      if (op === Op.STOP) break;
      if (count === MAX_OPCODES) this.#fail(`is one opcode more than the ${MAX_OPCODES} that are read`);
      this.#step(op);
    }
    return this.#asValue(this.#pop());
  }

  #step(op: number): void {
    const stack = this.#stack;
    switch (op) {
      case Op.PROTO: {
        const version = this.#uint(1);
        if (version > 2) {
          this.#fail(`starts a pickle of protocol ${version}; only protocols up to 2 are supported`);
        }
        break;
      }
      case Op.NONE:
        stack.push(null);
        break;
      case Op.NEWFALSE:
        stack.push(false);
        break;
      case Op.BININT1:
        stack.push(this.#uint(1));
        break;
      case Op.BININT2:
        stack.push(this.#uint(2));
        break;
      case Op.BININT:
        stack.push(this.#view.getInt32(this.#take(4), true));
        break;
      case Op.SHORT_BINSTRING:
        // Byte for byte (Latin-1); a TextDecoder's "latin1" is windows-1252.
        stack.push(String.fromCharCode(...this.#slice(this.#uint(1))));
        break;
      case Op.BINSTRING:
        stack.push(this.#slice(this.#view.getInt32(this.#take(4), true)));
        break;
      case Op.EMPTY_LIST:
        stack.push([]);
        break;
      case Op.EMPTY_DICT:
        stack.push(new Map<string, PickleValue>());
        break;
      case Op.MARK:
        if (this.#marked.length === MAX_MARKS) this.#fail(`is in more than ${MAX_MARKS} others`);
        this.#marked.push(stack);
        this.#stack = [];
        break;
      case Op.TUPLE: {
        const items = this.#popMark();
        this.#stack.push(new Tuple(items));
        break;
      }
      case Op.TUPLE1:
      case Op.TUPLE2:
      case Op.TUPLE3: {
        const size = op - Op.TUPLE1 + 1;
        if (stack.length < size) this.#fail("needs more values than the stack has");
        stack.push(new Tuple(stack.splice(-size)));
        break;
      }
      case Op.APPEND:
        this.#append([this.#pop()]);
        break;
      case Op.APPENDS:
        this.#append(this.#popMark());
        break;
      case Op.SETITEM: {
        const value = this.#pop();
        this.#setItems([this.#pop(), value]);
        break;
      }
      case Op.SETITEMS:
        this.#setItems(this.#popMark());
        break;
      case Op.BINPUT:
        this.#memo.set(this.#uint(1), this.#top());
        break;
      case Op.LONG_BINPUT:
        this.#memo.set(this.#uint(4), this.#top());
        break;
      case Op.BINGET:
        stack.push(this.#recall(this.#uint(1)));
        break;
      case Op.LONG_BINGET:
        stack.push(this.#recall(this.#uint(4)));
        break;
      case Op.GLOBAL:
        stack.push(this.#global());
        break;
      case Op.REDUCE: {
        const args = this.#pop();
        this.#stack.push(this.#reduce(this.#pop(), args));
        break;
      }
      case Op.BUILD:
        this.#build(this.#pop());
        break;
      default:
        this.#fail("is an opcode that CIFAR files do not use. Nothing in the pickle was run");
    }
  }

  /** A global is only a name here: nothing is imported. */
  #global(): GlobalName {
    const name = `${this.#line()}.${this.#line()}`;
    if (name !== RECONSTRUCT && name !== NDARRAY && name !== DTYPE) {
      this.#fail(
        `refers to ${name}; only numpy's array reconstruction is allowed. Nothing in the pickle was run. ` +
          `Do not trust this archive`,
      );
    }
    return new GlobalName(name);
  }

  #reduce(callable: Item, args: Item): Item {
    const name = callable instanceof GlobalName ? callable.name : "something that is not a function";
    if (!(args instanceof Tuple)) return this.#fail(`calls ${name} without a tuple of arguments`);
    const [first] = args.items;
    if (name === RECONSTRUCT && first instanceof GlobalName && first.name === NDARRAY) return new NdArray();
    if (name === DTYPE && first === "u1") return new Dtype();
    return this.#fail(
      name === DTYPE
        ? `makes an array of type ${
          typeof first === "string" ? first : "unknown"
        }; pixels are unsigned bytes, "u1"`
        : `calls ${name}, which is not part of numpy's array reconstruction`,
    );
  }

  /** Sets an object's state: numpy's tuples for a dtype (version 3) and an array (version 1). */
  #build(state: Item): void {
    const target = this.#top();
    const [version, shape, dtype, columnMajor, data] = state instanceof Tuple ? state.items : [];
    if (target instanceof Dtype && version === 3) return;
    if (!(target instanceof NdArray) || version !== 1) {
      this.#fail("sets the state of something that is not a numpy array");
    }
    if (!(dtype instanceof Dtype) || columnMajor !== false || !(data instanceof Uint8Array)) {
      this.#fail("builds an array that is not of unsigned bytes in row order");
    }
    const sizes = shape instanceof Tuple ? shape.items.filter((size) => typeof size === "number") : [];
    const count = sizes.reduce((product, size) => product * size, 1);
    if (sizes.length === 0 || count !== data.length) {
      this.#fail(`builds an array of shape (${sizes.join(", ")}) from ${data.length} bytes`);
    }
    target.shape = sizes;
    target.data = data;
  }

  #append(items: Item[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) return this.#fail("appends to something that is not a list");
    for (const item of items) list.push(this.#asValue(item));
  }

  #setItems(items: Item[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 === 1) {
      return this.#fail("sets items of something that is not a dictionary");
    }
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string") return this.#fail("uses a key that is not a string");
      dict.set(key, this.#asValue(items[i + 1]!));
    }
  }

  #recall(index: number): Item {
    const item = this.#memo.get(index);
    return item === undefined ? this.#fail(`reads memo ${index}, which was never stored`) : item;
  }

  #asValue(item: Item): PickleValue {
    if (item instanceof GlobalName || item instanceof Tuple || item instanceof Dtype) {
      return this.#fail("uses an intermediate value of numpy's reconstruction as data");
    }
    return item;
  }

  #top(): Item {
    const item = this.#stack.at(-1);
    return item === undefined ? this.#fail("needs a value, but the stack is empty") : item;
  }

  #pop(): Item {
    const item = this.#top();
    this.#stack.pop();
    return item;
  }

  #popMark(): Item[] {
    const items = this.#stack;
    this.#stack = this.#marked.pop() ?? this.#fail("has no MARK before it");
    return items;
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) this.#truncated();
    const start = this.#at;
    this.#at = end + 1;
    return String.fromCharCode(...this.#bytes.subarray(start, Math.min(end, start + 200)));
  }

  #uint(size: 1 | 2 | 4): number {
    const at = this.#take(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  #slice(length: number): Uint8Array {
    if (length < 0) this.#fail(`has the length ${length}`);
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Moves on by `size` bytes and returns where they start. */
  #take(size: number): number {
    const start = this.#at;
    if (start + size > this.#bytes.length) this.#truncated();
    this.#at = start + size;
    return start;
  }

  #truncated(): never {
    const end = this.#bytes.length;
    throw new DatasetError(
      this.#opAt < end
        ? `${this.#file}: the pickle is truncated: it ends at byte ${end}, inside ` +
          `${opcodeName(this.#bytes[this.#opAt]!)} at byte ${this.#opAt}`
        : `${this.#file}: the pickle is truncated: it ends at byte ${end} without STOP`,
    );
  }

  #fail(what: string): never {
    const op = opcodeName(this.#bytes[this.#opAt]!);
    throw new DatasetError(`${this.#file}: ${op} at byte ${this.#opAt} ${what}`);
  }
}

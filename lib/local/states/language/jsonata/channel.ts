/** Requests and answers between two threads, as texts in memory that they share. */
import { readFileSync, readlinkSync } from "node:fs";

export interface Memory {
  readonly control: SharedArrayBuffer;
  /** Grows with the longest text. */
  readonly text: SharedArrayBuffer;
}

/** Positions in `control`: who has the turn, the text's length, the worker's thread, its time when it began. */
const TURN = 0, LENGTH = 1, THREAD = 2, BEGAN = 3;
const CALLERS = 0, WORKERS = 1;

/** The first length of the text, and the limit, in bytes. */
const SHORT = 2 ** 20, LONGEST = 2 ** 26;

/** How long the worker waits at once, in milliseconds: it can only be ended in between. */
const WAIT_MS = 1000;
/** Linux counts the processor time of threads in hundredths of a second. */
const JIFFY_MS = 10;

export function sharedMemory(): Memory {
  return {
    control: new SharedArrayBuffer(16),
    text: new SharedArrayBuffer(SHORT, { maxByteLength: LONGEST }),
  };
}

export class Channel {
  readonly #control: Int32Array;

  constructor(private readonly memory: Memory) {
    this.#control = new Int32Array(memory.control);
  }

  /** Gives the worker a request. @throws RangeError when it is too long */
  ask(text: string): void {
    this.#give(text, WORKERS);
  }

  /** Waits for the answer; undefined when it is not there in time. */
  answered(milliseconds: number): string | undefined {
    const isThere = Atomics.wait(this.#control, TURN, WORKERS, milliseconds) !== "timed-out";
    return isThere ? this.#taken() : undefined;
  }

  /** For the worker: waits for the next request. */
  next(): string {
    while (Atomics.load(this.#control, TURN) !== WORKERS) {
      Atomics.wait(this.#control, TURN, CALLERS, WAIT_MS);
    }
    return this.#taken();
  }

  /** For the worker. @param milliseconds its processor time so far */
  started(milliseconds: number): void {
    this.#control[BEGAN] = milliseconds;
    this.#control[THREAD] ||= ownThread();
  }

  answer(text: string): void {
    this.#give(text, CALLERS);
  }

  /** The worker's processor time since it began the request, in milliseconds; undefined where it cannot be read. */
  busy(): number | undefined {
    const thread = this.#control[THREAD]!;
    if (thread === 0) return undefined;
    // The numbers after the name, which can contain spaces: user and system time are the 12th and 13th.
    const numbers = readFileSync(`/proc/self/task/${thread}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(numbers[11]) + Number(numbers[12])) * JIFFY_MS - this.#control[BEGAN]!;
  }

  #give(text: string, to: number): void {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > this.memory.text.byteLength) this.memory.text.grow(bytes.length);
    new Uint8Array(this.memory.text).set(bytes);
    this.#control[LENGTH] = bytes.length;
    Atomics.store(this.#control, TURN, to);
    Atomics.notify(this.#control, TURN);
  }

  #taken(): string {
    return new TextDecoder().decode(new Uint8Array(this.memory.text).slice(0, this.#control[LENGTH]));
  }
}

/** The number of this thread on Linux; 0 elsewhere. */
function ownThread(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return 0;
  }
}

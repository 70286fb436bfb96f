/** The output of processes in lines, read in linear time and with little memory, whatever they write. */
import { turn } from "./turn.ts";

/** CloudWatch Logs' limit of an event is 256 KB, of which 26 bytes are its own. */
export const MAX_LINE_BYTES = 262_144 - 26;
/** After so many lines or bytes other work has its turn. */
const LINES_AT_ONCE = 250;
const BYTES_AT_ONCE = 2 ** 18;

const NEWLINE = 10;

/** Cuts bytes into lines; a line that is too long is cut into several. */
export class LineCutter {
  /** The line so far. A copy: a chunk of one byte can be a view of a large buffer. */
  #line = new Uint8Array(1024);
  #length = 0;

  constructor(readonly maxBytes = MAX_LINE_BYTES) {}

  /** The lines that end in this chunk, without their newline. */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      const room = this.maxBytes - this.#length;
      if (end - start > room) {
        const cut = start + room - incomplete(chunk, start, start + room);
        this.#add(chunk.subarray(start, cut));
        start = cut;
        yield this.#take();
      } else {
        this.#add(chunk.subarray(start, end));
        start = end + 1;
        if (newline >= 0) yield this.#take();
      }
    }
  }

  /** A last line that has no newline. */
  rest(): string | undefined {
    return this.#length > 0 ? this.#take() : undefined;
  }

  #add(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#line.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(2 * this.#line.length, this.maxBytes)));
      larger.set(this.#line.subarray(0, this.#length));
      this.#line = larger;
    }
    this.#line.set(bytes, this.#length);
    this.#length = needed;
  }

  #take(): string {
    const text = new TextDecoder().decode(this.#line.subarray(0, this.#length));
    this.#length = 0;
    return text;
  }
}

/** How many bytes before `end` begin a UTF-8 character that goes on behind it. */
function incomplete(bytes: Uint8Array, start: number, end: number): number {
  let back = 0;
  while (back < 3 && end - back > start && (bytes[end - back]! & 0xc0) === 0x80) back++;
  return end - back > start ? back : 0;
}

/**
 * Reads a stream to its end, line by line. While it waits, the process that writes waits too.
 * @param onBytes is told how many bytes were read and passed on in lines
 */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
  onBytes?: (count: number) => void,
): Promise<void> {
  const cutter = new LineCutter();
  let lines = 0;
  let bytes = 0;
  for await (const chunk of stream) {
    for (const line of cutter.push(chunk)) {
      onLine(line);
      if (++lines % LINES_AT_ONCE === 0) await turn();
    }
    onBytes?.(chunk.length);
    bytes += chunk.length;
    if (bytes < BYTES_AT_ONCE) continue;
    bytes = 0;
    await turn();
  }
  const rest = cutter.rest();
  if (rest !== undefined) onLine(rest);
}

/**
 * The `aws-chunked` framing of request bodies: `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n` repeated, a
 * chunk of length 0, then trailing headers (AWS, "Signature calculations: transferring payload in chunks").
 */
import { AwsError } from "../errors.ts";

/** Chunk headers and trailers are short; a longer line is not aws-chunked. */
const MAX_LINE_BYTES = 4096;

/**
 * Yields the bytes inside the framing.
 * @param trailers filled with the trailing headers, names in lower case, after the last bytes
 * @throws AwsError IncompleteBody when the framing ends early or is invalid
 */
export async function* decodeChunked(
  source: AsyncIterable<Uint8Array>,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const input = new Input(source);
  for (;;) {
    const header = await input.line();
    const length = /^[0-9a-f]{1,10}(?=;|$)/i.exec(header)?.[0];
    if (length === undefined) throw incomplete();
    let left = parseInt(length, 16);
    if (left === 0) break;
    while (left > 0) {
      const bytes = await input.take(left);
      left -= bytes.length;
      yield bytes;
    }
    if (await input.line() !== "") throw incomplete();
  }
  for (let line = await input.line(); line !== ""; line = await input.line()) {
    const colon = line.indexOf(":");
    if (colon < 0) throw incomplete();
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** Reads lines and bytes from a source that is cut anywhere. */
class Input {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();
  #done = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to `length` bytes, at least one. */
  async take(length: number): Promise<Uint8Array> {
    while (this.#piece.length === 0) if (!await this.#more()) throw incomplete();
    const bytes = this.#piece.subarray(0, length);
    this.#piece = this.#piece.subarray(bytes.length);
    return bytes;
  }

  /** The text up to CRLF; at the end of the source an empty line, as some clients omit the last CRLF. */
  async line(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      if (this.#piece.length === 0 && !await this.#more()) {
        if (bytes.length === 0) return "";
        throw incomplete();
      }
      const end = this.#piece.indexOf(10);
      bytes.push(
        ...this.#piece.subarray(0, Math.min(end < 0 ? this.#piece.length : end + 1, MAX_LINE_BYTES)),
      );
      if (bytes.length >= MAX_LINE_BYTES) throw incomplete();
      this.#piece = this.#piece.subarray(end < 0 ? this.#piece.length : end + 1);
      if (end >= 0) return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r?\n$/, "");
    }
  }

  async #more(): Promise<boolean> {
    if (this.#done) return false;
    const { value, done } = await this.#source.next();
    if (done) this.#done = true;
    else this.#piece = value;
    return !done;
  }
}

function incomplete(): AwsError {
  return new AwsError("IncompleteBody", "The request body terminated unexpectedly");
}

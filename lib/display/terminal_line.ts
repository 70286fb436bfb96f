/** A line on a terminal that is redrawn in place. */
export class TerminalLine {
  readonly #stream: typeof Deno.stderr;
  readonly #encoder = new TextEncoder();
  #shown = false;

  constructor(stream: typeof Deno.stderr) {
    this.#stream = stream;
  }

  /** Replaces the line, cut to the width of the terminal. */
  draw(text: string): void {
    const { columns } = Deno.consoleSize();
    this.#write(`\r\x1b[K${[...text].slice(0, columns - 1).join("")}`);
    this.#shown = true;
  }

  /** Removes the line. */
  clear(): void {
    if (this.#shown) this.#write("\r\x1b[K");
    this.#shown = false;
  }

  #write(text: string): void {
    this.#stream.writeSync(this.#encoder.encode(text));
  }
}

/** The inputs of child executions: selected from the items, alone or in batches. */
import { Buffer } from "node:buffer";
import { DATA_LIMIT, type Json } from "../language/asl.ts";
import { tooLarge } from "../language/failures.ts";
import { toText } from "../language/json_text.ts";
import type { BatchSettings } from "./settings.ts";

/** Items that were read together. */
export interface Chunk {
  /** Where the chunk begins, for the reader. */
  readonly at: Json;
  readonly items: readonly Json[];
}

/** Reads items from a place on, which a former chunk named; null is the beginning. */
export type Reader = (at: Json) => AsyncGenerator<Chunk> | Generator<Chunk>;

/** A place in the items. */
export interface Cursor {
  /** The chunk's. */
  readonly at: Json;
  /** How many of the chunk's items have been taken. */
  readonly taken: number;
  /** How many items have been taken in all. */
  readonly index: number;
  /** How many child executions have been started. */
  readonly children: number;
}

export interface ChildInput {
  readonly text: string;
  readonly items: number;
  /** The place after it. */
  readonly cursor: Cursor;
}

export class Inputs {
  readonly #chunks: Iterator<Chunk> | AsyncIterator<Chunk>;
  #chunk?: Chunk;
  #cursor: Cursor;
  #isRead = false;

  /**
   * @param select the child's input for an item and its index
   * @param most how many items are read at most
   */
  constructor(
    reader: Reader,
    cursor: Cursor,
    private readonly select: (item: Json, index: number) => Json,
    private readonly batch: BatchSettings | undefined,
    private readonly most: number,
    private readonly state: string,
  ) {
    this.#cursor = cursor;
    this.#chunks = reader(cursor.at);
  }

  /** Up to `limit` inputs; fewer only when the items end. @throws StateFailure */
  async next(limit: number): Promise<ChildInput[]> {
    const inputs: ChildInput[] = [];
    while (inputs.length < limit) {
      const input = this.batch ? await this.#batch(this.batch) : await this.#single();
      if (!input) break;
      inputs.push(input);
    }
    return inputs;
  }

  /** Ends reading. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #single(): Promise<ChildInput | undefined> {
    const item = await this.#peek();
    if (item === undefined) return undefined;
    const text = this.#text(this.select(item, this.#cursor.index));
    this.#take();
    return this.#child(text, 1);
  }

  async #batch(
    { maxItems = Infinity, maxBytes = DATA_LIMIT, input }: BatchSettings,
  ): Promise<ChildInput | undefined> {
    const rest = input === undefined ? "" : `"BatchInput":${JSON.stringify(input)},`;
    const texts: string[] = [];
    let bytes = Buffer.byteLength(`{${rest}"Items":[]}`);
    while (texts.length < maxItems) {
      const item = await this.#peek();
      if (item === undefined) break;
      const text = this.#text(this.select(item, this.#cursor.index));
      bytes += Buffer.byteLength(text) + 1;
      // A batch has at least one item.
      if (texts.length > 0 && bytes > maxBytes) break;
      texts.push(text);
      this.#take();
    }
    return texts.length === 0 ? undefined : this.#child(`{${rest}"Items":[${texts}]}`, texts.length);
  }

  #child(text: string, items: number): ChildInput {
    this.#cursor = { ...this.#cursor, children: this.#cursor.children + 1 };
    return { text, items, cursor: this.#cursor };
  }

  #text(value: Json): string {
    const text = toText(value);
    if (text === undefined) throw tooLarge(this.state);
    return text;
  }

  /** The next item, which stays the next one. */
  async #peek(): Promise<Json | undefined> {
    if (this.#isRead || this.#cursor.index >= this.most) return undefined;
    while (!this.#chunk || this.#cursor.taken >= this.#chunk.items.length) {
      const next = await this.#chunks.next();
      if (next.done) {
        this.#isRead = true;
        return undefined;
      }
      const isFirst = this.#chunk === undefined;
      this.#chunk = next.value;
      if (!isFirst) this.#cursor = { ...this.#cursor, at: next.value.at, taken: 0 };
      else if (this.#cursor.taken === 0) this.#cursor = { ...this.#cursor, at: next.value.at };
    }
    return this.#chunk.items[this.#cursor.taken];
  }

  #take(): void {
    this.#cursor = { ...this.#cursor, taken: this.#cursor.taken + 1, index: this.#cursor.index + 1 };
  }
}

/** Items of a file in chunks. */
import type { Json } from "../../language/asl.ts";
import type { Chunk } from "../inputs.ts";

/** How many items a chunk has at most, and about how many characters. */
const ITEMS = 100, CHARACTERS = 2 ** 20;

/** @param from how many items are passed over first: files are read from their beginning again */
export async function* chunked(items: AsyncIterable<Json>, from: Json): AsyncGenerator<Chunk> {
  let passed = (from as number | null) ?? 0;
  let at = passed;
  let chunk: Json[] = [];
  let length = 0;
  for await (const item of items) {
    if (passed > 0) {
      passed--;
      continue;
    }
    chunk.push(item);
    length += typeof item === "string" ? item.length : 100;
    if (chunk.length < ITEMS && length < CHARACTERS) continue;
    yield { at, items: chunk };
    at += chunk.length;
    chunk = [];
    length = 0;
  }
  if (chunk.length > 0) yield { at, items: chunk };
}

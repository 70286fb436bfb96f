/**
 * The one pager of lists. A token holds the key of the last item that was given out, not its place: a list whose
 * items come, go or change between two pages neither repeats nor skips one, nor starts again at its beginning.
 */

/** What a list is in order of, compared part by part; parts of one place are all texts or all numbers. */
export type Key = readonly (string | number)[];

export interface PageRequest<T> {
  /** Unique, and the items' order. */
  key(item: T): Key;
  readonly limit: number;
  /** Of the page before. */
  readonly token?: string;
  readonly descending?: boolean;
  /** What is listed and how: a token is good for the same list only. */
  readonly list?: string;
  /** The service's error for a token that no page gave. */
  invalidToken(): Error;
}

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** The items behind the token's, in the order of their keys. */
export function page<T>(
  items: readonly T[],
  { key, limit, token, descending = false, list = "", invalidToken }: PageRequest<T>,
): Page<T> {
  const direction = descending ? -1 : 1;
  const after = token === undefined ? undefined : readToken(token, list, invalidToken);
  const keyed = items.map((item) => ({ item, key: key(item) }))
    .filter((one) => after === undefined || direction * compare(one.key, after) > 0)
    .sort((a, b) => direction * compare(a.key, b.key));
  const shown = keyed.slice(0, limit);
  return {
    items: shown.map(({ item }) => item),
    next: keyed.length > limit && shown.length > 0 ? writeToken(shown.at(-1)!.key, list) : undefined,
  };
}

export function writeToken(key: Key, list = ""): string {
  return new TextEncoder().encode(JSON.stringify([list, ...key])).toBase64();
}

export function readToken(token: string, list: string, invalidToken: () => Error): Key {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(token));
    const [of, ...key] = JSON.parse(text);
    const isKey = key.length > 0 &&
      key.every((part: unknown) => typeof part === "string" || typeof part === "number");
    if (of === list && isKey) return key;
  } catch {
    // Not a token of ours.
  }
  throw invalidToken();
}

function compare(a: Key, b: Key): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined || part > other) return 1;
    if (part < other) return -1;
  }
  return a.length - b.length;
}

/**
 * Pages of lists. A token holds the key of the last item returned, not its position: when items come, go or change
 * between two pages, none is repeated or skipped, and the list does not start again.
 */

/** Sort key of an item, compared part by part. Parts at the same index are all strings or all numbers. */
export type Key = readonly (string | number)[];

export interface PageRequest<T> {
  /** Unique among the items, which are sorted by it. */
  key(item: T): Key;
  readonly limit: number;
  /** From the previous page. */
  readonly token?: string;
  readonly descending?: boolean;
  /** Identifies the list and its filters: a token is valid for the same list only. */
  readonly list?: string;
  /** The service's error for a token that is not valid. */
  invalidToken(): Error;
}

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** The first `limit` items after the token's, sorted by their keys. */
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

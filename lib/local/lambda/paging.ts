/** Lists in pages: a marker is the key that the next page begins after. */
import { integer, string } from "../legacy_shapes.ts";
import { invalidParameter } from "./names.ts";

export const paging = { Marker: string(), MaxItems: integer({ min: 1, max: 10_000 }) };

/** AWS answers at most 50 items at once, whatever was asked for. */
const PAGE = 50;

/**
 * One page of `items`.
 * @param key a unique key by which the items are in order
 * @throws AwsError InvalidParameterValueException for a marker that no page gave
 */
export function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  { Marker, MaxItems = PAGE }: { Marker?: string; MaxItems?: number },
): { items: T[]; NextMarker?: string } {
  const after = Marker ? decode(Marker) : "";
  const rest = items.filter((item) => key(item) > after);
  const shown = rest.slice(0, Math.min(MaxItems, PAGE));
  if (shown.length === rest.length) return { items: shown };
  return { items: shown, NextMarker: new TextEncoder().encode(key(shown.at(-1)!)).toBase64() };
}

function decode(marker: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(marker));
  } catch {
    throw invalidParameter(`The marker '${marker}' is not one that a list returned.`);
  }
}

/** The segments of paths: names of members and indices of arrays. */
import type { Json } from "./asl.ts";

/** A member's name or an array's index; negative ones count from the end. */
export type Segment = string | number;

export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value's own member or item; undefined when there is none. */
export function member(value: Json | undefined, segment: Segment): Json | undefined {
  if (typeof segment === "number") return Array.isArray(value) ? value.at(segment) : undefined;
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** A name or quoted text of a path without its backslashes. */
export function unescaped(text: string): string {
  return text.replace(/\\(.)/gsu, "$1");
}

/**
 * Reads segments from a position of a path.
 * @param pattern sticky, with the groups name, index, single-quoted and double-quoted name
 */
export function readSegments(
  path: string,
  at: number,
  pattern: RegExp,
): { segments: Segment[]; end: number } {
  const segments: Segment[] = [];
  for (;;) {
    pattern.lastIndex = at;
    const match = pattern.exec(path);
    if (!match) return { segments, end: at };
    const [, name, index, single, double] = match;
    segments.push(index !== undefined ? Number(index) : unescaped((name ?? single ?? double)!));
    at = pattern.lastIndex;
  }
}

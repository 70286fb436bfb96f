/** The pages of lists: tokens that say where the next page begins. */
import { Buffer } from "node:buffer";
import { AwsError } from "../errors.ts";
import { integer, string } from "../legacy_shapes.ts";

/** Members of every request for a page; tokens have up to `longest` characters. */
export function pageShape(longest = 1024) {
  return { maxResults: integer({ min: 0, max: 1000 }), nextToken: string({ min: 1, max: longest }) };
}

export interface PageRequest {
  maxResults?: number;
  nextToken?: string;
}

/** Items that a page has at most; 0 asks for the default. */
export function pageSize({ maxResults }: PageRequest): number {
  return maxResults || 100;
}

/** @param list what is listed and how: the token is good for the same list only */
export function writeToken(list: string, position: number): string {
  return Buffer.from(JSON.stringify([list, position])).toString("base64");
}

/** The position that a token holds; undefined without one. @throws AwsError InvalidToken */
export function readToken({ nextToken }: PageRequest, list: string): number | undefined {
  if (nextToken === undefined) return undefined;
  try {
    const [of, position] = JSON.parse(Buffer.from(nextToken, "base64").toString());
    if (of === list && typeof position === "number") return position;
  } catch {
    // Not a token of ours.
  }
  throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
}

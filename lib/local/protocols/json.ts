/** What AWS JSON and REST-JSON share. */
import { AwsError } from "../errors.ts";
import type { WireRequest } from "./protocol.ts";

/** How deep the JSON of a request may be nested, as in Jackson, by which AWS's services in Java read it. */
const MAX_DEPTH = 1000;

/** An empty body is `{}`. @throws AwsError SerializationException when the body is not a JSON object, or nested too deep */
export function readJson(body: WireRequest["body"]): Record<string, unknown> {
  const text = new TextDecoder().decode(body as Uint8Array | null ?? undefined);
  if (text === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  }
  if (isDeeperThan(MAX_DEPTH, value)) {
    throw new AwsError(
      "SerializationException",
      `The request body is nested deeper than ${MAX_DEPTH} levels.`,
    );
  }
  return value as Record<string, unknown>;
}

/** Whether JSON has more than `depth` levels. Without recursion: its depth is the sender's choice. */
function isDeeperThan(depth: number, value: object): boolean {
  let level = [value];
  for (let above = 0; level.length > 0; above++) {
    if (above === depth) return true;
    const below: object[] = [];
    for (const node of level) {
      for (const child of Object.values(node)) {
        if (typeof child === "object" && child !== null) below.push(child);
      }
    }
    level = below;
  }
  return false;
}

/** The request-id header of all protocols but S3's. */
export function uuidHeaders(requestId: string): Record<string, string> {
  return { "x-amzn-requestid": requestId };
}

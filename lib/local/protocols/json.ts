/** What AWS JSON and REST-JSON share. */
import { AwsError } from "../errors.ts";
import type { WireRequest } from "./protocol.ts";

/** An empty body is `{}`. @throws AwsError SerializationException when the body is not a JSON object */
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
  return value as Record<string, unknown>;
}

/** The request-id header of all protocols but S3's. */
export function uuidHeaders(requestId: string): Record<string, string> {
  return { "x-amzn-requestid": requestId };
}

/** The members about the HTTP response that the results of tasks have, for AWS's services with JSON protocols. */
import { Buffer } from "node:buffer";
import type { Json } from "../language/asl.ts";

/** @param output the members of the operation's output, for its length */
export function httpMetadata(output: unknown): Record<"SdkHttpMetadata" | "SdkResponseMetadata", Json> {
  const RequestId = crypto.randomUUID();
  const headers = {
    "x-amzn-RequestId": RequestId,
    "connection": "keep-alive",
    "Content-Length": String(Buffer.byteLength(JSON.stringify(output))),
    "Date": new Date().toUTCString(),
    "Content-Type": "application/x-amz-json-1.0",
  };
  const byName = Object.keys(headers).sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(byName.map((name) => [name, headers[name as keyof typeof headers]])),
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId },
  };
}

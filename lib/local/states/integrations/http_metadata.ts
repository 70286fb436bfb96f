/** The members about the HTTP response that the results of tasks have, for AWS's services with JSON protocols. */
import { Buffer } from "node:buffer";
import type { Json } from "../language/asl.ts";
import { sdkMetadata } from "./sdk.ts";

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
  return sdkMetadata(headers, { RequestId, StatusCode: 200 });
}

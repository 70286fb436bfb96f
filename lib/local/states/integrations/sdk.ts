/** Answers and errors of services as AWS's Java SDK shows them to Step Functions. */
import { AwsError } from "../../errors.ts";
import type { Json } from "../language/asl.ts";
import { StateFailure } from "../language/failures.ts";

/** The two members that tell of the HTTP answer; the headers that every service sends are added. */
export function sdkMetadata(
  headers: Readonly<Record<string, string>>,
  { RequestId, StatusCode }: { RequestId: string; StatusCode: number },
): Record<"SdkHttpMetadata" | "SdkResponseMetadata", Json> {
  const all: Record<string, string> = {
    ...headers,
    "Connection": "keep-alive",
    "x-amzn-RequestId": RequestId,
    "Date": new Date().toUTCString(),
  };
  const sorted = Object.keys(all).sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(sorted.map((name) => [name, all[name]!])),
      HttpStatusCode: StatusCode,
    },
    SdkResponseMetadata: { RequestId },
  };
}

/**
 * A service's error as the failure of a task.
 * @param prefix of the error's name, for example `Lambda`
 * @param service the name that the SDK has for the service, for example `AWSLambda`
 * @param className that of the SDK's exception for a code
 */
export function serviceFailure(
  error: unknown,
  prefix: string,
  service: string,
  className: (code: string) => string,
): StateFailure {
  if (error instanceof StateFailure) return error;
  if (!(error instanceof AwsError)) {
    return new StateFailure(`${prefix}.SdkClientException`, `Unable to execute HTTP request: ${error}`);
  }
  return new StateFailure(
    `${prefix}.${className(error.code)}`,
    `${error.message} (Service: ${service}; Status Code: ${error.status}; Error Code: ${error.code}; ` +
      `Request ID: ${crypto.randomUUID()}; Proxy: null)`,
  );
}

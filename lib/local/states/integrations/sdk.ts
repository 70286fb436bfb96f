/** Answers and errors of services as AWS's Java SDK, which Step Functions uses, represents them. */
import { AwsError } from "../../errors.ts";
import type { Json } from "../language/asl.ts";
import { StateFailure } from "../language/failures.ts";

/** The two members about the HTTP response. @param headers all of them, in AWS's order */
export function sdkMetadata(
  headers: Readonly<Record<string, string>>,
  { RequestId, StatusCode }: { RequestId: string; StatusCode: number },
): Record<"SdkHttpMetadata" | "SdkResponseMetadata", Json> {
  const sorted = Object.keys(headers).sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(sorted.map((name) => [name, headers[name]!])),
      HttpStatusCode: StatusCode,
    },
    SdkResponseMetadata: { RequestId },
  };
}

/**
 * A service's error as the failure of a task.
 * @param prefix of the error's name, for example `Lambda`
 * @param service the SDK's name of the service, for example `AWSLambda`
 * @param className returns the name of the SDK's exception for a code
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

/** SQS's errors, and the codes they have in the older query protocol. */
import { AwsError } from "../errors.ts";

const PREFIXED = [
  "BatchEntryIdsNotDistinct",
  "BatchRequestTooLong",
  "EmptyBatchRequest",
  "InvalidBatchEntryId",
  "PurgeQueueInProgress",
  "QueueDeletedRecently",
  "TooManyEntriesInBatchRequest",
  "UnsupportedOperation",
];

const RENAMED: ReadonlyMap<string, string> = new Map([
  ...PREFIXED.map((name) => [name, `AWS.SimpleQueueService.${name}`] as const),
  ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
  ["QueueNameExists", "QueueAlreadyExists"],
  ["InvalidParameterValueException", "InvalidParameterValue"],
  ["MissingRequiredParameterException", "MissingParameter"],
  ["AccessDeniedException", "AccessDenied"],
  ["UnrecognizedClientException", "InvalidClientTokenId"],
  ["ExpiredTokenException", "ExpiredToken"],
  ["InvalidSignatureException", "SignatureDoesNotMatch"],
]);

/** The code for the header `x-amzn-query-error`, which clients show. */
export function queryErrorCode(code: string): string {
  return RENAMED.get(code) ?? code;
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

/** SQS's error for an invalid value of a parameter. */
export function invalidValue(value: unknown, parameter: string, reason: string): AwsError {
  return invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function missingParameter(name: string): AwsError {
  return new AwsError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${name}.`,
  );
}

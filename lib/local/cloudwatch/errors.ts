/** CloudWatch's errors, and the codes they have in its older query protocol. */
import { AwsError, unsupported } from "../errors.ts";

const RENAMED: Readonly<Record<string, string>> = {
  InvalidParameterValueException: "InvalidParameterValue",
  InvalidParameterCombinationException: "InvalidParameterCombination",
  MissingRequiredParameterException: "MissingParameter",
  LimitExceededFault: "LimitExceeded",
  InvalidFormatFault: "InvalidFormat",
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "InvalidClientTokenId",
  ExpiredTokenException: "ExpiredToken",
  InvalidSignatureException: "SignatureDoesNotMatch",
};

/** The code in the query protocol, which newer clients get in the header `x-amzn-query-error` and show. */
export function queryErrorCode(code: string): string {
  return RENAMED[code] ?? code;
}

export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombinationException", message);
}

/** What PutMetricData and GetMetricStatistics answer, which declare it. */
export function missingParameter(name: string): AwsError {
  return new AwsError("MissingRequiredParameterException", `The parameter ${name} is required.`);
}

/** What PutMetricAlarm and GetMetricData answer for most of what is wrong with them. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

export function invalidToken(): AwsError {
  return new AwsError("InvalidNextToken", "The specified nextToken is invalid.");
}

export function unsupportedHere(what: string): AwsError {
  return unsupported(what, "ValidationError");
}

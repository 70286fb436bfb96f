/** The errors that several of Lambda's operations answer. */
import { AwsError } from "../errors.ts";

/** @param arn as the message names it */
export function functionNotFound(arn: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function conflict(message: string): AwsError {
  return new AwsError("ResourceConflictException", message, 409);
}

/** What callers get while the server stops. */
export function stopping(): AwsError {
  return new AwsError("ServiceException", "The local AWS is stopping.", 500);
}

/** Errors that several of Lambda's operations have. */
import { AwsError } from "../errors.ts";

/** @param arn for the message */
export function functionNotFound(arn: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function conflict(message: string): AwsError {
  return new AwsError("ResourceConflictException", message, 409);
}

/** For callers whose invocation the stopping server ends. */
export function stopping(): AwsError {
  return new AwsError("ServiceException", "The local AWS is stopping.", 500);
}

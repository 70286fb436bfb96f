/** Errors that several of SageMaker's operations have. */
import { AwsError } from "../errors.ts";

/** SageMaker's error for most refused requests. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** For a model, endpoint or endpoint configuration that does not exist. */
export function couldNotFind(what: string, arn: string): AwsError {
  return invalid(`Could not find ${what} "${arn}".`);
}

export function alreadyExists(what: string, arn: string): AwsError {
  return invalid(`Cannot create already existing ${what} "${arn}".`);
}

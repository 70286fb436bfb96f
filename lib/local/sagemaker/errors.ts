/** Errors that several of SageMaker's operations answer. */
import { AwsError } from "../errors.ts";

/** What SageMaker answers to most of what it refuses. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** AWS's answer for a model, endpoint or endpoint configuration that does not exist. */
export function couldNotFind(what: string, arn: string): AwsError {
  return invalid(`Could not find ${what} "${arn}".`);
}

export function alreadyExists(what: string, arn: string): AwsError {
  return invalid(`Cannot create already existing ${what} "${arn}".`);
}

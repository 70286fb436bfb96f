/** The errors of Service Quotas. */
import { AwsError } from "../errors.ts";

export function illegalArgument(message: string): AwsError {
  return new AwsError("IllegalArgumentException", message);
}

export function noSuchResource(message: string): AwsError {
  return new AwsError("NoSuchResourceException", message);
}

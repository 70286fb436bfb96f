import { ClientError } from "../errors.ts";

/**
 * Parses the text of an environment variable as a whole number from 0 to `max`; unset or empty is 0. Throws a
 * ClientError that names the variable.
 */
export function wholeNumber(name: string, text = "", max: number): number {
  const value = /^\d*$/.test(text) ? Number(text) : NaN;
  if (!(value <= max)) {
    throw new ClientError(`${name} is '${text}', but must be a whole number from 0 to ${max}`);
  }
  return value;
}

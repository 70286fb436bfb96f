import { ClientError } from "../errors.ts";

/**
 * The value of an environment variable, 0 when it is unset or empty. Throws a ClientError that names it unless it is a
 * whole number up to `max`.
 */
export function wholeNumber(name: string, text = "", max: number): number {
  const value = /^\d*$/.test(text) ? Number(text) : NaN;
  if (!(value <= max)) {
    throw new ClientError(`${name} is '${text}', but must be a whole number from 0 to ${max}`);
  }
  return value;
}

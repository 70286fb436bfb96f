/**
 * A job's environment variables. They are a file of the folder that stands for /opt/ml and not the process's own
 * environment: the dynamic linker, Deno and the native libraries do what variables say that a job may not set.
 */
import { join } from "node:path";
import { ClientError } from "../errors.ts";

/** By name. Only SCONES_SEED and SCONES_CLASSES (with _2, _3 … for long lists) are read; any other has no effect. */
export type Variables = Readonly<Record<string, string>>;

const FILE = join("input", "config", "environment.json");

/** Writes a job's variables into the folder that stands for /opt/ml, whose `input/config` exists. */
export async function writeVariables(optMl: string, variables: Record<string, string>): Promise<void> {
  await Deno.writeTextFile(join(optMl, FILE), JSON.stringify(variables));
}

/** A job's variables; none when there is no file of them. */
export async function readVariables(optMl: string): Promise<Variables> {
  try {
    return JSON.parse(await Deno.readTextFile(join(optMl, FILE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

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

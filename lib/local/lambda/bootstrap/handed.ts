/**
 * What the local AWS hands over to this process on its standard input. It is read before anything of the function is
 * loaded, and no longer there afterwards.
 */
import { readSync } from "node:fs";

interface Handed {
  /** The function's environment variables and Lambda's. */
  readonly variables: Record<string, string>;
  /** The local AWS's port for users, and the one for functions. */
  readonly ports: { readonly users: number; readonly functions: number };
  /** Absolute path of the runtime's packages, for functions that import them. */
  readonly packages?: string;
  /** Absolute path of the folder that stands for `/tmp`; absent where `/tmp` is the environment's own. */
  readonly tmp?: string;
}

function readInput(): Uint8Array {
  let bytes = new Uint8Array();
  const part = new Uint8Array(16_384);
  for (let count = readSync(0, part); count > 0; count = readSync(0, part)) {
    const longer = new Uint8Array(bytes.length + count);
    longer.set(bytes);
    longer.set(part.subarray(0, count), bytes.length);
    bytes = longer;
  }
  return bytes;
}

export const handed: Handed = JSON.parse(new TextDecoder().decode(readInput()));

import { normalize } from "node:path";
import { ClientError } from "../errors.ts";

/** One line of a .lst file. */
export interface Listed {
  label: number;
  /** Relative to the channel's folder. */
  path: string;
}

/** The name of the .lst file in a channel's folder. Throws a ClientError unless there is exactly one. */
export async function findList(folder: string, channel: string): Promise<string> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.endsWith(".lst")) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (names.length !== 1) {
    throw new ClientError(
      `Channel '${channel}' must contain exactly one .lst file, found ${
        names.length ? names.sort().join(", ") : "none"
      }`,
    );
  }
  return names[0]!;
}

/**
 * Parses a .lst file: a unique index, a class label from 0 and a path, separated by tabs. Throws a ClientError that
 * names the file and the line.
 */
export function parseList(text: string, file: string, classes: number): Listed[] {
  const seen = new Set<string>();
  const listed: Listed[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const wrong = (what: string) => new ClientError(`${file}, line ${i + 1}: ${what}`);
    const columns = line.split("\t").map((column) => column.trim());
    const [index, label, path] = columns;
    if (columns.length !== 3 || !index || !label || !path) {
      throw wrong("expected three columns separated by tabs: index, label, path");
    }
    if (!Number.isFinite(Number(index))) throw wrong(`the index '${index}' is not a number`);
    if (seen.has(index)) throw wrong(`the index ${index} is not unique`);
    seen.add(index);
    const number = Number(label);
    if (!Number.isInteger(number) || number < 0 || number >= classes) {
      throw wrong(
        `the label '${label}' is not an integer from 0 to ${classes - 1} (num_classes is ${classes})`,
      );
    }
    const inside = normalize(path);
    if (inside.startsWith("..") || inside.startsWith("/")) {
      throw wrong(`the path '${path}' is outside the channel's folder`);
    }
    listed.push({ label: number, path: inside });
  }
  if (listed.length === 0) throw new ClientError(`${file} is empty: it must list at least one image`);
  return listed;
}

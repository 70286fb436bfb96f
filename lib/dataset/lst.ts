/** The lists by which SageMaker's image classification labels its pictures. */
import { DatasetError } from "./errors.ts";

/** A line of a `.lst` file. `path` is relative to the channel of the pictures. */
export interface LstEntry {
  index: number;
  label: number;
  path: string;
}

/**
 * The text of a `.lst` file: index, label from 0 and path, separated by tabs, one picture a line.
 * Source: SageMaker's guide, "Image Classification", input in image format.
 */
export function formatLst(entries: LstEntry[]): string {
  return entries.map(({ index, label, path }) => `${index}\t${label}\t${path}\n`).join("");
}

/** The entries of a `.lst` file. @throws DatasetError that names the first invalid line */
export function parseLst(text: string): LstEntry[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, i) => {
    const match = /^(\d+)\t(\d+)\t([^\t\r]+)\r?$/.exec(line);
    if (!match) {
      throw new DatasetError(`Line ${i + 1} is not "index<tab>label<tab>path": ${line.slice(0, 80)}`);
    }
    return { index: Number(match[1]), label: Number(match[2]), path: match[3]! };
  });
}

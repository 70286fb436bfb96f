/** What is known of the files in a staging folder, so that an unchanged picture is neither encoded nor read again. */
import { join } from "node:path";

/** A picture as it was staged. */
export interface StagedPicture {
  /** Of the picture that the file was made from. */
  fingerprint: string;
  /** Of the file's bytes, as hexadecimal digits. */
  md5: string;
  /** Size in bytes and time of modification in milliseconds: a file with both as they were is taken as unchanged. */
  size: number;
  mtime: number;
}

/** By path below the folder, such as `train/bicycle_s_000017.png`. */
export type StagedIndex = Map<string, StagedPicture>;

const FILE = "index.json";
/** Goes up with every change of the PNGs' bytes. */
const VERSION = 1;

/** The index of a folder; empty if it has none, or one of another version. */
export async function readIndex(dir: string): Promise<StagedIndex> {
  try {
    const { version, files } = JSON.parse(await Deno.readTextFile(join(dir, FILE)));
    return version === VERSION ? new Map(files) : new Map();
  } catch (error) {
    // A half-written index is as good as none: all pictures are encoded again.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return new Map();
    throw error;
  }
}

/** Replaces the index of a folder. */
export async function writeIndex(dir: string, index: StagedIndex): Promise<void> {
  await Deno.writeTextFile(join(dir, FILE), JSON.stringify({ version: VERSION, files: [...index] }));
}

/**
 * Size and time of modification of a file; undefined if there is none. Synchronous: for the 60,000 pictures of a whole
 * archive the hand-over to another thread takes longer than the answer.
 */
export function stateOf(path: string): Pick<StagedPicture, "size" | "mtime"> | undefined {
  try {
    const { size, mtime } = Deno.statSync(path);
    return { size, mtime: mtime!.getTime() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

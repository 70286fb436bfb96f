/**
 * Puts away the files that no object refers to, which a kill leaves behind. They go to a trash folder first, and come
 * back from there when an object refers to them after all: the database may have been lost, and found again.
 */
import { statSync } from "node:fs";
import { basename, join } from "node:path";

/** How long files stay in the trash, in days. */
const TRASH_DAYS = 30;

const FOLDER = /^[0-9a-f]{2}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

export interface Sweep {
  /** Where the bodies are, in folders named by the first two characters of their names. */
  readonly directory: string;
  /** Has a folder for each day on which something was thrown away. */
  readonly trash: string;
  /** The names of files that objects refer to, or will. */
  readonly used: ReadonlySet<string>;
  /** Older files stay: they may belong to a database that was lost. Milliseconds since the epoch. */
  readonly since: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Returns how many files it threw away and how many it took back. */
export function sweep({ directory, trash, used, since, now }: Sweep): { thrown: number; restored: number } {
  const missing = new Set(used);
  const folder = join(trash, new Date(now).toISOString().slice(0, 10));
  let thrown = 0, restored = 0;
  for (const path of filesOf(directory, FOLDER)) {
    const name = basename(path);
    if (missing.delete(name) || statSync(path).mtimeMs < since) continue;
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    Deno.renameSync(path, join(folder, name));
    thrown++;
  }
  for (const path of missing.size > 0 ? filesOf(trash, DAY) : []) {
    const name = basename(path);
    if (!missing.has(name)) continue;
    const home = join(directory, name.slice(0, 2));
    Deno.mkdirSync(home, { recursive: true });
    Deno.renameSync(path, join(home, name));
    restored++;
  }
  empty(trash, now);
  return { thrown, restored };
}

/** Whether the directory has any body. */
export function hasBodies(directory: string): boolean {
  return !filesOf(directory, FOLDER).next().done;
}

/** Paths of the files in folders with such names; anything else in the directory is not ours. */
function* filesOf(directory: string, folders: RegExp): Generator<string> {
  for (const folder of entriesOf(directory)) {
    if (!folder.isDirectory || !folders.test(folder.name)) continue;
    for (const { name, isFile } of entriesOf(join(directory, folder.name))) {
      if (isFile) yield join(directory, folder.name, name);
    }
  }
}

/** Deletes the folders of days long ago. */
function empty(trash: string, now: number): void {
  const oldest = new Date(now - TRASH_DAYS * 86_400_000).toISOString().slice(0, 10);
  for (const { name } of entriesOf(trash)) {
    if (DAY.test(name) && name < oldest) Deno.removeSync(join(trash, name), { recursive: true });
  }
}

function entriesOf(directory: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(directory)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

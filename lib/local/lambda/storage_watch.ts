/** Whether folders hold more than they may, where the file system has no limit of its own for them. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** How many files AWS's file system has for each megabyte. */
export const FILES_PER_MEGABYTE = 64;
/** How many files are looked at together. */
const AT_ONCE = 32;

export interface Storage {
  readonly folder: string;
  readonly megabytes: number;
}

export class StorageWatch {
  #full = false;
  #looking = false;

  constructor(readonly storages: readonly Storage[]) {}

  /** What the last look has shown; begins another one unless one is under way. */
  isFull(): boolean {
    if (!this.#looking && !this.#full) {
      this.#looking = true;
      void this.#look().finally(() => this.#looking = false);
    }
    return this.#full;
  }

  async #look(): Promise<void> {
    for (const { folder, megabytes } of this.storages) this.#full ||= await holdsMore(folder, megabytes);
  }
}

/** Whether a folder holds more bytes than these, or more files than AWS's file system of that size has. */
export async function holdsMore(top: string, megabytes: number): Promise<boolean> {
  let bytes = 0;
  let files = 0;
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // A file can go while it is looked at.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (let start = 0; start < entries.length; start += AT_ONCE) {
      const sizes = await Promise.all(
        entries.slice(start, start + AT_ONCE).map(async (entry) => {
          const path = join(folder, entry.name);
          if (entry.isDirectory()) folders.push(path);
          return await lstat(path).then(({ blocks }) => blocks * 512, () => 0);
        }),
      );
      bytes += sizes.reduce((sum, size) => sum + size, 0);
      files += sizes.length;
      if (bytes > megabytes * 2 ** 20 || files > megabytes * FILES_PER_MEGABYTE) return true;
    }
  }
  return false;
}

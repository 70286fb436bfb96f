/** The files of a folder or a zip file. */
import { join, relative, sep } from "node:path";
import { unzipSync } from "fflate";
import { DatasetError, reasonOf } from "./errors.ts";

export interface FoundFile {
  /** Relative to the folder or zip file, with `/` between its parts. */
  path: string;
  read(): Promise<Uint8Array>;
}

/** Zip files are unpacked in memory; larger ones should be unpacked into a folder. */
const MAX_ZIP_BYTES = 2 ** 30;

/** All files of a folder and the folders in it, by path, without hidden ones. */
export async function filesOfFolder(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  async function search(within: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(within)) {
      const path = join(within, name);
      if (isHidden(name)) continue;
      // A link leads to a folder or a file.
      if (isDirectory || (await Deno.stat(path)).isDirectory) await search(path);
      else found.push({ path: relative(folder, path).split(sep).join("/"), read: () => Deno.readFile(path) });
    }
  }
  await search(folder);
  return inOrder(found);
}

/**
 * All files of a zip file, by path, without hidden ones.
 * @throws DatasetError if the file is damaged, or larger than 1 GiB before or after unpacking
 */
export async function filesOfZip(path: string): Promise<FoundFile[]> {
  const tooLarge = new DatasetError(
    `${path} has more than 1 GiB, which is unpacked in memory. Unpack it, and set SCONES_DATASET_URL to the folder`,
  );
  if ((await Deno.stat(path)).size > MAX_ZIP_BYTES) throw tooLarge;
  let unpacked = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(await Deno.readFile(path), {
      filter: ({ name, originalSize }) => {
        if (name.endsWith("/") || name.split("/").some(isHidden)) return false;
        unpacked += originalSize;
        if (unpacked > MAX_ZIP_BYTES) throw tooLarge;
        return true;
      },
    });
  } catch (error) {
    if (error === tooLarge) throw error;
    throw new DatasetError(`${path} cannot be unpacked: ${reasonOf(error)}`, { cause: error });
  }
  return inOrder(
    Object.entries(files).map(([name, bytes]) => ({ path: name, read: () => Promise.resolve(bytes) })),
  );
}

/** What operating systems and editors put beside one's files. */
function isHidden(name: string): boolean {
  return name.startsWith(".") || ["__MACOSX", "Thumbs.db", "desktop.ini"].includes(name);
}

/** The same everywhere: folders list their files in no particular order. */
function inOrder(files: FoundFile[]): FoundFile[] {
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

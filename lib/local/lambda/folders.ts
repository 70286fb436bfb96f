/** The folders of a package's files; paths are relative, and the topmost folder is empty. */
import { unsupported } from "../errors.ts";

/** As many as a zip can have entries. */
const MAX_FOLDERS = 65_535;

/** The folder that a file or folder is in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * All folders that files are in, an outer one before those in it.
 * @throws AwsError when there are more than a zip could list: paths of a thousand letters have hundreds of folders each
 */
export function foldersOf(files: Iterable<{ readonly path: string }>): Set<string> {
  const found = new Set([""]);
  for (const { path } of files) {
    const inner: string[] = [];
    for (let folder = folderOf(path); !found.has(folder); folder = folderOf(folder)) inner.push(folder);
    for (const folder of inner.reverse()) found.add(folder);
    if (found.size > MAX_FOLDERS) throw unsupported(`a package of more than ${MAX_FOLDERS} folders`);
  }
  return found;
}

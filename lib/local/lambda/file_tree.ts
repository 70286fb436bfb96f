/** The files below a folder, by the folders that they are in. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** How many folders are read together. */
const AT_ONCE = 32;

interface Folder {
  readonly files: Set<string>;
  readonly folders: string[];
}

/** Paths are relative; those of folders end with `/`, and the topmost is empty. */
export class FileTree {
  readonly #folders = new Map<string, Folder>();

  private constructor() {}

  static async read(top: string): Promise<FileTree> {
    const tree = new FileTree();
    const waiting = [""];
    for (let paths = waiting.splice(0, AT_ONCE); paths.length > 0; paths = waiting.splice(0, AT_ONCE)) {
      await Promise.all(paths.map(async (path) => {
        const entries = await readdir(join(top, path), { withFileTypes: true });
        const [inner, files] = [
          entries.filter((entry) => entry.isDirectory()),
          entries.filter((entry) => !entry.isDirectory()),
        ];
        const folders = inner.map(({ name }) => `${path}${name}/`);
        tree.#folders.set(path, { files: new Set(files.map(({ name }) => name)), folders });
        waiting.push(...folders);
      }));
    }
    return tree;
  }

  has(path: string): boolean {
    const name = path.lastIndexOf("/") + 1;
    return this.#folders.get(path.slice(0, name))?.files.has(path.slice(name)) ?? false;
  }

  /** All files below a folder, relative to it. */
  *below(top: string): Iterable<string> {
    const waiting = [top];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const { files, folders } = this.#folders.get(path)!;
      const start = path.slice(top.length);
      for (const file of files) yield start + file;
      // One by one: there can be more than a call takes as arguments.
      for (const folder of folders) waiting.push(folder);
    }
  }

  /** The topmost folder, and those of packages: in a `node_modules`, or in a scope there. */
  *packages(): Iterable<string> {
    for (const path of this.#folders.keys()) {
      if (path === "" || /(^|\/)node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)\/$/.test(path)) yield path;
    }
  }
}

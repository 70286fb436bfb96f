/**
 * Deployment packages on disk, by the hash of the zip: `<hash>/code.zip`, `<hash>/task/…`, a list of the files that
 * the function may not read, and, once it has run, an import map of its packages, a link to the runtime and Deno's cache. A
 * package is complete before a record refers to it, so a killed server leaves at worst a folder that the next sweep removes.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { umask } from "node:process";
import { unsupported } from "../errors.ts";
import { folderOf, foldersOf } from "./folders.ts";
import { type ImportMap, importMapOf } from "./packages.ts";
import { RUNTIME_PACKAGES } from "./runtime_packages.ts";
import { holdsMore } from "./storage_watch.ts";
import { checkZippedSize, notAZip, readZip, type ZipFile } from "./zip.ts";

/** Not `packages.json` or `import_map.json`, as before it named the runtime's packages and Node.js's modules. */
const IMPORT_MAP = "imports.json";
const MIN_CACHED_BYTES = 50_000;
/** What fits into one argument of a program on every system. */
const MAX_UNREADABLE_LENGTH = 100_000;
/** A package's cache is begun anew beyond this size. */
export const CACHE_MEGABYTES = 128;

export interface Code {
  /** SHA-256 of the zip, base64. */
  readonly CodeSha256: string;
  /** Size of the zip in bytes. */
  readonly CodeSize: number;
}

export class CodeStore {
  /** Number of requests by package that are about to refer to it: a sweep must keep these. */
  readonly #held = new Map<string, number>();

  /**
   * @param folder only for packages; created if it does not exist
   * @param runtime the folder of the runtime
   * @param since older packages are never removed: they may belong to a database that was lost. Milliseconds since the epoch
   */
  constructor(readonly folder: string, readonly runtime = join(folder, "..", "runtime"), readonly since = 0) {
    mkdirSync(folder, { recursive: true });
  }

  /**
   * Stores a zip and calls `work`, which stores (synchronously) the records that refer to it.
   * @throws AwsError when the zip is too large or cannot be unpacked
   */
  async use<T>(zip: Uint8Array, work: (code: Code) => T): Promise<T> {
    checkZippedSize(zip.length);
    const CodeSha256 = createHash("sha256").update(zip).digest("base64");
    this.#held.set(CodeSha256, (this.#held.get(CodeSha256) ?? 0) + 1);
    try {
      await this.#unpack(CodeSha256, zip);
      return work({ CodeSha256, CodeSize: zip.length });
    } finally {
      const holders = this.#held.get(CodeSha256)! - 1;
      if (holders > 0) this.#held.set(CodeSha256, holders);
      else this.#held.delete(CodeSha256);
    }
  }

  /** Absolute path of the unpacked files, the function's LAMBDA_TASK_ROOT. */
  taskRoot(codeSha256: string): string {
    return join(this.#path(codeSha256), "task");
  }

  /** Paths below the task root that the function may not read by their modes in the zip. */
  unreadable(codeSha256: string): string[] {
    return JSON.parse(readFileSync(join(this.#path(codeSha256), "unreadable.json"), "utf8"));
  }

  /** An import map of the function's packages and the runtime's, in which the task root is `./task/`. */
  async importMap(codeSha256: string): Promise<{ path: string; usesRuntimePackages: boolean }> {
    const folder = this.#path(codeSha256);
    const path = join(folder, IMPORT_MAP);
    if (!existsSync(path)) {
      const part = `${path}.${randomUUID()}`;
      const map = await importMapOf(this.taskRoot(codeSha256), "task", "runtime/node_modules");
      await writeFile(part, JSON.stringify(map));
      await chmod(part, 0o644);
      if (!existsSync(join(folder, "runtime"))) symlinkSync(this.runtime, join(folder, "runtime"));
      renameSync(part, path);
    }
    const { imports }: ImportMap = JSON.parse(await readFile(path, "utf8"));
    return { path, usesRuntimePackages: RUNTIME_PACKAGES.some((name) => imports[name] !== undefined) };
  }

  /**
   * A folder where Deno keeps what it has found out about the package's code, which the function cannot use itself.
   * Undefined for small packages, which start sooner without.
   */
  async cache(codeSha256: string): Promise<string | undefined> {
    const { size } = await stat(join(this.#path(codeSha256), "code.zip"));
    if (size < MIN_CACHED_BYTES) return undefined;
    const folder = join(this.#path(codeSha256), "cache");
    if (existsSync(folder) && await holdsMore(folder, CACHE_MEGABYTES)) {
      await rm(folder, { recursive: true, force: true });
    }
    await mkdir(folder, { recursive: true });
    // The process may be another user's.
    await chmod(folder, 0o777);
    // Deno keeps what code stores in `localStorage` and `caches`, and scripts in URLs, in folders of these names.
    for (const name of ["location_data", "gen"]) await writeFile(join(folder, name), "");
    return folder;
  }

  /** The zip as it was uploaded. */
  async zip(codeSha256: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await readFile(join(this.#path(codeSha256), "code.zip")));
  }

  /** Removes every package whose hash is not among `used`. */
  sweep(used: ReadonlySet<string>): void {
    const keep = new Set([...used, ...this.#held.keys()].map(folderName));
    for (const name of readdirSync(this.folder)) {
      if (keep.has(name) || this.#isHeldPart(name)) continue;
      if (statSync(join(this.folder, name)).mtimeMs < this.since) continue;
      // Renamed first: a folder named by a hash is always complete.
      const doomed = name.endsWith(".removed") ? name : `${name}.removed`;
      renameSync(join(this.folder, name), join(this.folder, doomed));
      rmSync(join(this.folder, doomed), { recursive: true, force: true });
    }
  }

  #isHeldPart(name: string): boolean {
    return name.endsWith(".part") && [...this.#held.keys()].some((hash) => name.startsWith(folderName(hash)));
  }

  #path(codeSha256: string): string {
    return join(this.folder, folderName(codeSha256));
  }

  async #unpack(codeSha256: string, zip: Uint8Array): Promise<void> {
    const target = this.#path(codeSha256);
    if (existsSync(target)) return;
    const files = await readZip(zip);
    const part = `${target}.${randomUUID()}.part`;
    try {
      await mkdir(join(part, "task"), { recursive: true });
      for (const folder of foldersOf(files)) await mkdir(join(part, "task", folder), { recursive: true });
      for (const { path, content } of files) await writeFile(join(part, "task", path), content);
      await openToAll(join(part, "task"));
      await writeFile(join(part, "code.zip"), zip);
      const hidden = unreadablePaths(files);
      // Deno's lists of paths are separated by commas, which cannot be escaped.
      const strange = hidden.find((path) => path.includes(","));
      if (strange) {
        throw unsupported(`a comma in the name of a file that is not readable by others: ${strange}`);
      }
      if (lengthOf(hidden) > MAX_UNREADABLE_LENGTH) {
        throw unsupported(
          `a package of readable files among ${hidden.length} that are not readable by others`,
        );
      }
      await writeFile(join(part, "unreadable.json"), JSON.stringify(hidden));
      // Another request may have stored the same zip meanwhile. These two calls are synchronous, so nothing runs between.
      if (!existsSync(target)) renameSync(part, target);
    } catch (error) {
      // One entry is a file where another has a folder.
      if (["ENOTDIR", "EISDIR", "EEXIST"].includes((error as { code?: string }).code ?? "")) throw notAZip();
      throw error;
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }
}

/** Lets others read a folder's files where this process's umask does not: a function's process may be another user's. */
async function openToAll(folder: string): Promise<void> {
  if ((umask() & 0o055) === 0) return;
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else await chmod(path, 0o644);
  }
}

/** The files that others may not read; when they are many, the folders that hold nothing else. */
function unreadablePaths(files: readonly Pick<ZipFile, "path" | "readable">[]): string[] {
  const each = files.filter(({ readable }) => !readable).map(({ path }) => path);
  if (lengthOf(each) <= MAX_UNREADABLE_LENGTH) return each;
  const open = foldersOf(files.filter(({ readable }) => readable));
  if (each.length === files.length) return ["."];
  const outermost = new Map<string, string>();
  for (const folder of foldersOf(files)) {
    if (!open.has(folder)) outermost.set(folder, outermost.get(folderOf(folder)) ?? folder);
  }
  return [...new Set(each.map((path) => outermost.get(folderOf(path)) ?? path))];
}

/** How long a list of paths is as an argument, with `/var/task/` and a comma. */
function lengthOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + path.length + "/var/task/,".length, 0);
}

function folderName(codeSha256: string): string {
  return Uint8Array.fromBase64(codeSha256).toHex();
}

/**
 * What a function's process may do. Deno's permissions confine it everywhere; where the system gives a process a file
 * system of its own, there is nothing else to be seen in the first place. The process's environment is fixed: the
 * function's variables reach it over standard input, when the permissions are in force.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "./launch.ts";
import { CACHE_MEGABYTES } from "./code_store.ts";
import { CACHE, OwnRoot } from "./own_root.ts";
import type { Command } from "./runtime_process.ts";
import { RuntimePackages } from "./runtime_packages.ts";
import type { Storage } from "./storage_watch.ts";

const BOOTSTRAP = fileURLToPath(new URL("./bootstrap/", import.meta.url));
/** A folder that cannot be made: Deno would keep `localStorage` and the like there. */
const NO_CACHE = "/dev/null/deno";
/** AWS's limit of open files. */
const MAX_OPEN_FILES = 1024;
/** What a process may have in memory beyond its limit until it is noticed, in megabytes. */
const SUDDEN_MEMORY = 2048;

export class Sandbox {
  #runtime: string | undefined;
  readonly #packages: RuntimePackages;

  /**
   * @param folder for the runtime's files
   * @param useOwnRoot false to do without file systems of their own
   */
  constructor(readonly folder: string, readonly useOwnRoot = true) {
    this.#packages = new RuntimePackages(join(folder, "runtime", "node_modules"));
  }

  /** The command that starts a function's process. */
  async command(worker: Worker): Promise<Command> {
    this.#runtime ??= writeRuntime(join(this.folder, "runtime"));
    if (worker.usesRuntimePackages) await this.#packages.ready();
    const ownRoot = this.useOwnRoot ? await OwnRoot.find(this.folder) : undefined;
    return ownRoot ? this.#ownView(ownRoot, worker) : this.#sharedView(worker);
  }

  #ownView(ownRoot: OwnRoot, worker: Worker): Command {
    const { taskRoot, importMap, cache, tmp, version, variables, ports } = worker;
    const view = {
      taskRoot,
      importMap,
      cache,
      runtime: this.#runtime!,
      mountPoint: tmp,
      tmpMegabytes: version.EphemeralStorage.Size,
    };
    const packages = worker.usesRuntimePackages ? "/var/runtime/node_modules" : undefined;
    const flags = denoFlags(worker, "/var/packages.json", "/var/task", "/tmp", packages ? [packages] : []);
    const command = ownRoot.command(view, limits(worker), [...flags, "/var/runtime/main.mjs"]);
    return {
      ...command,
      env: { ...command.env, ...fixedEnvironment(variables, "/tmp", cache && CACHE) },
      input: JSON.stringify({ variables: { ...variables, LAMBDA_TASK_ROOT: "/var/task" }, ports, packages }),
      tmpInMemory: version.EphemeralStorage.Size,
      storages: cacheStorage(cache),
    };
  }

  #sharedView(worker: Worker): Command {
    const { taskRoot, importMap, cache, tmp, version, variables, ports } = worker;
    // By the link beside the code, as the import map has it.
    const packages = worker.usesRuntimePackages ? join(taskRoot, "..", "runtime", "node_modules") : undefined;
    // Relative, because Deno's lists of paths cannot escape commas.
    const readable = packages
      ? [packages, this.#packages.folder].map((path) => relative(taskRoot, path))
      : [];
    const flags = denoFlags(worker, importMap, ".", relative(taskRoot, tmp), readable);
    const main = join(this.#runtime!, "main.mjs");
    // No file may be larger than the storage, in blocks of 512 bytes.
    const script = `${limits(worker)}; ulimit -f ${version.EphemeralStorage.Size * 2048}; exec "$@"`;
    return {
      program: "/bin/sh",
      args: ["-c", script, "sh", Deno.execPath(), ...flags, main],
      cwd: taskRoot,
      env: fixedEnvironment(variables, tmp, cache),
      input: JSON.stringify({ variables, ports, tmp, packages }),
      storages: [
        { folder: tmp, megabytes: version.EphemeralStorage.Size },
        ...cacheStorage(cache),
      ],
    };
  }
}

/** @param task the folder of the code, @param tmp that of `/tmp`, @param packages those of the runtime, as Deno's permissions name them */
function denoFlags(
  { version, unreadable, reachable, cache }: Worker,
  importMap: string,
  task: string,
  tmp: string,
  packages: readonly string[],
): string[] {
  // The shares of the memory that AWS's runtime gives V8.
  const oldSpace = Math.floor(version.MemorySize * 0.9);
  const semiSpace = Math.max(1, Math.floor(version.MemorySize * 0.05));
  return [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--no-remote",
    // Deno itself would ask the registry, beside the function's permissions.
    "--no-npm",
    "--deny-import",
    ...cache === undefined ? ["--no-code-cache"] : [],
    // With Deno's own search for packages every node_modules folder of the machine could be read.
    "--node-modules-dir=none",
    `--import-map=${importMap}`,
    // As under Node.js, a `.js` file is CommonJS by default.
    "--unstable-detect-cjs",
    // Not the others: Deno reads proxies and file names from them, and asks for no permission then.
    "--allow-env=TZ",
    `--allow-net=${reachable.join(",")}`,
    `--allow-read=${[task, tmp, ...packages].join(",")}`,
    ...(unreadable.length > 0
      ? [`--deny-read=${unreadable.map((path) => `${task}/${path}`).join(",")}`]
      : []),
    `--allow-write=${tmp}`,
    // The AWS SDK needs these for its user agent and to find shared configuration files.
    "--allow-sys=osRelease,uid,homedir",
    `--v8-flags=--max-old-space-size=${oldSpace},--max-semi-space-size=${semiSpace}`,
  ];
}

/** The process's environment. Of the function's variables only a language is taken, when it has the form of one. */
function fixedEnvironment(
  { LANG = "" }: Worker["variables"],
  tmp: string,
  cache = NO_CACHE,
): Record<string, string> {
  return {
    DENO_DIR: cache,
    DENO_NO_UPDATE_CHECK: "1",
    HOME: "/home/sbx_user1051",
    TMPDIR: tmp,
    TZ: "UTC",
    LANG: /^[a-z]{2,3}(_[A-Z]{2})?(\.UTF-8)?$/.test(LANG) ? LANG : "en_US.UTF-8",
  };
}

function cacheStorage(cache: string | undefined): Storage[] {
  return cache === undefined ? [] : [{ folder: cache, megabytes: CACHE_MEGABYTES }];
}

/** A line of shell that sets limits which the process cannot lift. */
function limits({ version }: Worker): string {
  const data = (version.MemorySize + SUDDEN_MEMORY) * 1024;
  // Not every system has a limit of a process's data.
  return `ulimit -c 0; ulimit -n ${MAX_OPEN_FILES}; ulimit -d ${data} 2>/dev/null || :`;
}

/** Writes the bootstrap as JavaScript, which Deno loads faster, and alone in a folder. @returns the folder */
function writeRuntime(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(BOOTSTRAP)) {
    const source = stripTypeScriptTypes(readFileSync(join(BOOTSTRAP, name), "utf8"));
    const script = source.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.mjs"');
    const path = join(folder, name.replace(/ts$/, "mjs"));
    writeFileSync(path, script);
    // Whatever the umask: the process may be another user's.
    chmodSync(path, 0o644);
  }
  chmodSync(folder, 0o755);
  return folder;
}

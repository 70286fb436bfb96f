/**
 * What a function's process may do. Deno's permissions confine it everywhere; where the system gives a process a file
 * system of its own, there is nothing else to be seen in the first place. The process's environment is fixed: the
 * function's variables reach it over standard input, when the permissions are in force.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "./launch.ts";
import { OwnRoot } from "./own_root.ts";
import type { Command } from "./runtime_process.ts";

const BOOTSTRAP = fileURLToPath(new URL("./bootstrap/", import.meta.url));
/** A folder that does not exist, nor can it: Deno would keep `localStorage` and caches of functions there. */
const NO_CACHE = "/dev/null/deno";
/** AWS's limit of open files. */
const MAX_OPEN_FILES = 1024;
/** What a process may have in memory beyond its limit until it is noticed, in megabytes. */
const SUDDEN_MEMORY = 2048;

/** Sets limits that the process cannot lift, and becomes the program. */
const LIMITED =
  `ulimit -c 0; ulimit -n ${MAX_OPEN_FILES}; ulimit -d $1 2>/dev/null; [ -z "$2" ] || ulimit -f $2
shift 2
exec "$@"`;

export class Sandbox {
  #ownRoot: Promise<OwnRoot | undefined> | undefined;
  #runtime: string | undefined;

  /**
   * @param folder for the runtime's files
   * @param useOwnRoot false to do without file systems of their own
   */
  constructor(readonly folder: string, readonly useOwnRoot = true) {}

  /** The command that starts a function's process. */
  async command(worker: Worker): Promise<Command> {
    this.#runtime ??= writeRuntime(join(this.folder, "runtime"));
    if (this.useOwnRoot) this.#ownRoot ??= OwnRoot.find(this.folder);
    const ownRoot = await this.#ownRoot;
    return ownRoot ? this.#ownView(ownRoot, worker) : this.#sharedView(worker);
  }

  #ownView(ownRoot: OwnRoot, worker: Worker): Command {
    const { taskRoot, importMap, tmp, version, variables } = worker;
    const view = {
      taskRoot,
      importMap,
      runtime: this.#runtime!,
      mountPoint: tmp,
      tmpMegabytes: version.EphemeralStorage.Size,
    };
    const flags = denoFlags(worker, "/var/packages.json", "/var/task", "/tmp");
    const { program, args, cwd, env } = ownRoot.command(view, [...flags, "/var/runtime/main.mjs"]);
    return {
      ...limited(worker, program, args),
      cwd,
      env: { ...env, ...fixedEnvironment(variables, "/tmp") },
      input: JSON.stringify({ variables: { ...variables, LAMBDA_TASK_ROOT: "/var/task" } }),
    };
  }

  #sharedView(worker: Worker): Command {
    const { taskRoot, importMap, tmp, version, variables } = worker;
    // Relative, because Deno's lists of paths cannot escape commas.
    const flags = denoFlags(worker, importMap, ".", relative(taskRoot, tmp));
    const main = join(this.#runtime!, "main.mjs");
    return {
      ...limited(worker, Deno.execPath(), [...flags, main], version.EphemeralStorage.Size),
      cwd: taskRoot,
      env: fixedEnvironment(variables, tmp),
      input: JSON.stringify({ variables, tmp }),
      maxStorage: version.EphemeralStorage.Size,
    };
  }
}

/** @param task the folder of the code, @param tmp that of `/tmp`, as Deno's permissions name them */
function denoFlags(
  { version, unreadable, reachable }: Worker,
  importMap: string,
  task: string,
  tmp: string,
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
    "--no-code-cache",
    "--deny-import",
    // With Deno's own search for packages every node_modules folder of the machine could be read.
    "--node-modules-dir=none",
    `--import-map=${importMap}`,
    // As under Node.js, a `.js` file is CommonJS by default.
    "--unstable-detect-cjs",
    // Not the others: Deno reads proxies and file names from them, and asks for no permission then.
    "--allow-env=TZ",
    `--allow-net=${reachable.join(",")}`,
    `--allow-read=${task},${tmp}`,
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
function fixedEnvironment({ LANG = "" }: Worker["variables"], tmp: string): Record<string, string> {
  return {
    DENO_DIR: NO_CACHE,
    DENO_NO_UPDATE_CHECK: "1",
    HOME: "/home/sbx_user1051",
    TMPDIR: tmp,
    TZ: "UTC",
    LANG: /^[a-z]{2,3}(_[A-Z]{2})?(\.UTF-8)?$/.test(LANG) ? LANG : "en_US.UTF-8",
  };
}

/** @param fileMegabytes the largest file that the process may write */
function limited(
  { version }: Worker,
  program: string,
  args: readonly string[],
  fileMegabytes?: number,
): Pick<Command, "program" | "args"> {
  const data = (version.MemorySize + SUDDEN_MEMORY) * 1024;
  // In blocks of 512 bytes.
  const files = fileMegabytes === undefined ? "" : String(fileMegabytes * 2048);
  return { program: "/bin/sh", args: ["-c", LIMITED, "sh", String(data), files, program, ...args] };
}

/** Writes the bootstrap as JavaScript, which Deno loads faster, and alone in a folder. @returns the folder */
function writeRuntime(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(BOOTSTRAP)) {
    const source = stripTypeScriptTypes(readFileSync(join(BOOTSTRAP, name), "utf8"));
    const script = source.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.mjs"');
    writeFileSync(join(folder, name.replace(/ts$/, "mjs")), script, { mode: 0o644 });
  }
  return folder;
}

/**
 * A file system of its own for a function's process, on Linux where root or user namespaces allow it: the process sees
 * Deno, the libraries that Deno needs, the runtime, the function's code and an empty `/tmp` of the configured size, at
 * the paths that AWS has, and nothing else of the machine. It can write to `/tmp` alone, and has no rights over
 * anything.
 */
import { join } from "node:path";
import type { Command } from "./runtime_process.ts";
import { FILES_PER_MEGABYTE } from "./storage_watch.ts";

/** The user of functions on AWS. */
const UID = 993;
const GID = 990;

/** Where Deno is in the process's file system. */
const PROGRAM = "/var/lang/bin/deno";

/** The import map, which names the code's folder `./task/`. */
const PACKAGES = "/var/packages.json";

/** Deno's cache. */
export const CACHE = "/var/cache";

/** Where helpers are found, and all that they get of an environment. */
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * $1 is an empty folder, which becomes the root; $2 the mounts in fstab's format; $3 folders; $4 files to mount on;
 * then the program that enters the root, with its arguments. The list of mounts disappears below the last one.
 */
const SCRIPT = `set -e
root=$1 mounts=$2 folders=$3 files=$4
shift 4
umask 0222
mount -t tmpfs -o size=64k,nr_inodes=256,mode=555 none "$root"
cd "$root"
mkdir -p $folders proc/self
for file in $files; do : > "$file"; done
ln -s ${PROGRAM} proc/self/exe
printf '%s\\n' "$mounts" > tmp/fstab
mount --all --fstab tmp/fstab
umask 022
exec "$@"`;

/** How long a trial may take. */
const TRIAL_MS = 10_000;

let found: Promise<OwnRoot | undefined> | undefined;

export interface View {
  /** The function's code, at `/var/task`. */
  readonly taskRoot: string;
  /** A file, at `/var/packages.json`. */
  readonly importMap: string;
  /** A folder at `/var/cache`, which can be written to. */
  readonly cache: string | undefined;
  /** The runtime's files, at `/var/runtime`. */
  readonly runtime: string;
  /** An empty folder. */
  readonly mountPoint: string;
  /** The size of `/tmp` in megabytes. */
  readonly tmpMegabytes: number;
}

export class OwnRoot {
  private constructor(
    /** How the process comes to its namespaces: arguments of `unshare`. */
    readonly enter: readonly string[],
    /** How it gives up its rights within them: arguments of `unshare`. */
    readonly drop: readonly string[],
    /** The shared libraries that Deno needs. */
    readonly libraries: readonly string[],
  ) {}

  /**
   * Tries once, for this process, whether the system allows it.
   * @param folder a folder to try in
   * @returns undefined where it does not
   */
  static find(folder: string): Promise<OwnRoot | undefined> {
    return found ??= OwnRoot.#find(folder);
  }

  static async #find(folder: string): Promise<OwnRoot | undefined> {
    if (Deno.build.os !== "linux") return undefined;
    const libraries = await librariesOf(Deno.execPath());
    if (!libraries || [folder, ...libraries].some((path) => path.includes("\n"))) return undefined;
    const namespaces = ["--mount", "--ipc", "--propagation", "private"];
    const ways = [
      new OwnRoot(namespaces, [`--setuid=${UID}`, `--setgid=${GID}`], libraries),
      new OwnRoot(
        ["--user", "--map-root-user", ...namespaces],
        ["--user", `--map-user=${UID}`, `--map-group=${GID}`],
        libraries,
      ),
    ];
    for (const way of ways) if (await way.#works(folder)) return way;
    return undefined;
  }

  /**
   * The command that runs Deno with these arguments in the view.
   * @param limits a line of shell that sets limits
   */
  command(
    { taskRoot, importMap, cache, runtime, mountPoint, tmpMegabytes }: View,
    limits: string,
    args: readonly string[],
  ): Command {
    const at = (path: string) => join(mountPoint, path);
    const files = [PROGRAM, PACKAGES, ...this.libraries].map((path) => path.slice(1));
    const bound = (what: string, where: string, mode = "ro") =>
      [what, where, "none", `bind,${mode},nosuid,nodev`] as const;
    const mounts = [
      bound(Deno.execPath(), PROGRAM),
      ...this.libraries.map((path) => bound(path, path)),
      bound(taskRoot, "/var/task"),
      bound(importMap, PACKAGES),
      ...cache === undefined ? [] : [bound(cache, CACHE, "rw")],
      bound(runtime, "/var/runtime"),
      // As many files as AWS's file system of this size has.
      [
        "none",
        "/tmp",
        "tmpfs",
        `size=${tmpMegabytes}m,nr_inodes=${tmpMegabytes * FILES_PER_MEGABYTE},mode=1777,nosuid,nodev`,
      ],
    ];
    const fstab = mounts.map(([what, where, type, options]) =>
      [escaped(what), escaped(at(where)), type, options, "0 0"].join(" ")
    );
    const folders = [
      "tmp",
      "var/task",
      "var/cache",
      "var/runtime",
      ...files.map((file) => file.replace(/\/[^/]*$/, "")),
    ];
    return {
      program: "unshare",
      args: [
        ...this.enter,
        "sh",
        "-c",
        `${limits}\n${SCRIPT}`,
        "sh",
        mountPoint,
        fstab.join("\n"),
        [...new Set(folders)].join(" "),
        files.join(" "),
        "unshare",
        ...this.drop,
        `--root=${mountPoint}`,
        "--wd=/var/task",
        PROGRAM,
        ...args,
      ],
      cwd: "/",
      env: { PATH },
    };
  }

  async #works(folder: string): Promise<boolean> {
    const mountPoint = await Deno.makeTempDir({ dir: folder, prefix: "root-" });
    try {
      const view = {
        taskRoot: mountPoint,
        importMap: Deno.execPath(),
        cache: mountPoint,
        runtime: mountPoint,
        mountPoint,
        tmpMegabytes: 1,
      };
      const { program, args, cwd, env } = this.command(view, ":", ["eval", "--no-config", "--ext=js", "0"]);
      const { success } = await new Deno.Command(program, {
        args: [...args],
        cwd,
        env: { ...env, DENO_DIR: "/none" },
        clearEnv: true,
        stdin: "null",
        stdout: "null",
        stderr: "null",
        signal: AbortSignal.timeout(TRIAL_MS),
      }).output();
      return success;
    } catch {
      return false; // no such program
    } finally {
      await Deno.remove(mountPoint);
    }
  }
}

/** The files that the dynamic linker maps for a program; undefined when `ldd` does not tell. */
async function librariesOf(program: string): Promise<string[] | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("ldd", {
      args: [program],
      env: { PATH },
      clearEnv: true,
      stderr: "null",
    }).output();
    const paths = [...new TextDecoder().decode(stdout).matchAll(/(?:=>|^)\s*(\/\S+) \(0x/gm)].map((
      [, path],
    ) => path!);
    return success && paths.length > 0 ? [...new Set(paths)] : undefined;
  } catch {
    return undefined;
  }
}

/** A path as fstab writes it. */
function escaped(path: string): string {
  return path.replace(/[\s\\#]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

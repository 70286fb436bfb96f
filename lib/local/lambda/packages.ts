/**
 * An import map of the packages in a function's `node_modules` folders, and of the runtime's, by the rules of Node.js ("Modules: Packages").
 * Deno finds packages by itself too, but then it lets the function read what is below every `node_modules` folder of
 * the machine.
 */
import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { extname, join } from "node:path";
import { importsSdk, RUNTIME_PACKAGES } from "./runtime_packages.ts";

/** Those of an `import` in Node.js on Lambda. */
const CONDITIONS = new Set(["node", "import", "module-sync", "node-addons", "default"]);
const MAIN_ENDS = ["", ".js", ".json", ".node", "/index.js", "/index.json", "/index.node"];
const INDEXES = ["index.js", "index.json", "index.node"];

type Specifiers = Record<string, string>;

/** @see https://html.spec.whatwg.org/multipage/webappapis.html#import-maps */
export interface ImportMap {
  /** Addresses of the runtime's packages, for functions that import them; the function's own are in its scopes. */
  readonly imports?: Specifiers;
  /** By the folder that imports: addresses by specifier. All are relative to the map's own place. */
  readonly scopes: Readonly<Record<string, Specifiers>>;
}

interface Manifest {
  readonly name?: unknown;
  readonly main?: unknown;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

/**
 * The import map of a folder.
 * @param name how the folder is called beside the import map
 * @param runtime how the folder of the runtime's packages is called there
 */
export async function importMapOf(folder: string, name: string, runtime: string): Promise<ImportMap> {
  const files = (await filesIn(folder)).map((path) => path.slice(folder.length + 1));
  const scopes: Record<string, Specifiers> = {};
  const scopeOf = (path: string) => scopes[`./${name}/${path ? `${path}/` : ""}`] ??= {};
  for (const home of packageFolders(files)) {
    const start = home && `${home}/`;
    const own = files.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
    const manifest = own.includes("package.json")
      ? await readManifest(join(folder, home, "package.json"))
      : {};
    const address = (path: string) => `./${name}/${start}${path}`;
    const add = (scope: string, found: Specifiers) => {
      for (const [specifier, path] of Object.entries(found)) scopeOf(scope)[specifier] = address(path);
    };
    add(home, targetsOf(manifest.imports, "", own));
    if (manifest.exports && typeof manifest.name === "string") {
      add(home, specifiersOf(manifest.name, manifest, own));
    }
    const place = home.match(/^(?:(.*)\/)?node_modules\/((?:@[^/]+\/)?[^/]+)$/);
    if (place && !isBuiltin(place[2]!)) add(place[1] ?? "", specifiersOf(place[2]!, manifest, own));
  }
  if (!await someImportsSdk(folder, files)) return { scopes };
  return {
    imports: Object.fromEntries(RUNTIME_PACKAGES.map((name) => [name, `./${runtime}/${name}/index.mjs`])),
    scopes,
  };
}

/** Whether the function's own code, and not that of its packages, imports AWS's SDK. */
async function someImportsSdk(folder: string, files: readonly string[]): Promise<boolean> {
  for (const path of files) {
    if (path.includes("node_modules/") || ![".js", ".mjs", ".cjs"].includes(extname(path))) continue;
    if (importsSdk(await readFile(join(folder, path), "utf8"))) return true;
  }
  return false;
}

/** Absolute paths of all files below a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
  return (await Promise.all(found)).flat();
}

/** The folder itself, and every package in a `node_modules`. */
function packageFolders(files: readonly string[]): Set<string> {
  const inner = files.flatMap((path) =>
    [...path.matchAll(/(?<=^|\/)node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/g)]
      .map(({ index, 0: found }) => path.slice(0, index + found.length))
  );
  return new Set(["", ...inner]);
}

async function readManifest(path: string): Promise<Manifest> {
  try {
    return Object(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return {}; // the import fails, with the package's name
  }
}

/** A package's files by the specifiers that import them. */
function specifiersOf(name: string, { exports, main }: Manifest, files: readonly string[]): Specifiers {
  if (exports !== undefined && exports !== null) {
    const isMap = typeof exports === "object" && !Array.isArray(exports) &&
      Object.keys(exports).some((key) => key.startsWith("."));
    const targets = targetsOf(isMap ? exports : { ".": exports }, ".", files);
    return Object.fromEntries(Object.entries(targets).map(([key, path]) => [name + key.slice(1), path]));
  }
  const named = typeof main === "string" ? MAIN_ENDS.map((end) => join(main, ".") + end) : [];
  const file = [...named, ...INDEXES].find((path) => files.includes(path));
  return { ...file === undefined ? {} : { [name]: file }, [`${name}/`]: "" };
}

/**
 * The files that a package's `exports` or `imports` lead to, patterns written out.
 * @param start with what the keys begin
 */
function targetsOf(map: unknown, start: string, files: readonly string[]): Specifiers {
  const targets: Specifiers = {};
  // A longer pattern is the more particular one, and a key without a pattern wins.
  const length = (key: string) => key.includes("*") ? key.indexOf("*") : Infinity;
  const entries = Object.entries(Object(map)).filter(([key]) => key.startsWith(start))
    .toSorted(([a], [b]) => length(a) - length(b));
  for (const [key, choices] of entries) {
    const target = choose(choices)?.replace(/^\.\//, "");
    if (!key.includes("*")) {
      if (target === undefined) delete targets[key];
      else targets[key] = target;
      continue;
    }
    const [before = "", after = ""] = key.split("*");
    if (target === undefined) {
      for (const known of Object.keys(targets)) {
        if (known.startsWith(before) && known.endsWith(after)) delete targets[known];
      }
      continue;
    }
    const [head = "", tail = ""] = target.split("*");
    for (const file of files) {
      if (file.length < head.length + tail.length || !file.startsWith(head) || !file.endsWith(tail)) continue;
      targets[before + file.slice(head.length, file.length - tail.length) + after] = file;
    }
  }
  return targets;
}

/** The first target whose conditions hold. */
function choose(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return target.map(choose).find((chosen) => chosen !== undefined);
  return Object.entries(Object(target)).filter(([condition]) => CONDITIONS.has(condition))
    .map(([, value]) => choose(value)).find((chosen) => chosen !== undefined);
}

/**
 * An import map of the packages in a function's `node_modules` folders, and of the runtime's, by the rules of Node.js ("Modules: Packages").
 * Deno finds packages by itself too, but then it lets the function read what is below every `node_modules` folder of
 * the machine.
 */
import { readFile, stat } from "node:fs/promises";
import { builtinModules, isBuiltin } from "node:module";
import { extname, join } from "node:path";
import { unsupported } from "../errors.ts";
import { turn } from "../turn.ts";
import { FileTree } from "./file_tree.ts";
import { importsSdk, RUNTIME_PACKAGES } from "./runtime_packages.ts";

/** Those of an `import` in Node.js on Lambda. */
const CONDITIONS = new Set(["node", "import", "module-sync", "node-addons", "default"]);
const MAIN_ENDS = ["", ".js", ".json", ".node", "/index.js", "/index.json", "/index.node"];
const INDEXES = ["index.js", "index.json", "index.node"];

/** `fs` is `node:fs`. */
const BUILTINS = Object.fromEntries(
  builtinModules.filter((name) => !name.startsWith("node:")).map((name) => [name, `node:${name}`]),
);

/** Manifests of packages in use have some kilobytes; to read this much takes 20 ms. */
const MAX_MANIFEST_BYTES = 2 ** 20;
/** Code of a larger file is a bundle, which has the SDK in it. */
const MAX_SOURCE_BYTES = 4 * 2 ** 20;
/** How deep the conditions of a target may be nested. */
const MAX_CONDITIONS = 100;
/** npm's limit of a package's name. */
const MAX_NAME = 214;
/** How many characters an import map may have; those of real packages have some ten thousands. */
const MAX_CHARACTERS = 8_000_000;
/** To compare a file with a pattern counts as so many. */
const COMPARED = 16;
/** How many characters are worked on before other work has its turn. */
const CHARACTERS_AT_ONCE = 200_000;

type Specifiers = ReadonlyMap<string, string>;

/** The files of one package. */
interface Files {
  has(path: string): boolean;
  all(): readonly string[];
  /** Counts characters of the import map, and lets other work have its turn. @throws AwsError when they are too many */
  spend(characters: number): Promise<void> | undefined;
}

/** @see https://html.spec.whatwg.org/multipage/webappapis.html#import-maps */
export interface ImportMap {
  /**
   * Addresses of Node.js's modules, and of the runtime's packages for functions that import them; the function's own are in
   * its scopes.
   */
  readonly imports: Readonly<Record<string, string>>;
  /** By the folder that imports: addresses by specifier. All are relative to the map's own place. */
  readonly scopes: Readonly<Record<string, Record<string, string>>>;
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
 * @throws AwsError when the packages' patterns lead to too many files
 */
export async function importMapOf(folder: string, name: string, runtime: string): Promise<ImportMap> {
  const tree = await FileTree.read(folder);
  const scopes: Record<string, Record<string, string>> = {};
  const scopeOf = (path: string) => scopes[`./${name}/${path}`] ??= {};
  let [spent, sinceTurn] = [0, 0];
  const spend = (characters: number) => {
    spent += characters;
    sinceTurn += characters;
    if (spent > MAX_CHARACTERS) {
      throw unsupported("packages whose exports lead to so many files by so many specifiers");
    }
    if (sinceTurn < CHARACTERS_AT_ONCE) return;
    sinceTurn = 0;
    return turn();
  };
  for (const home of tree.packages()) {
    let all: string[] | undefined;
    const own: Files = {
      has: (path) => tree.has(home + path),
      all: () => all ??= [...tree.below(home)],
      spend,
    };
    const manifest = own.has("package.json") ? await readManifest(join(folder, home, "package.json")) : {};
    const address = (path: string) => `./${name}/${home}${path}`;
    const add = async (scope: string, found: Specifiers) => {
      for (const [specifier, path] of found) {
        await spend(specifier.length + home.length + path.length);
        scopeOf(scope)[specifier] = address(path);
      }
    };
    await add(home, await targetsOf(manifest.imports, "", own));
    if (manifest.exports && typeof manifest.name === "string" && manifest.name.length <= MAX_NAME) {
      await add(home, await specifiersOf(manifest.name, manifest, own));
    }
    const place = home.match(/^(.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\/$/);
    if (place && !isBuiltin(place[2]!)) {
      await add(place[1] ?? "", await specifiersOf(place[2]!, manifest, own));
    }
  }
  const packages = await someImportsSdk(folder, tree) ? RUNTIME_PACKAGES : [];
  const addresses = packages.map((name) => [name, `./${runtime}/${name}/index.mjs`]);
  return { imports: { ...BUILTINS, ...Object.fromEntries(addresses) }, scopes };
}

/** Whether the function's own code, and not that of its packages, imports AWS's SDK. */
async function someImportsSdk(folder: string, tree: FileTree): Promise<boolean> {
  for (const path of tree.below("")) {
    if (path.includes("node_modules/") || ![".js", ".mjs", ".cjs"].includes(extname(path))) continue;
    if ((await stat(join(folder, path))).size > MAX_SOURCE_BYTES) continue;
    if (importsSdk(await readFile(join(folder, path), "utf8"))) return true;
  }
  return false;
}

/** The manifest of a package, `{}` for one that cannot be read: the import fails, with the package's name. */
async function readManifest(path: string): Promise<Manifest> {
  try {
    const { size } = await stat(path);
    return size > MAX_MANIFEST_BYTES ? {} : Object(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return {};
  }
}

/** A package's files by the specifiers that import them. */
async function specifiersOf(name: string, { exports, main }: Manifest, files: Files): Promise<Specifiers> {
  if (exports !== undefined && exports !== null) {
    const isMap = typeof exports === "object" && !Array.isArray(exports) &&
      Object.keys(exports).some((key) => key.startsWith("."));
    const targets = await targetsOf(isMap ? exports : { ".": exports }, ".", files);
    return new Map([...targets].map(([key, path]) => [name + key.slice(1), path]));
  }
  const named = typeof main === "string" ? MAIN_ENDS.map((end) => join(main, ".") + end) : [];
  const file = [...named, ...INDEXES].find((path) => files.has(path));
  return new Map([...file === undefined ? [] : [[name, file] as const], [`${name}/`, ""]]);
}

/**
 * The files that a package's `exports` or `imports` lead to, patterns written out.
 * @param start with what the keys begin
 */
async function targetsOf(map: unknown, start: string, files: Files): Promise<Specifiers> {
  const targets = new Map<string, string>();
  // A longer pattern is the more particular one, and a key without a pattern wins.
  const length = (key: string) => key.includes("*") ? key.indexOf("*") : Infinity;
  const entries = Object.entries(Object(map)).filter(([key]) => key.startsWith(start))
    .toSorted(([a], [b]) => length(a) - length(b));
  for (const [key, choices] of entries) {
    const target = choose(choices)?.replace(/^\.\//, "");
    if (!key.includes("*")) {
      if (target === undefined) targets.delete(key);
      else targets.set(key, target);
      continue;
    }
    const [before = "", after = ""] = key.split("*");
    if (target === undefined) {
      for (const known of targets.keys()) {
        await files.spend(COMPARED);
        if (known.startsWith(before) && known.endsWith(after)) targets.delete(known);
      }
      continue;
    }
    const [head = "", tail = ""] = target.split("*");
    for (const file of files.all()) {
      await files.spend(COMPARED);
      if (file.length < head.length + tail.length || !file.startsWith(head) || !file.endsWith(tail)) continue;
      await files.spend(before.length + file.length + after.length);
      targets.set(before + file.slice(head.length, file.length - tail.length) + after, file);
    }
  }
  return targets;
}

/** The first target whose conditions hold. */
function choose(target: unknown, depth = 0): string | undefined {
  if (typeof target === "string") return target;
  if (depth === MAX_CONDITIONS) return undefined;
  const choices = Array.isArray(target)
    ? target
    : Object.entries(Object(target)).filter(([condition]) => CONDITIONS.has(condition)).map(([, value]) =>
      value
    );
  for (const choice of choices) {
    const chosen = choose(choice, depth + 1);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

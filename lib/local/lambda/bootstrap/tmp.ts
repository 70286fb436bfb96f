/**
 * Gives a function its own `/tmp`. Environments share this machine's file system, so the functions of `node:fs` are
 * wrapped to map `/tmp/x` to `x` in the environment's folder. The real `/tmp` cannot be reached.
 */
import fs from "node:fs";
import { registerHooks } from "node:module";

type Functions = Record<string, unknown>;

/** Functions whose second argument is a path too. */
const TWO_PATHS = new Set(
  ["rename", "copyFile", "link", "symlink", "cp"].flatMap((name) => [name, `${name}Sync`]),
);

/** The global symbol under which the generated modules find `node:fs`. */
const SHARED = "scones.fs";

/**
 * @param own absolute path of the folder that replaces `/tmp`
 * @param taskRoot the function's code, which may itself be below this machine's `/tmp`
 */
export function mapTmp(own: string, taskRoot: string): void {
  const map = (path: unknown): unknown => {
    const text = path instanceof URL && path.protocol === "file:" ? decodeURIComponent(path.pathname) : path;
    if (typeof text !== "string" || !/^\/tmp(\/|$)/.test(text)) return path;
    return text.startsWith(own) || text.startsWith(taskRoot) ? path : own + text.slice(4);
  };
  wrap(fs as unknown as Functions, map);
  wrap(fs.promises as unknown as Functions, map);
  Object.defineProperty(globalThis, Symbol.for(SHARED), { value: fs });
  // `require` sees the wrapped functions. An ES module's named imports would not: they get a generated module.
  const modules: Record<string, string> = {
    "fs": moduleOf(fs, ""),
    "fs/promises": moduleOf(fs.promises, ".promises"),
  };
  registerHooks({
    resolve(specifier, context, next) {
      const url = modules[specifier.replace(/^node:/, "")];
      return url && context.conditions.includes("import") && context.parentURL?.startsWith("file:")
        ? { url, format: "module", shortCircuit: true }
        : next(specifier, context);
    },
  });
}

/** Replaces a module's functions (not its classes) by ones that map their paths. */
function wrap(module: Functions, map: (path: unknown) => unknown): void {
  for (const [name, original] of Object.entries(module)) {
    if (typeof original !== "function" || !/^[a-z]/.test(name)) continue;
    const second = TWO_PATHS.has(name);
    const wrapped = (first: unknown, ...rest: unknown[]) => {
      if (second && rest.length > 0) rest[0] = map(rest[0]);
      return original.call(module, map(first), ...rest);
    };
    // Keeps `realpath.native`, `util.promisify`'s symbol and the like.
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
    module[name] = wrapped;
  }
}

function moduleOf(module: object, path: string): string {
  const names = Object.keys(module).filter((name) => name !== "default");
  const source = `const m=globalThis[Symbol.for("${SHARED}")]${path};export default m;` +
    names.map((name) => `export const ${name}=m.${name};`).join("");
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

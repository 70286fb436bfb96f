/**
 * The environment variables that a function sees: an object of this program. The process's own environment is fixed,
 * and the function may not change it, because Deno reads proxies, certificates and file names from there without
 * asking for a permission. `TZ` is the one exception, for dates.
 */
import fs from "node:fs";
import { registerHooks } from "node:module";
import process from "node:process";
import { parseEnv } from "node:util";

type Variables = Record<string, string | undefined>;

/** The process's own environment, of which only `TZ` may be read and written. */
const own = Deno.env;

/** The global symbol under which the generated module finds the variables. */
const SHARED = "scones.env";

/** `import { env } from "node:process"` gets what `process.env` is. */
const PROCESS_MODULE = 'export * from "node:process";export { default } from "node:process";' +
  `export const env=globalThis[Symbol.for("${SHARED}")];`;

/** Puts the variables in the place of `process.env` and `Deno.env`. */
export function setVariables(given: Readonly<Record<string, string>>): Variables {
  const variables = nodeEnvironment(given);
  process.env = variables;
  process.loadEnvFile = (path: string | URL | Uint8Array = ".env") => {
    const loaded = Object.entries(parseEnv(fs.readFileSync(path as string, "utf8")));
    for (const [name, value] of loaded) if (!Object.hasOwn(variables, name)) variables[name] = value;
  };
  const denoEnv = {
    get: (name: string) => Object.hasOwn(variables, name) ? variables[name] : undefined,
    set: (name: string, value: string) => void (variables[name] = value),
    has: (name: string) => Object.hasOwn(variables, name),
    delete: (name: string) => void delete variables[name],
    toObject: () => ({ ...variables }),
  };
  Object.defineProperty(Deno, "env", { value: denoEnv, enumerable: true, configurable: true });
  Object.defineProperty(globalThis, Symbol.for(SHARED), { value: variables });
  const url = `data:text/javascript,${encodeURIComponent(PROCESS_MODULE)}`;
  registerHooks({
    resolve: (specifier, context, next) =>
      /^(node:)?process$/.test(specifier) && context.conditions.includes("import") &&
        context.parentURL?.startsWith("file:")
        ? { url, format: "module", shortCircuit: true }
        : next(specifier, context),
  });
  return variables;
}

/** An object like Node's `process.env`: every value is text. */
function nodeEnvironment(given: Readonly<Record<string, string>>): Variables {
  const defineProperty = (target: Variables, name: string | symbol, { value }: PropertyDescriptor) => {
    if (typeof name === "symbol" || typeof value === "symbol") {
      throw new TypeError("Cannot convert a Symbol value to a string");
    }
    const text = String(value);
    if (name === "TZ") setTimeZone(text);
    return Reflect.defineProperty(target, name, {
      value: text,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  };
  const variables = new Proxy<Variables>({}, {
    defineProperty,
    set: (target, name, value) => defineProperty(target, name, { value }),
    deleteProperty(target, name) {
      if (name === "TZ") setTimeZone("UTC");
      return Reflect.deleteProperty(target, name);
    },
  });
  return Object.assign(variables, given);
}

/** Node.js understands the leading colon of POSIX, as in Lambda's default `:UTC`. */
function setTimeZone(zone: string): void {
  own.set("TZ", zone.replace(/^:/, ""));
}

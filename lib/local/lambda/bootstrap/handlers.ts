/** Finds a function's handler by Lambda's rules. */
import { existsSync, readFileSync, statSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters, types } from "node:util";
import { handed } from "./handed.ts";

export type Callback = (error: unknown, result?: unknown) => void;
export type Handler = (event: unknown, context: object, callback?: Callback) => unknown;

const taskRoot = handed.variables["LAMBDA_TASK_ROOT"]!;
const runtimeDir = import.meta.dirname!;

/** An error with one of Lambda's names (`Runtime.…`). @param about the error it replaces, whose stack it keeps */
export class RuntimeError extends Error {
  constructor(name: string, message: string, about?: unknown) {
    super(message);
    this.name = name;
    if (about instanceof Error && about.stack) this.stack = about.stack;
  }
}

/** Replaces local paths in a text by those that the function would have on AWS. */
export function shown(text: string): string {
  const named = handed.packages ? text.replaceAll(handed.packages, "/var/runtime/node_modules") : text;
  return named.replaceAll(taskRoot, "/var/task").replaceAll(runtimeDir, "/var/runtime");
}

/** Lets `require` look for packages below the task root, then among the runtime's: elsewhere nothing may be read. */
export function confineRequire(): void {
  const module = Module as unknown as { _nodeModulePaths(from: string): string[] };
  const pathsOf = module._nodeModulePaths;
  module._nodeModulePaths = (from) => [
    ...pathsOf(from).filter((path) => path.startsWith(`${taskRoot}/`)),
    ...handed.packages ? [handed.packages] : [],
  ];
}

/** Loads a module. Lambda looks for the name as it is, then with `.js`, `.mjs` and `.cjs`. */
async function loadModule(name: string): Promise<Record<string, unknown>> {
  const path = join(taskRoot, name);
  const file = ["", ".js", ".mjs", ".cjs"].map((extension) => path + extension).find(isFile);
  if (!file) {
    throw Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /var/runtime/index.mjs`), {
      code: "MODULE_NOT_FOUND",
    });
  }
  if (file.endsWith(".mjs") || (file.endsWith(".js") && isModulePackage(dirname(file)))) {
    return await import(pathToFileURL(file).href);
  }
  const loaded = createRequire(file)(file);
  if (types.isModuleNamespaceObject(loaded)) {
    // Deno detects ES modules in `.js` files; Lambda's Node.js has this detection switched off.
    throw new SyntaxError("Unexpected token 'export'");
  }
  return loaded;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Whether the nearest package.json says `"type": "module"`. */
function isModulePackage(folder: string): boolean {
  const file = join(folder, "package.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).type === "module";
  return folder !== taskRoot && isModulePackage(dirname(folder));
}

/**
 * @param name `folder/file.export`, relative to the task root
 * @throws RuntimeError with Lambda's name for the error, or what the module threw
 */
export async function loadHandler(name: string): Promise<Handler> {
  const parts = name.match(/^(.*?)([^/]*?)\.([^/]+)$/);
  if (name.includes("..")) {
    throw new RuntimeError(
      "Runtime.MalformedHandlerName",
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  if (!parts?.[2]) throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  const [, folder, file, path] = parts as unknown as [string, string, string, string];
  let found: unknown;
  try {
    found = await loadModule(folder + file);
  } catch (error) {
    throw loadFailure(error);
  }
  for (const key of path.split(".")) found = (found as Record<string, unknown> | undefined)?.[key];
  if (found === undefined) {
    throw new RuntimeError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new RuntimeError("Runtime.HandlerNotFound", `${name} is not a function`);
  }
  return found as Handler;
}

function loadFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as Error & { code?: string };
  const denied = error.message.match(/^Requires read access to "?([^",]+)"?/)?.[1];
  // Deno's message names its permission; on AWS the file's mode forbids reading.
  if (denied?.startsWith(taskRoot)) return new Error(`EACCES: permission denied, open '${shown(denied)}'`);
  // Deno reports a syntax error as a module that could not be loaded.
  const syntax = error instanceof SyntaxError ? String(error) : error.message.match(/^SyntaxError: .*/s)?.[0];
  if (syntax) return new RuntimeError("Runtime.UserCodeSyntaxError", syntax, error);
  if (code === "MODULE_NOT_FOUND") {
    return new RuntimeError("Runtime.ImportModuleError", withAdvice(String(error)), error);
  }
  if (code === "ERR_MODULE_NOT_FOUND") {
    return Object.assign(new Error(withAdvice(nodeMessage(error.message))), { code });
  }
  return error;
}

/** AWS's runtimes have all of the SDK, this one only the clients of the services that are here. */
function withAdvice(message: string): string {
  if (!/'@(aws-sdk|smithy)\//.test(message)) return message;
  return `${message}\nThe local AWS's runtime has the SDK's clients for its own services only. Bundle this package.`;
}

/** Deno's message for a missing import, reworded as Node.js words it. */
function nodeMessage(message: string): string {
  const text = stripVTControlCharacters(message);
  const from = text.match(/ at file:\/\/(.+?):\d+:\d+\s*$/)?.[1];
  const file = text.match(/^Module not found "file:\/\/([^"]+)"/)?.[1];
  const name = text.match(/^(?:Import|Cannot find package) ["']([^"']+)["']/)?.[1];
  const what = file ? `Cannot find module '${file}'` : name ? `Cannot find package '${name}'` : text;
  return from ? `${what} imported from ${from}` : what;
}

/**
 * Evaluates JSONata in a JavaScript context of its own. The npm library evaluates with promises, and the context runs
 * them to an end within one call, so an evaluation is as synchronous as that of a path. The context has nothing but the
 * language's own objects: no Deno, no timers, no code from strings. Expressions have the state's limit of work, and what
 * cannot be counted (regular expressions) is cut off by time.
 */
import { Buffer } from "node:buffer";
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Context, createContext, Script } from "node:vm";
import { type Failure, type Globals, inside, type Inspection, type Request } from "./inside.ts";

/** How long an evaluation may take, and the parsing of all expressions of a definition, in milliseconds. */
const EVALUATION_LIMIT_MS = 70, PARSING_LIMIT_MS = 50;
/** An evaluation that other processes held up is made again with more time, up to so many times the limit. */
const MOST_HELD_UP = 8;

const HASHES = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

const host = {
  hash(text: string, algorithm: string): string | undefined {
    if (!HASHES.includes(algorithm)) return undefined;
    return createHash(algorithm.replace("-", "").toLowerCase()).update(text).digest("hex");
  },
  uuid: () => randomUUID(),
  btoa: (text: string) => Buffer.from(text, "binary").toString("base64"),
  atob: (text: string) => Buffer.from(text, "base64").toString("binary"),
};

const LIBRARY = readFileSync(fileURLToPath(import.meta.resolve("jsonata")), "utf8");
// The library takes the context for a browser, where `window` has its functions for Base64.
const PREPARATION = new Script(`
  const window = (({ btoa, atob }) => ({ btoa: (text) => btoa(text), atob: (text) => atob(text) }))(host);
  ${LIBRARY};
  const { jsonata } = window;
  (${inside})(host);
  const { fill, inspect } = globals;
  for (const name of ["host", "WebAssembly", "console"]) delete globalThis[name];
`);
const FILL = new Script("fill()"), INSPECT = new Script("inspect()");

// An evaluation that is cut off can leave a promise rejected that nobody awaits any more. It belongs to a context that is
// given up, and must not end the process. Promises of contexts are no instances of this one's.
addEventListener("unhandledrejection", (event) => {
  if (!(event.promise instanceof Promise)) event.preventDefault();
});

export interface Answer {
  /** JSON text of the filled template. */
  readonly text?: string;
  readonly failure?: Failure;
  /** Units of work spent. */
  readonly spent: number;
}

let context: { context: Context; globals: Globals } | undefined;

/** Evaluates all expressions of a template. */
export function fill(request: Request): Answer {
  const { answer, failure, spent, isCut, at } = run(FILL, request, EVALUATION_LIMIT_MS);
  if (isCut) return { failure: { ...JSON.parse(at!), kind: "work" }, spent: request.limit };
  return { text: answer, failure: failure === undefined ? undefined : JSON.parse(failure), spent };
}

/** Parses expressions; undefined when that takes too long. */
export function inspect(expressions: readonly string[]): Inspection[] | undefined {
  const { answer, isCut } = run(INSPECT, expressions, PARSING_LIMIT_MS);
  return isCut ? undefined : JSON.parse(answer!);
}

/** @param limit in milliseconds of this thread's time on a processor, once the first attempt was held up */
function run(
  script: Script,
  request: Globals["request"],
  limit: number,
): Globals & { isCut?: boolean } {
  let used = 0;
  for (let timeout = limit;; timeout *= 2) {
    context ??= made();
    const { globals } = context;
    Object.assign(globals, { request, answer: undefined, failure: undefined, spent: 0 });
    const before = process.threadCpuUsage();
    try {
      script.runInContext(context.context, { timeout });
      return globals;
    } catch (error) {
      // What was cut off may have left anything behind.
      context = undefined;
      if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      const { user, system } = process.threadCpuUsage(before);
      used += (user + system) / 1000;
      const wasHeldUp = used < limit / 2;
      if (!wasHeldUp || timeout > MOST_HELD_UP * limit) return { ...globals, isCut: true };
    }
  }
}

function made(): { context: Context; globals: Globals } {
  const globals: Globals = Object.assign(Object.create(null), { spent: 0 });
  const sandbox = Object.assign(Object.create(null), { globals, host });
  const context = createContext(sandbox, {
    microtaskMode: "afterEvaluate",
    codeGeneration: { strings: false, wasm: false },
  });
  PREPARATION.runInContext(context);
  return { context, globals };
}

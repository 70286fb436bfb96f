/**
 * A JavaScript context of its own for JSONata: it has the language's own objects and nothing else, no Deno, no timers, no
 * code from strings. The npm library evaluates with promises, and the context runs them to an end within one call, so an
 * evaluation is as synchronous as that of a path.
 */
import { Buffer } from "node:buffer";
import { createHash, randomUUID } from "node:crypto";
import { createContext, Script } from "node:vm";
import { type Globals, inside, type Request } from "./inside.ts";
import { confinedLibrary } from "./library.ts";

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

// The library takes the context for a browser, where `window` has its functions for Base64.
const PREPARATION = (library: string) => `
  const window = (({ btoa, atob }) => ({ btoa: (text) => btoa(text), atob: (text) => atob(text) }))(host);
  ${library};
  const { jsonata } = window;
  (${inside})(host);
  const { fill, inspect } = globals;
  for (const name of ["host", "WebAssembly", "console"]) delete globalThis[name];
`;

export class Sandbox {
  readonly #globals: Globals = Object.assign(Object.create(null), { spent: 0 });
  readonly #context = createContext(Object.assign(Object.create(null), { globals: this.#globals, host }), {
    microtaskMode: "afterEvaluate",
    codeGeneration: { strings: false, wasm: false },
  });
  readonly #fill = new Script("fill()");
  readonly #inspect = new Script("inspect()");

  constructor() {
    new Script(PREPARATION(confinedLibrary())).runInContext(this.#context);
  }

  /** Evaluates all expressions of a template. */
  fill(request: Request): Pick<Globals, "answer" | "failure" | "spent"> {
    return this.#run(this.#fill, request);
  }

  /** Parses expressions. */
  inspect(expressions: readonly string[]): Pick<Globals, "answer" | "failure" | "spent"> {
    return this.#run(this.#inspect, expressions);
  }

  /** Texts and numbers go in: an object of this side would lead to this side's functions. */
  #run(script: Script, request: Request | readonly string[]) {
    const globals = Object.assign(this.#globals, {
      request: JSON.stringify(request),
      answer: undefined,
      failure: undefined,
      spent: 0,
    });
    script.runInContext(this.#context);
    const { answer, failure, spent } = globals;
    return { answer, failure, spent };
  }
}

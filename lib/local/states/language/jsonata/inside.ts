/**
 * The part of JSONata's evaluation that runs inside the context of `sandbox.ts`: its text is evaluated there, so it
 * refers to nothing of this module. Only texts and numbers pass between the two sides.
 */

/** What the host asks for, in the context's global `request`. */
export interface Request {
  /** JSON text of the template: any JSON in which strings like `{% … %}` are expressions. */
  readonly template: string;
  /** The field's name, for errors: `Arguments`. */
  readonly field: string;
  /** The members of `$states` as JSON texts. */
  readonly states: Readonly<Record<string, string>>;
  /** The variables as JSON texts. */
  readonly variables: Readonly<Record<string, string>>;
  /** Units of work that may be spent. */
  readonly limit: number;
}

/** Why an expression has no value. */
export interface Failure {
  /** Where it is: `Arguments/Payload/items[0]`. */
  readonly field: string;
  readonly expression: string;
  /**
   * `undefined`: it evaluated to nothing; `unsupported`: to what is no JSON; `work`: it takes too long; `error`: it threw
   * one.
   */
  readonly kind: "undefined" | "unsupported" | "work" | "error";
  /** JSONata's code and message. */
  readonly message?: string;
}

/** What the text of an expression says. */
export interface Inspection {
  /** Why it is no expression. */
  readonly error?: string;
  /** The variables that it reads and does not bind itself, in the order of their first use, without `$`. */
  readonly variables?: readonly string[];
  /** The members of `$states` that it reads. */
  readonly states?: readonly string[];
  /** Names that it looks for in its context, which has nothing, `$` and `$$`. */
  readonly outside?: readonly string[];
}

/** The context's globals. */
export interface Globals {
  /** JSON text of a Request, or of the expressions to inspect. */
  request?: string;
  /** JSON text of the filled template, or of what `inspect` found. */
  answer?: string;
  /** JSON text of the failure. */
  failure?: string;
  /** Units of work spent. */
  spent: number;
}

/** The global functions that the host calls. */
export interface Inside {
  fill(): void;
  inspect(): void;
}

/** What the inside needs from the host: texts in, texts out. */
export interface Host {
  /** @returns the digest in hexadecimal; undefined for an unknown algorithm */
  hash(text: string, algorithm: string): string | undefined;
  uuid(): string;
}

interface Frame {
  lookup(name: string | symbol): { [implementationOf]: (...args: unknown[]) => unknown } | undefined;
}

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly [member: string]: unknown;
}

interface Compiled {
  evaluate(input: unknown, bindings: object): Promise<unknown>;
  assign(name: string | symbol, value: unknown): void;
  registerFunction(name: string, implementation: unknown, signature?: string): void;
  ast(): Node;
}

/** See library.ts. */
declare const lambdaMark: unique symbol, functionMark: unique symbol, implementationOf: unique symbol;
declare const jsonata: (text: string) => Compiled;
declare const globals: Globals & Partial<Inside>;

export function inside(host: Host): void {
  "use strict"; // a function that is called without an object has no `this`, instead of the context's global object
  /** Evaluating a node takes about as long as looking at 100 values. */
  const NODE = 100, CHARACTERS_PER_UNIT = 8;
  /** Compiled expressions are kept until their texts have this length together. */
  const KEPT_TEXTS = 1_000_000;
  /** AWS's limits, as measured with TestState: levels of nesting, and the bytes of one value (8 for each item). */
  const DEPTH_LIMIT = 100, MEMORY_LIMIT = 873_782 * 8;
  const ENTRY = Symbol.for("jsonata.__evaluate_entry"), EXIT = Symbol.for("jsonata.__evaluate_exit");
  /** Parts of a node that are evaluated for each value that the rest selects. */
  const NESTED = ["predicate", "stages", "group", "terms", "pattern", "update", "delete"];
  const TOO_MUCH = { work: true };
  const LARGE = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
  const DEEP = "Stack overflow error: Check for non-terminating recursive function.  " +
    "Consider rewriting as tail-recursive.";
  const compiled = new Map<string, Compiled>();
  /** All functions: they are no variables. */
  let names = new Set<string>();
  let kept = 0, limit = 0, depth = 0, allowed = 0;

  // A member that JSON does not have must not be found on a prototype.
  for (const { prototype } of [Object, Array, String, Number, Boolean, RegExp, Promise, Map, Symbol, Error]) {
    for (const name of Reflect.ownKeys(prototype)) {
      const isNeeded = prototype !== Object.prototype ||
        ["hasOwnProperty", "isPrototypeOf", "toString", "valueOf"].includes(String(name));
      if (name === "constructor" || !isNeeded) Reflect.deleteProperty(prototype, name);
    }
  }

  const spend = (units: number) => {
    globals.spent += units;
    if (globals.spent > limit) throw TOO_MUCH;
  };

  /** Spends the work of reading a value once. */
  const weigh = (value: unknown): void => {
    spend(1);
    if (typeof value === "string") spend(value.length / CHARACTERS_PER_UNIT);
    else if (Array.isArray(value)) value.forEach(weigh);
    else if (isData(value)) {
      for (const [name, member] of Object.entries(value)) {
        spend(name.length / CHARACTERS_PER_UNIT);
        weigh(member);
      }
    }
  };

  const isFunction = (value: unknown): boolean =>
    typeof value === "function" ||
    (typeof value === "object" && value !== null &&
      (lambdaMark in value || functionMark in value));

  const isData = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !isFunction(value) && !(value instanceof RegExp);

  /** The time of JSONata's own functions is at most linear in the size of their arguments. */
  const weighFunctions = (frame: Frame) => {
    const weighed =
      "sum count max min average string substring substringBefore substringAfter lowercase uppercase " +
      "length trim pad match contains replace split join formatNumber formatBase formatInteger parseInteger number " +
      "map zip filter single reduce sift keys lookup append spread merge reverse each sort shuffle distinct " +
      "base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone";
    names = new Set(
      `${weighed} $ now millis floor ceil round abs sqrt power boolean not exists error assert type eval`
        .split(" "),
    );
    for (const [name] of FUNCTIONS) names.add(name);
    for (const name of weighed.split(" ")) {
      const known = frame.lookup(name)!;
      const implementation = known[implementationOf];
      const wrapper = function (this: unknown, ...args: unknown[]) {
        args.forEach(weigh);
        if (name === "pad" && typeof args[1] === "number") spend(Math.abs(args[1]));
        const result = implementation.apply(this, args);
        if (name === "join" && typeof result === "string") spend(result.length / CHARACTERS_PER_UNIT);
        return result;
      };
      // JSONata passes as many arguments to a function as it has parameters.
      known[implementationOf] = Object.defineProperty(wrapper, "length", { value: implementation.length });
    }
  };

  const refuse = (message: string) => ({ code: "D3137", message });
  /** JSONata words it: `Argument 1 of function "range" does not match function signature`. */
  const mismatch = (token: string, index: number) => ({ code: "T0410", token, index });

  /** The functions of Step Functions take numbers without their fraction. */
  const whole = (value: unknown, name: string, index: number): number => {
    if (typeof value !== "number") throw mismatch(name, index);
    return Math.trunc(value);
  };

  /** The first number of Java's generator, which AWS uses: $random(42) is 0.7275636800328681. */
  const javaRandom = (seed: number): number => {
    const mask = (1n << 48n) - 1n;
    let state = (BigInt(seed) ^ 0x5deece66dn) & mask;
    const bits = (count: bigint) => {
      state = (state * 0x5deece66dn + 0xbn) & mask;
      return Number(state >> (48n - count));
    };
    return (bits(26n) * 2 ** 27 + bits(27n)) / 2 ** 53;
  };

  const parse = (text: unknown) => {
    if (text === undefined) return undefined;
    if (typeof text !== "string") throw mismatch("parse", 1);
    weigh(text);
    try {
      return JSON.parse(text);
    } catch {
      throw refuse("Invalid JSON");
    }
  };

  const partition = (array: unknown, size: unknown) => {
    if (array === undefined) return undefined;
    if (!Array.isArray(array)) throw { code: "T0412", token: "partition", index: 1 };
    if (array.length === 0) return undefined;
    if (size === undefined) return [array];
    const length = whole(size, "partition", 2);
    if (length < 0) throw refuse("Second argument must be zero or greater");
    if (length === 0) return undefined;
    spend(array.length);
    const chunks: unknown[] = [];
    for (let at = 0; at < array.length; at += length) chunks.push(array.slice(at, at + length));
    return chunks;
  };

  const range = (first: unknown, last: unknown, step: unknown) => {
    const from = whole(first, "range", 1), to = whole(last, "range", 2);
    if (step === undefined) return undefined;
    const by = whole(step, "range", 3);
    if (by === 0 || (to - from) * by < 0) return undefined;
    if (from === to) return from;
    const length = Math.floor((to - from) / by) + 1;
    spend(length);
    return Array.from({ length }, (_, index) => from + index * by);
  };

  const hash = (text: unknown, algorithm: unknown) => {
    if (typeof text !== "string") throw mismatch("hash", 1);
    if (algorithm === undefined) return undefined;
    if (typeof algorithm !== "string") throw mismatch("hash", 2);
    weigh(text);
    const digest = host.hash(text, algorithm);
    if (digest !== undefined) return digest;
    throw refuse(`Hash algorithm '${algorithm}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5`);
  };

  const random = (seed: unknown) => seed === undefined ? Math.random() : javaRandom(whole(seed, "random", 1));
  const uuid = () => host.uuid();

  /** The functions of Step Functions; they check their arguments themselves. */
  const FUNCTIONS = Object.entries({ parse, partition, range, hash, random, uuid });

  /** One that refuses more arguments than it has parameters. */
  const strict = (name: string, implementation: (...args: unknown[]) => unknown) => {
    const { length } = implementation;
    const checked = (...args: unknown[]) => {
      if (args[length] !== undefined) throw mismatch(name, length + 1);
      return implementation(...args);
    };
    return Object.defineProperty(checked, "length", { value: length });
  };

  const enter = (_node: Node, _input: unknown, frame: Frame) => {
    weighFunctions(frame);
    first.assign(ENTRY, undefined);
  };
  const first = jsonata("1");
  first.assign(ENTRY, enter);
  first.evaluate(undefined, {});

  const compile = (text: string): Compiled => {
    const known = compiled.get(text);
    if (known) return known;
    spend(text.length * NODE / 8);
    const made = jsonata(text);
    made.assign(ENTRY, (node: Node) => {
      spend(NODE);
      allowed += branchesOf(node) * DEPTH_LIMIT;
      if (++depth > allowed) throw { message: DEEP };
    });
    made.assign(EXIT, (node: Node, _input: unknown, _frame: Frame, result: unknown) => {
      depth--;
      allowed -= branchesOf(node) * DEPTH_LIMIT;
      const held = typeof result === "string" ? result.length : Array.isArray(result) ? result.length * 8 : 0;
      if (held > MEMORY_LIMIT) throw { message: LARGE };
      if (node.type === "binary" && node.value === ".." && Array.isArray(result)) spend(result.length);
    });
    for (const [name, implementation] of FUNCTIONS) {
      made.registerFunction(name, strict(name, implementation as () => unknown), undefined);
    }
    // AWS has no $eval; $parse is for data.
    made.assign("eval", undefined);
    if (kept + text.length > KEPT_TEXTS) {
      compiled.clear();
      kept = 0;
    }
    compiled.set(text, made);
    kept += text.length;
    return made;
  };

  /** The parts of arrays and objects are evaluated at the same time: each may nest as deep as AWS allows. */
  const branchesOf = ({ type, expressions, lhs, group }: Node): number => {
    const parts = type === "unary" ? expressions ?? lhs : (group as Node | undefined)?.lhs;
    return Array.isArray(parts) ? parts.length : 0;
  };

  /** As AWS continues its sentence about the failure. */
  const described = (error: unknown): string => {
    const { code, message = String(error) } = error as { code?: string; message?: string };
    return code === undefined ? `: ${message}` : `. ${code}: ${message}`;
  };

  /** An object whose members are parsed when they are read. */
  const lazily = (texts: Readonly<Record<string, string>>): object => {
    const object = {};
    for (const name of Object.keys(texts)) {
      const get = () => {
        const value = JSON.parse(texts[name]!);
        Object.defineProperty(object, name, { value });
        return value;
      };
      Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
    }
    return object;
  };

  const fill = async (template: unknown, field: string, bindings: object): Promise<unknown> => {
    spend(5);
    if (Array.isArray(template)) {
      const items: unknown[] = [];
      for (let index = 0; index < template.length; index++) {
        items.push(await fill(template[index], `${field}[${index}]`, bindings));
      }
      return items;
    }
    if (typeof template === "object" && template !== null) {
      const members: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(template)) {
        const filled = await fill(value, `${field}/${name}`, bindings);
        Object.defineProperty(members, name, { value: filled, enumerable: true });
      }
      return members;
    }
    if (typeof template !== "string" || !template.startsWith("{%") || !template.endsWith("%}")) {
      return template;
    }
    const expression = template.slice(2, -2).trim();
    depth = 0;
    allowed = DEPTH_LIMIT;
    let value: unknown;
    try {
      value = await compile(expression).evaluate(undefined, bindings);
      weigh(value);
    } catch (error) {
      if (error === TOO_MUCH) throw { field, expression, kind: "work" };
      throw { field, expression, kind: "error", message: described(error) };
    }
    if (value === undefined) throw { field, expression, kind: "undefined" };
    if (isFunction(value) || value instanceof RegExp) throw { field, expression, kind: "unsupported" };
    return value;
  };

  globals.fill = () => {
    const { template, field, states, variables, limit: most } = JSON.parse(globals.request!) as Request;
    globals.spent = 0;
    limit = most;
    const bindings = { ...lazily({ ...variables }), states: lazily(states) };
    fill(JSON.parse(template), field, bindings).then(
      (value) => {
        globals.answer = JSON.stringify(value, (_name, member) => {
          // As AWS writes them: "Infinity", "NaN".
          if (typeof member === "number" && !Number.isFinite(member)) return String(member);
          return isFunction(member) ? undefined : member;
        });
      },
      (failure) => {
        const known = typeof failure?.kind === "string";
        globals.failure = JSON.stringify(
          known ? failure : {
            field,
            expression: "",
            kind: failure === TOO_MUCH ? "work" : "error",
            message: described(failure),
          },
        );
      },
    );
  };

  /** What an expression refers to, as far as its text says. */
  const references = (root: Node) => {
    const variables = new Set<string>(), states = new Set<string>(), outside = new Set<string>();
    const walk = (node: unknown, bound: ReadonlySet<string>, isTop: boolean): ReadonlySet<string> => {
      if (Array.isArray(node)) return node.reduce((known, part) => walk(part, known, isTop), bound);
      if (typeof node !== "object" || node === null) return bound;
      const { type, value, steps } = node as Node;
      if (type === "name" && isTop) outside.add(String(value));
      if (type === "variable" && (value === "$" || (value === "" && isTop))) outside.add(`$${value}`);
      if (
        type === "variable" && typeof value === "string" && value !== "" && !bound.has(value) &&
        !names.has(value)
      ) {
        variables.add(value);
      }
      if (type === "lambda") {
        const { arguments: parameters, body } = node as { arguments: Node[]; body: Node } & Node;
        walk(body, new Set([...bound, ...parameters.map((parameter) => String(parameter.value))]), isTop);
        return bound;
      }
      if (type === "bind") {
        const { lhs, rhs } = node as { lhs: Node; rhs: Node } & Node;
        const known = new Set([...bound, String(lhs.value)]);
        walk(rhs, known, isTop);
        return known;
      }
      if (type === "path" && Array.isArray(steps)) {
        const [first, second] = steps as Node[];
        if (first?.value === "states" && second?.type === "name") states.add(String(second.value));
      }
      let known = bound;
      for (const [name, part] of Object.entries(node)) {
        const isFunctionName = name === "procedure" && (part as Node)?.type === "variable";
        if (isFunctionName || name === "ancestor" || name === "seekingParent") continue;
        if (type === "path" && name === "steps") {
          // Only the first step of a path is looked for where the expression begins.
          known = walk(part[0], known, isTop);
          known = walk(part.slice(1), known, false);
        } else known = walk(part, known, isTop && !NESTED.includes(name));
      }
      return type === "block" ? bound : known;
    };
    walk(root, new Set(), true);
    return { variables: [...variables], states: [...states], outside: [...outside] };
  };

  const inspected = (text: string): Inspection => {
    try {
      return references(jsonata(text).ast());
    } catch (error) {
      return { error: (error as Error).message };
    }
  };

  globals.inspect = () => {
    globals.answer = JSON.stringify(JSON.parse(globals.request!).map(inspected));
  };
}

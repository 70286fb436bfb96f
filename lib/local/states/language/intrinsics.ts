/**
 * The intrinsic functions of the States Language.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
import { Buffer } from "node:buffer";
import { createHash, randomInt, randomUUID } from "node:crypto";
import { type Data, type Json } from "./asl.ts";
import { EvaluationFailure } from "./failures.ts";
import { parseIntrinsic } from "./intrinsic_parser.ts";
import { parseUserJson, shown } from "./json_text.ts";
import { canonical, weigh } from "./json_values.ts";
import { isObject, select } from "./paths.ts";
import { Work } from "./work.ts";

/** Limits of texts to encode or hash, in characters, and of ranges, in elements. */
const TEXT_LIMIT = 10_000;
const RANGE_LIMIT = 1_000;

/** Evaluates `States.X(…)`. @throws EvaluationFailure with the whole expression */
export function callIntrinsic(text: string, given: Data): Json {
  const { input, context, work = new Work() } = given;
  const data = { ...given, work };
  // Each function's time is at most linear in the size of its arguments.
  const call = (name: string, args: Json[]): Json => {
    for (const arg of args) weigh(arg, work);
    return INTRINSICS[name]!(args);
  };
  const evaluate = (node: ReturnType<typeof parseIntrinsic>): Json => {
    if (node.kind === "literal") return node.value;
    if (node.kind === "call") return call(node.name, node.args.map(evaluate));
    const value = select(node.path, data);
    if (value !== undefined) return value;
    const searched = shown(node.path.startsWith("$$") ? context : input);
    throw new EvaluationFailure(
      `The function '${text}' had the following error: The JsonPath argument for the field '${node.path}' ` +
        `could not be found in the input '${searched}'`,
    );
  };
  try {
    work.spendParsing(text.length);
    return evaluate(parseIntrinsic(text));
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new EvaluationFailure(
      `The function '${text}' had the following error: ${error.message}`,
      "States.IntrinsicFailure",
    );
  }
}

class ArgumentError extends Error {}

const HASHES = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

const INTRINSICS: Record<string, (args: Json[]) => Json> = {
  "States.Format": ([template, ...values]) => {
    let used = 0;
    const text = string(template, "template").replace(/\\([\\'{}])|\{\}/g, (found, escaped) => {
      if (found !== "{}") return escaped;
      if (used === values.length) throw new ArgumentError("there are more placeholders than values");
      const value = values[used++]!;
      return printed(value);
    });
    if (used < values.length) throw new ArgumentError("there are more values than placeholders");
    return text;
  },
  "States.StringToJson": ([text]) => {
    if (string(text, "argument").trim() === "") return null;
    try {
      return parseUserJson(text as string) as Json;
    } catch (error) {
      throw new ArgumentError((error as Error).message);
    }
  },
  "States.JsonToString": ([value]) => JSON.stringify(value),
  "States.Array": (values) => values,
  "States.ArrayPartition": ([array, size]) => {
    const items = list(array);
    const length = integer(size, "chunk size");
    if (length < 1) throw new ArgumentError("the chunk size must be a positive integer");
    return Array.from(
      { length: Math.ceil(items.length / length) },
      (_, chunk) => items.slice(chunk * length, (chunk + 1) * length),
    );
  },
  "States.ArrayContains": ([array, value]) => {
    const wanted = canonical(value!);
    return list(array).some((item) => canonical(item) === wanted);
  },
  "States.ArrayRange": ([first, last, step]) => {
    const [from, to, by] = [integer(first, "first"), integer(last, "last"), integer(step, "step")];
    if (by === 0) throw new ArgumentError("the step must not be 0");
    const length = Math.max(0, Math.floor((to - from) / by) + 1);
    if (length > RANGE_LIMIT) throw new ArgumentError(`the range has more than ${RANGE_LIMIT} elements`);
    return Array.from({ length }, (_, index) => from + index * by);
  },
  "States.ArrayGetItem": ([array, index]) => {
    const item = list(array)[integer(index, "index")];
    if (item === undefined) throw new ArgumentError("the index is out of the array's bounds");
    return item;
  },
  "States.ArrayLength": ([array]) => list(array).length,
  "States.ArrayUnique": ([array]) => {
    const first = new Map<string, Json>();
    for (const item of list(array)) {
      const text = canonical(item);
      if (!first.has(text)) first.set(text, item);
    }
    return [...first.values()];
  },
  "States.Base64Encode": ([text]) => Buffer.from(limited(text)).toString("base64"),
  "States.Base64Decode": ([text]) => {
    const encoded = limited(text);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw new ArgumentError("the argument is not Base64");
    return Buffer.from(encoded, "base64").toString();
  },
  "States.Hash": ([value, algorithm]) => {
    const name = string(algorithm, "algorithm");
    if (!HASHES.includes(name)) throw new ArgumentError(`the algorithm must be one of ${HASHES.join(", ")}`);
    return createHash(name.replace("-", "").toLowerCase()).update(
      limited(typeof value === "string" ? value : JSON.stringify(value)),
    )
      .digest("hex");
  },
  "States.JsonMerge": ([first, second, deep]) => {
    if (!isObject(first) || !isObject(second)) throw new ArgumentError("both values must be JSON objects");
    if (deep !== false) {
      throw new ArgumentError("only shallow merging is supported: the last argument must be false");
    }
    return { ...first, ...second };
  },
  "States.MathRandom": ([first, last, seed]) => {
    const [from, to] = [integer(first, "start"), integer(last, "end")];
    if (from >= to) throw new ArgumentError("the start must be less than the end");
    // 48 bits, the most that node:crypto gives at once.
    const random = seed === undefined
      ? randomInt(2 ** 48 - 1)
      : createHash("sha256").update(String(integer(seed, "seed"))).digest().readUIntBE(0, 6);
    return from + Math.floor(random / 2 ** 48 * (to - from));
  },
  "States.MathAdd": ([first, second]) => integer(first, "first number") + integer(second, "second number"),
  "States.StringSplit": ([text, delimiters]) => {
    const separators = new Set(string(delimiters, "delimiters"));
    const parts = [""];
    for (const character of string(text, "string")) {
      if (separators.has(character)) parts.push("");
      else parts[parts.length - 1] += character;
    }
    return parts.filter((part) => part !== "");
  },
  "States.UUID": () => randomUUID(),
};

/** The numbers of arguments of each function. */
export const ARITIES: Record<string, readonly [least: number, most: number]> = {
  "States.Format": [1, Infinity],
  "States.StringToJson": [1, 1],
  "States.JsonToString": [1, 1],
  "States.Array": [0, Infinity],
  "States.ArrayPartition": [2, 2],
  "States.ArrayContains": [2, 2],
  "States.ArrayRange": [3, 3],
  "States.ArrayGetItem": [2, 2],
  "States.ArrayLength": [1, 1],
  "States.ArrayUnique": [1, 1],
  "States.Base64Encode": [1, 1],
  "States.Base64Decode": [1, 1],
  "States.Hash": [2, 2],
  "States.JsonMerge": [3, 3],
  "States.MathRandom": [2, 3],
  "States.MathAdd": [2, 2],
  "States.StringSplit": [2, 2],
  "States.UUID": [0, 0],
};

/** A value as Java prints it: `{name=a, list=[1, 2]}`. */
function printed(value: Json): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, member]) => `${name}=${printed(member)}`).join(", ")}}`;
}

function string(value: Json | undefined, what: string): string {
  if (typeof value !== "string") throw new ArgumentError(`the ${what} must be a string`);
  return value;
}

function limited(value: Json | undefined): string {
  const text = string(value, "argument");
  if (text.length > TEXT_LIMIT) {
    throw new ArgumentError(`the argument has more than ${TEXT_LIMIT} characters`);
  }
  return text;
}

function integer(value: Json | undefined, what: string): number {
  if (typeof value !== "number") throw new ArgumentError(`the ${what} must be a number`);
  const rounded = Math.round(value);
  if (Number.isSafeInteger(rounded)) return rounded;
  throw new ArgumentError(`the ${what} must be between -(2^53 - 1) and 2^53 - 1`);
}

function list(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new ArgumentError("the first argument must be an array");
  return value;
}

/** The condition operators of policies (AWS, "IAM JSON policy elements: Condition operators"). */
import { type Context, matchesPattern, substitute } from "./patterns.ts";

/** Whether a value of the request satisfies a value of the policy. */
type Test = (given: string, wanted: string, context: Context | undefined) => boolean;

const literal = (wanted: string, context: Context | undefined) => substitute(wanted, context);
const equals: Test = (given, wanted, context) => given === literal(wanted, context);
const equalsIgnoreCase: Test = (given, wanted, context) =>
  given.toLowerCase() === literal(wanted, context)?.toLowerCase();
const like: Test = (given, wanted, context) => matchesPattern(wanted, given, context);

/** ARNs are compared part by part: a wildcard does not match across the colons before the resource. */
const arnLike: Test = (given, wanted, context) => {
  const [parts, patterns] = [arnParts(given), arnParts(wanted)];
  return parts !== undefined && patterns !== undefined &&
    patterns.every((pattern, index) => matchesPattern(pattern, parts[index]!, context));
};

const compare =
  (read: (text: string) => number, holds: (a: number, b: number) => boolean): Test => (given, wanted) => {
    const [a, b] = [read(given), read(wanted)];
    return !Number.isNaN(a) && !Number.isNaN(b) && holds(a, b);
  };
const readNumber = (text: string) => text.trim() === "" ? NaN : Number(text);
const readDate = (text: string) => /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);

function ordered(name: string, read: (text: string) => number): [string, Test][] {
  return [
    [`${name}Equals`, compare(read, (a, b) => a === b)],
    [`${name}LessThan`, compare(read, (a, b) => a < b)],
    [`${name}LessThanEquals`, compare(read, (a, b) => a <= b)],
    [`${name}GreaterThan`, compare(read, (a, b) => a > b)],
    [`${name}GreaterThanEquals`, compare(read, (a, b) => a >= b)],
  ];
}

const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ["StringEquals", equals],
  ["StringEqualsIgnoreCase", equalsIgnoreCase],
  ["StringLike", like],
  ["BinaryEquals", equals],
  ["Bool", equalsIgnoreCase],
  ["ArnEquals", arnLike],
  ["ArnLike", arnLike],
  ["IpAddress", (given, wanted) => inNetwork(given, wanted)],
  ...ordered("Numeric", readNumber),
  ...ordered("Date", readDate),
]);

/** Negated operators and the operators they negate. */
const NEGATED: ReadonlyMap<string, string> = new Map([
  ["StringNotEquals", "StringEquals"],
  ["StringNotEqualsIgnoreCase", "StringEqualsIgnoreCase"],
  ["StringNotLike", "StringLike"],
  ["ArnNotEquals", "ArnEquals"],
  ["ArnNotLike", "ArnLike"],
  ["NotIpAddress", "IpAddress"],
  ["NumericNotEquals", "NumericEquals"],
  ["DateNotEquals", "DateEquals"],
]);

interface Operator {
  readonly set?: "ForAnyValue" | "ForAllValues";
  readonly name: string;
  readonly ifExists: boolean;
}

function readOperator(text: string): Operator | undefined {
  const [, set, name = "", ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(text) ?? [];
  const known = TESTS.has(name) || NEGATED.has(name) || (name === "Null" && !ifExists && !set);
  return known ? { set: set as Operator["set"], name, ifExists: ifExists !== undefined } : undefined;
}

export function isConditionOperator(text: string): boolean {
  return readOperator(text) !== undefined;
}

/**
 * Whether a request satisfies an operator for one condition key.
 * @param text the operator, for example `ForAnyValue:StringLikeIfExists`
 * @param given the request's value for the key, if it has one
 * @param wanted the policy's values: one must match (for a negated operator, none)
 * @param context values of policy variables; absent for policy versions without variables
 */
export function holds(
  text: string,
  given: string | undefined,
  wanted: readonly string[],
  context: Context | undefined,
): boolean {
  const { set, name, ifExists } = readOperator(text)!;
  if (name === "Null") {
    return wanted.some((value) => (value.toLowerCase() === "true") === (given === undefined));
  }
  const positive = NEGATED.get(name);
  if (given === undefined) return ifExists || set === "ForAllValues" || (positive !== undefined && !set);
  const test = TESTS.get(positive ?? name)!;
  return wanted.some((value) => test(given, value, context)) === (positive === undefined);
}

/** The five parts before the resource, and the resource. A colon within a policy variable separates nothing. */
function arnParts(arn: string): string[] | undefined {
  if (arn === "*") return Array(6).fill("*");
  const parts: string[] = [];
  let from = 0, inVariable = false;
  for (let at = 0; at < arn.length && parts.length < 5; at++) {
    if (arn[at] === "{") inVariable = true;
    else if (arn[at] === "}") inVariable = false;
    else if (arn[at] === ":" && !inVariable) {
      parts.push(arn.slice(from, at));
      from = at + 1;
    }
  }
  return parts.length < 5 ? undefined : [...parts, arn.slice(from)];
}

/** Whether an address is in a network (`10.0.0.0/8`, `2001:db8::/32`) or equals a single address. */
function inNetwork(address: string, network: string): boolean {
  const [, base = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const [a, b] = [addressBits(address), addressBits(base)];
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const count = length === undefined ? a.length : Number(length);
  return count <= a.length && a.slice(0, count) === b.slice(0, count);
}

/** 32 or 128 binary digits; undefined when it is not an IP address. */
function addressBits(address: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split(".").map(Number);
    return bytes.every((byte) => byte < 256) ? binary(bytes, 8) : undefined;
  }
  const [head = "", tail] = address.split("::");
  const groups = (text: string) =>
    text === ""
      ? []
      : text.split(":").map((group) => /^[0-9a-f]{1,4}$/i.test(group) ? parseInt(group, 16) : NaN);
  const [before, behind] = [groups(head), groups(tail ?? "")];
  const missing = 8 - before.length - behind.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...before, ...Array<number>(missing).fill(0), ...behind];
  return all.every((group) => group >= 0 && group < 65536) ? binary(all, 16) : undefined;
}

function binary(numbers: readonly number[], width: number): string {
  return numbers.map((number) => number.toString(2).padStart(width, "0")).join("");
}

/** The rules of Choice states. Source: https://states-language.net/#choice-state */
import { type Glob, glob, literal, matchesGlob } from "../../glob.ts";
import { type ChoiceRule, type ChoiceState, type Data, type Json } from "./asl.ts";
import { isJsonata } from "./data_flow.ts";
import { EvaluationFailure } from "./failures.ts";
import { evaluateAs } from "./jsonata/evaluate.ts";
import { select } from "./paths.ts";
import { Work } from "./work.ts";

type Comparison = (value: Json, expected: Json, work?: Work) => boolean;

const ORDERS: Record<string, (order: number) => boolean> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThan: (order) => order > 0,
  GreaterThanEquals: (order) => order >= 0,
};

/** Comparisons of two values of the same type; other types never match. */
const COMPARISONS: Record<string, Comparison> = {
  ...ordered("String", (value) => typeof value === "string" ? value : undefined),
  ...ordered("Numeric", (value) => typeof value === "number" ? value : undefined),
  ...ordered("Timestamp", timestamp),
  BooleanEquals: (value, expected) => typeof value === "boolean" && value === expected,
};

/** Tests of a value; the rule matches when the result equals the operator's value. */
const TESTS: Record<string, (value: Json | undefined) => boolean> = {
  IsNull: (value) => value === null,
  IsPresent: (value) => value !== undefined,
  IsNumeric: (value) => typeof value === "number",
  IsString: (value) => typeof value === "string",
  IsBoolean: (value) => typeof value === "boolean",
  IsTimestamp: (value) => value !== undefined && timestamp(value) !== undefined,
};

/** All comparison operators. */
export const OPERATORS: readonly string[] = [
  ...Object.keys(COMPARISONS),
  ...Object.keys(COMPARISONS).map((name) => `${name}Path`),
  "StringMatches",
  ...Object.keys(TESTS),
];

/**
 * The name of the next state, and the rule that leads there unless it is the default.
 * @throws EvaluationFailure when no rule matches and there is no Default
 */
export function choose(
  state: ChoiceState,
  data: Data,
): { next: string; exit?: { by: ChoiceRule; at: string } } {
  const index = state.Choices.findIndex((rule, index) =>
    isJsonata(state) ? holds(rule, `Choices[${index}]/Condition`, data) : matches(rule, data)
  );
  const rule = state.Choices[index];
  if (rule) return { next: rule.Next!, exit: { by: rule, at: `Choices[${index}]/` } };
  if (state.Default !== undefined) return { next: state.Default };
  throw new EvaluationFailure(
    "Failed to transition out of the state. The state does not point to a next state.",
  );
}

function holds({ Condition }: ChoiceRule, field: string, data: Data): boolean {
  return evaluateAs("boolean", Condition!, field, data) === true;
}

function matches(rule: ChoiceRule, data: Data): boolean {
  if (rule.And) return rule.And.every((part) => matches(part, data));
  if (rule.Or) return rule.Or.some((part) => matches(part, data));
  if (rule.Not) return !matches(rule.Not, data);
  const operator = OPERATORS.find((name) => Object.hasOwn(rule, name))!;
  const operand = rule[operator] as Json;
  if (operator === "IsPresent") return TESTS.IsPresent!(select(rule.Variable!, data)) === operand;
  const value = existing(rule.Variable!, data);
  if (operator in TESTS) return TESTS[operator]!(value) === operand;
  if (operator === "StringMatches") {
    return typeof value === "string" && matchesText(operand as string, value, data.work);
  }
  if (!operator.endsWith("Path")) return COMPARISONS[operator]!(value, operand, data.work);
  const compare = COMPARISONS[operator.slice(0, -"Path".length)]!;
  return compare(value, existing(operand as string, data), data.work);
}

function existing(path: string, data: Data): Json {
  const value = select(path, data);
  if (value !== undefined) return value;
  throw new EvaluationFailure(
    `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  );
}

function ordered<T extends string | number>(
  prefix: string,
  read: (value: Json) => T | undefined,
): Record<string, Comparison> {
  const compare = (holds: (order: number) => boolean): Comparison => (value, expected, work) => {
    const [a, b] = [read(value), read(expected)];
    if (typeof a === "string" && typeof b === "string") work?.spendText(Math.min(a.length, b.length));
    return a !== undefined && b !== undefined && holds(a < b ? -1 : a > b ? 1 : 0);
  };
  return Object.fromEntries(
    Object.entries(ORDERS).map(([suffix, holds]) => [prefix + suffix, compare(holds)]),
  );
}

const ANY_TEXT = glob("*")[0]!;

/** `*` matches any text; a backslash escapes the next character. */
function matchesText(pattern: string, text: string, work = new Work()): boolean {
  work.spend(pattern.length);
  const parts: Glob[number][] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "\\") parts.push(...literal(pattern[++at] ?? ""));
    else parts.push(character === "*" ? ANY_TEXT : character);
  }
  return matchesGlob(parts, text, work);
}

/** Milliseconds since the epoch of an RFC 3339 time with upper-case T and Z and an offset; undefined for others. */
export function timestamp(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const milliseconds = Date.parse(value.replace(/(\.\d{3})\d+/, "$1"));
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

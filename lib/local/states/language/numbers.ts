/** Fields that hold a number: itself, by a path, or by an expression. */
import type { Data, Json, State } from "./asl.ts";
import { EvaluationFailure, QueryFailure } from "./failures.ts";
import { evaluateAs, isExpression } from "./jsonata/evaluate.ts";
import { shown } from "./json_text.ts";
import { select, selectField } from "./paths.ts";

/** What is wrong with a value for a field, in AWS's words; undefined when nothing is. */
export interface NumberRule {
  /** @param path where the value was found */
  byPath(value: Json, path: string): string | undefined;
  /** For a number that an expression returned. */
  byExpression(value: number): string | undefined;
}

/** A rule for the fields whose path must lead to such a number. */
function numbers(field: string, what: string, holds: (value: number) => boolean): NumberRule {
  return {
    byPath: (value, path) =>
      typeof value === "number" && holds(value)
        ? undefined
        : `The ${field}Path parameter does not reference ${what}: ${path} == ${shown(value)}`,
    byExpression: (value) =>
      holds(value) ? undefined : `The ${field} field must evaluate to ${what}: ${shown(value)}`,
  };
}

export const POSITIVE = (field: string): NumberRule =>
  numbers(field, "a positive integer", (value) => Number.isInteger(value) && value > 0);

/** The longest wait, in seconds. */
const LONGEST_WAIT = 99_999_999;
const TOO_LONG = "Wait state delay is too long.";

export const SECONDS: NumberRule = {
  byPath(value, path) {
    const found = `${path} == ${typeof value === "string" ? value : shown(value)}`;
    if (!Number.isInteger(value)) {
      return `The SecondsPath parameter cannot be parsed as a long value: ${found}`;
    }
    if (value as number < 0) return `The SecondsPath parameter references a negative value: ${found}`;
    return value as number > LONGEST_WAIT ? TOO_LONG : undefined;
  },
  byExpression(value) {
    if (!Number.isInteger(value)) return `The Seconds field cannot be parsed as a long value: ${value}`;
    if (value < 0) return `The Seconds field references a negative value: ${value}`;
    return value > LONGEST_WAIT ? TOO_LONG : undefined;
  },
};

export const CONCURRENCY: NumberRule = {
  byPath(value, path) {
    const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    if (Number.isInteger(number)) return CONCURRENCY.byExpression(number as number);
    const text = typeof value === "string" ? value : shown(value);
    return `The MaxConcurrencyPath field refers to value "${text}" which is not a valid integer: ${path}`;
  },
  byExpression: (value) =>
    Number.isInteger(value) && value >= 0
      ? undefined
      : `Expected non-negative integer for MaxConcurrency, got '${value}' instead.`,
};

/**
 * The value of a field or of its `…Path`; undefined without either.
 * @throws EvaluationFailure when the rule does not hold
 */
export function numberOf(state: State, field: string, rule: NumberRule, data: Data): number | undefined {
  const { [field]: value, [`${field}Path`]: path } = state as unknown as Record<string, Json | undefined>;
  if (typeof path === "string") {
    if (field === "Seconds" && select(path, data) === undefined) {
      throw new EvaluationFailure(`The SecondsPath parameter does not reference an input value: ${path}`);
    }
    const found = selectField(path, `${field}Path`, data);
    const problem = rule.byPath(found, path);
    if (problem !== undefined) throw new EvaluationFailure(problem);
    return Number(found);
  }
  if (!isExpression(value)) return value as number | undefined;
  const found = evaluateAs("number", value, field, data) as number;
  const problem = rule.byExpression(found);
  if (problem !== undefined) throw new QueryFailure(problem, field);
  return found;
}

/** Fields that hold a number: itself, by a path, or by an expression. */
import type { Data, Json, State } from "./asl.ts";
import { EvaluationFailure, QueryFailure } from "./failures.ts";
import { evaluateAs, isExpression } from "./jsonata/evaluate.ts";
import { shown } from "./json_text.ts";
import { selectExisting } from "./paths.ts";

/** Which numbers a field may hold. */
export interface NumberRule {
  /** For AWS's message about a path: `does not reference a positive integer`. */
  readonly what: string;
  holds(value: number): boolean;
}

export const POSITIVE: NumberRule = {
  what: "a positive integer",
  holds: (value) => Number.isInteger(value) && value > 0,
};

export const NOT_NEGATIVE: NumberRule = {
  what: "a non-negative integer",
  holds: (value) => Number.isInteger(value) && value >= 0,
};

/** The value of a field or of its `…Path`; undefined without either. @throws EvaluationFailure for any other value */
export function numberOf(state: State, field: string, rule: NumberRule, data: Data): number | undefined {
  const { [field]: value, [`${field}Path`]: path } = state as unknown as Record<string, Json | undefined>;
  if (typeof path === "string") {
    const found = selectExisting(path, data);
    if (typeof found === "number" && rule.holds(found)) return found;
    throw new EvaluationFailure(
      `The ${field}Path parameter does not reference ${rule.what}: ${path} == ${shown(found)}`,
    );
  }
  if (!isExpression(value)) return value as number | undefined;
  const found = evaluateAs("number", value, field, data) as number;
  if (rule.holds(found)) return found;
  throw new QueryFailure(`The field '${field}' must evaluate to ${rule.what}: ${shown(found)}`, field);
}

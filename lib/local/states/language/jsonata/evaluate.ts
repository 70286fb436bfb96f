/**
 * JSONata in the fields of states: strings like `{% $states.input.id %}`.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import type { Data, Json } from "../asl.ts";
import { QueryFailure } from "../failures.ts";
import { shown, textOf } from "../json_text.ts";
import { Work } from "../work.ts";
import { fill } from "./evaluator.ts";
import type { Failure } from "./inside.ts";

type JsonType = "array" | "boolean" | "null" | "number" | "object" | "string";

/** Whether a value of a definition is an expression: the whole text must be within `{%` and `%}`. */
export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("{%") && value.endsWith("%}");
}

/** The expression without its marks, as AWS's messages quote it. */
export function expressionOf(text: string): string {
  return text.slice(2, -2).trim();
}

/**
 * Evaluates all expressions of a template.
 * @param field its name, for errors
 * @throws QueryFailure States.QueryEvaluationError
 */
export function evaluate(template: Json, field: string, data: Data): Json {
  const { work = new Work() } = data;
  const text = JSON.stringify(template);
  const answer = fill({
    template: text,
    field,
    states: statesOf(text, data),
    variables: variablesOf(text, data),
    limit: work.left,
  });
  work.spend(Math.min(answer.spent, work.left));
  if (answer.failure) throw queryFailure(answer.failure);
  return JSON.parse(answer.text!);
}

/** Like `evaluate`, for a field whose value has one type. A value of another type that is no expression is returned too. */
export function evaluateAs(type: JsonType, template: Json, field: string, data: Data): Json {
  const value = evaluate(template, field, data);
  if (!isExpression(template) || jsonType(value) === type) return value;
  throw new QueryFailure(
    `The JSONata expression '${
      expressionOf(template)
    }' specified for the field '${field}' returned an unexpected ` +
      `result type. Expected '${type}', but was '${jsonType(value)}' for value: ${shown(value)}`,
    field,
  );
}

function jsonType(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

/** The members of `$states` that the template can read, as JSON texts. */
function statesOf(template: string, data: Data): Record<string, string> {
  const { input, context, result, errorOutput } = data;
  const members = Object.entries({ input, context, result, errorOutput });
  // An expression can also look members up by a name that it makes.
  const readsAny = /\$states(?!\s*\.\s*(input|context|result|errorOutput)\b)/.test(template);
  const read = members.filter(([name, value]) =>
    value !== undefined && (readsAny || template.includes(name))
  );
  return Object.fromEntries(read.map(([name, value]) => [name, textOf(value!)]));
}

/** The variables that the template mentions. */
function variablesOf(template: string, { variables = {} }: Data): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => template.includes(`$${name}`)));
}

function queryFailure({ field, expression, kind, message }: Failure): QueryFailure {
  const subject = expression === ""
    ? `A JSONata expression in the field '${field}'`
    : `The JSONata expression '${expression}' specified for the field '${field}'`;
  switch (kind) {
    case "undefined":
      return new QueryFailure(`${subject} returned nothing (undefined).`, field);
    case "unsupported":
      return new QueryFailure(`${subject} returned an unsupported result type.`, field);
    case "error":
      return new QueryFailure(`${subject} threw an error during evaluation${message}`, field);
    case "work":
      return new QueryFailure(`${subject} takes more work than the local AWS allows.`, field);
  }
}

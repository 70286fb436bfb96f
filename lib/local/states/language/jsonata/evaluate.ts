/**
 * JSONata in the fields of states: strings like `{% $states.input.id %}`.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import type { Data, Json } from "../asl.ts";
import { QueryFailure } from "../failures.ts";
import { shown, textOf } from "../json_text.ts";
import { Work } from "../work.ts";
import { fill } from "./sandbox.ts";
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
  const answer = fill({
    template: JSON.stringify(template),
    field,
    states: statesOf(data),
    variables: data.variables ?? {},
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

/** The members of `$states` as texts, made when an expression reads them. */
function statesOf(data: Data): Record<string, string> {
  const { result, errorOutput } = data;
  return {
    get input() {
      return textOf(data.input);
    },
    get context() {
      return textOf(data.context);
    },
    ...(result === undefined ? {} : {
      get result() {
        return textOf(result);
      },
    }),
    ...(errorOutput === undefined ? {} : { errorOutput: textOf(errorOutput) }),
  };
}

function queryFailure({ field, expression, kind, message }: Failure): QueryFailure {
  const subject = `The JSONata expression '${expression}' specified for the field '${field}'`;
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

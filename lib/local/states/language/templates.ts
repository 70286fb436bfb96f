/** Payload templates: JSON in which a member named `x.$` gets its value from a path or an intrinsic function. */
import { type Data, type Json } from "./asl.ts";
import { EvaluationFailure } from "./failures.ts";
import { callIntrinsic } from "./intrinsics.ts";
import { shown } from "./json_text.ts";
import { isObject, isPastEnd, select } from "./paths.ts";

/** Evaluates the template's `.$` members. @throws EvaluationFailure in AWS's wording */
export function fill(template: Json, data: Data): Json {
  data.work?.spend(5);
  if (Array.isArray(template)) return template.map((item) => fill(item, data));
  if (!isObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith(".$") ? [key.slice(0, -2), dynamic(key, value as string, data)] : [key, fill(value, data)]
    ),
  );
}

function dynamic(key: string, text: string, data: Data): Json {
  if (!text.startsWith("$")) return callIntrinsic(text, data);
  const value = select(text, data);
  if (value !== undefined) return value;
  // Only in templates AWS evaluates an index past the end of an array to null.
  if (isPastEnd(text, data)) return null;
  const searched = shown(text.startsWith("$$") ? data.context : data.input);
  throw new EvaluationFailure(
    `The JSONPath '${text}' specified for the field '${key}' could not be found in the input '${searched}'`,
  );
}

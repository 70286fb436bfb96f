/** Payload templates: JSON in which a member named `x.$` gets its value from a path or an intrinsic function. */
import { type Data, type Json } from "./asl.ts";
import { callIntrinsic } from "./intrinsics.ts";
import { isObject, isPastEnd, select, selectField } from "./paths.ts";

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
  // Only in templates AWS evaluates an index past the end of an array to null.
  if (isPastEnd(text, data) && select(text, data) === undefined) return null;
  return selectField(text, key, data);
}

/** Sizes and comparison of JSON values. */
import type { Json } from "./asl.ts";
import type { Work } from "./work.ts";

/** Spends the work of reading a value once. @throws EvaluationFailure when that is too much */
export function weigh(value: Json, work: Work): void {
  work.spend(1);
  if (typeof value === "string") work.spendText(value.length);
  else if (Array.isArray(value)) { for (const item of value) weigh(item, work); }
  else if (value !== null && typeof value === "object") {
    for (const key of Object.keys(value)) {
      work.spendText(key.length);
      weigh(value[key]!, work);
    }
  }
}

/** A text that equal values share, and no others: members are sorted. */
export function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key]!)}`)}}`;
}

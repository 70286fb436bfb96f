/** The fields that inline and distributed Map states share. */
import type { Data, Json, MapState } from "../language/asl.ts";
import { isJsonata } from "../language/data_flow.ts";
import { EvaluationFailure, QueryFailure } from "../language/failures.ts";
import { evaluateAs } from "../language/jsonata/evaluate.ts";
import { shown } from "../language/json_text.ts";
import { CONCURRENCY, numberOf } from "../language/numbers.ts";
import { selectExisting } from "../language/paths.ts";

/** @throws EvaluationFailure when the items are no array */
export function itemsOf(state: MapState, data: Data): readonly Json[] {
  const { Items, ItemsPath = "$" } = state;
  if (isJsonata(state)) {
    const items = Items === undefined ? data.input : evaluateAs("array", Items, "Items", data);
    if (Array.isArray(items)) return items;
    throw new QueryFailure(`The Map state's items must be an array, but were: ${shown(items)}`, "Items");
  }
  const items = selectExisting(ItemsPath, data);
  if (Array.isArray(items)) return items;
  throw new EvaluationFailure(`Reference path "${ItemsPath}" must point to array.`);
}

/** The state's own limit of concurrent iterations; 0 is none. @throws EvaluationFailure when it is no such number */
export function concurrency(state: MapState, data: Data): number {
  return numberOf(state, "MaxConcurrency", CONCURRENCY, data) ?? 0;
}

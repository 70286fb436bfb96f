/** The fields that inline and distributed Map states share. */
import type { Data, Json, MapState } from "../language/asl.ts";
import { EvaluationFailure } from "../language/failures.ts";
import { selectExisting } from "../language/paths.ts";

/** @throws EvaluationFailure when ItemsPath does not lead to an array */
export function itemsOf({ ItemsPath = "$" }: MapState, data: Data): readonly Json[] {
  const items = selectExisting(ItemsPath, data);
  if (Array.isArray(items)) return items;
  throw new EvaluationFailure(`Reference path "${ItemsPath}" must point to array.`);
}

/**
 * The state's own limit of concurrent iterations; 0 is none.
 * @throws EvaluationFailure when MaxConcurrencyPath does not lead to a non-negative integer
 */
export function concurrency({ MaxConcurrency = 0, MaxConcurrencyPath }: MapState, data: Data): number {
  const most = MaxConcurrencyPath === undefined ? MaxConcurrency : selectExisting(MaxConcurrencyPath, data);
  if (typeof most === "number" && Number.isInteger(most) && most >= 0) return most;
  throw new EvaluationFailure(
    `The MaxConcurrencyPath parameter does not reference a non-negative integer: ` +
      `${MaxConcurrencyPath} == ${JSON.stringify(most)}`,
  );
}

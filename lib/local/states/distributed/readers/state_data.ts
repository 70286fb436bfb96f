/** Items that are data of the state itself. */
import type { Json } from "../../language/asl.ts";
import type { Reader } from "../inputs.ts";

export function readStateData(items: readonly Json[]): Reader {
  return function* () {
    yield { at: null, items };
  };
}

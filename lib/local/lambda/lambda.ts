import type { Core, Lambda } from "../services.ts";
export function createLambda(_core: Core): Lambda {
  throw new Error("being written");
}

import type { Core, Service } from "../services.ts";
export function createStates(_core: Core): Service {
  throw new Error("being written");
}

import type { Core, Service } from "../services.ts";
export function createSageMaker(_core: Core): Service {
  throw new Error("being written");
}

import type { Core, Service } from "../services.ts";
export function createSageMaker(_core: Core): Service {
  return { handle: () => Promise.reject(new Error("being written")) };
}

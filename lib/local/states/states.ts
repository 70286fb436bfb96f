import type { Core, Service } from "../services.ts";
export function createStates(_core: Core): Service {
  return { handle: () => Promise.reject(new Error("being written")) };
}

import type { Core, Iam } from "../services.ts";
export function createIam(_core: Core, _options: { propagationSeconds: number }): Iam {
  throw new Error("being written");
}

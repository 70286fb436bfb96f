import type { Core, Logs } from "../services.ts";
export function createLogs(_core: Core): Logs {
  throw new Error("being written");
}

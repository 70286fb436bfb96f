import type { Operation } from "./context.ts";
export const copyOperations: readonly Operation[] = [];

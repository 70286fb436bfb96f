import type { Operation } from "./context.ts";
export const multipartOperations: readonly Operation[] = [];

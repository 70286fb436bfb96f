/** What Lambda's operations share. */
import type { Core } from "../services.ts";
import type { CodeStore } from "./code.ts";
import type { Pools } from "./pools.ts";
import type { Records } from "./records.ts";

export interface Parts {
  readonly core: Core;
  readonly records: Records;
  readonly code: CodeStore;
  readonly pools: Pools;
  /** Removes packages that nothing names and no execution environment uses any more. */
  sweep(): void;
}

/** What the versions of AWS's signatures share. */
import { createHash } from "node:crypto";
import type { AuthenticationFault } from "../protocols/faults.ts";

/** The signature of a request, ready to be verified. */
export interface Signature {
  readonly accessKeyId: string;
  readonly token: string | null;
  /** Headers that must be signed and are not. */
  readonly unsignedHeaders: readonly string[];
  /** Compares with the system clock, not with `core.now()`: clients sign by the system clock. */
  timeFault(): AuthenticationFault | undefined;
  isMadeWith(secret: string): boolean;
}

/** In hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Path and query of a URL as they were sent. */
export function splitUrl(url: string): [path: string, query: string] {
  const [, path = "", query = ""] = /^https?:\/\/[^/?]*([^?]*)\??(.*)$/s.exec(url) ?? [];
  return [path, query];
}

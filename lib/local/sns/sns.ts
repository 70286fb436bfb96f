import { unsupported } from "../errors.ts";
import type { Core, Sns } from "../services.ts";
export function createSns(_core: Core): Sns {
  return {
    handle: () => Promise.reject(unsupported("SNS")),
    publish() {
      throw unsupported("SNS");
    },
  };
}

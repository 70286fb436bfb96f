import { unsupported } from "../errors.ts";
import type { Core, Sqs } from "../services.ts";
export function createSqs(_core: Core): Sqs {
  return { handle: () => Promise.reject(unsupported("SQS")), deliver: () => false };
}

import type { Core, S3 } from "../services.ts";
export function createS3(_core: Core): S3 {
  throw new Error("being written");
}

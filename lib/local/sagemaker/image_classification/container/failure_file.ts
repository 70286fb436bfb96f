import { join } from "node:path";
import { ClientError } from "../errors.ts";

/**
 * The reason of a failure, cut to SageMaker's limit of 1,024 characters. Any error but a ClientError is an
 * AlgorithmError.
 */
export function failureReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof ClientError ? error.name : "AlgorithmError";
  return `${name}: ${message}`.slice(0, 1024);
}

/** Writes `output/failure` below the root, which SageMaker copies into the job's FailureReason. */
export async function writeFailure(root: string, reason: string): Promise<void> {
  await Deno.mkdir(join(root, "output"), { recursive: true });
  await Deno.writeTextFile(join(root, "output", "failure"), reason);
}

/** Trying again while AWS is not ready yet. */
import { sleep } from "./waiting.ts";

/**
 * Does `work`, and repeats it with growing pauses while its error is a temporary one.
 * @param passes whether an error is temporary: a role that has not reached a service yet, a resource that is being changed
 * @throws the first other error, or the temporary one when the time is up; the signal's reason before the next attempt
 */
export async function retryWhile<T>(
  passes: (error: Error) => boolean,
  work: () => Promise<T>,
  { timeoutSeconds = 300, signal }: { timeoutSeconds?: number; signal?: AbortSignal } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (let pause = 0.2;; pause = Math.min(pause * 1.6, 10)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || !passes(error) || Date.now() > deadline) throw error;
    }
    await sleep(pause, signal);
  }
}

/** Whether a call failed only because a new role has not reached the service yet: it takes IAM some seconds. */
export function roleIsPropagating(error: Error): boolean {
  return /cannot be assumed by Lambda|Neither the global service principal|Could not assume role|Could not access model data|no identity-based policy allows the s3:ListBucket action|No S3 objects found under S3 URL/
    .test(error.message);
}

/**
 * Sending many requests: SCONES_FUZZ_RUNS sets the number of requests per operation, SCONES_FUZZ_SEED where they begin.
 */
import fc from "fast-check";

export const RUNS = Number(Deno.env.get("SCONES_FUZZ_RUNS") ?? 10);
const SEED = Number(Deno.env.get("SCONES_FUZZ_SEED") ?? 1);

/** Sends requests of a kind. */
export async function check<T>(
  request: fc.Arbitrary<T>,
  send: (request: T) => Promise<unknown>,
  runs = RUNS,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(request, async (one) => void await send(one)),
    { numRuns: runs, seed: SEED, endOnFailure: RUNS <= 10 },
  );
}

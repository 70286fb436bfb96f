/** The servers of several kinds of load are killed many times. */
import { executions } from "../local/kills/executions.ts";
import { mapRuns } from "../local/kills/map_runs.ts";
import { messages } from "../local/kills/messages.ts";
import { s3 } from "../local/kills/s3.ts";
import { killRounds, killSeed } from "../local/kills/testing.ts";
import { workflow } from "../local/kills/workflow.ts";

const PARTS = [s3, messages, executions, mapRuns, workflow];

/**
 * Prints what was done and found again; fails for whatever was lost or doubled.
 * @param seed a random one when it is absent
 */
export async function bench(rounds = "30", seed?: string): Promise<void> {
  if (!/^[1-9]\d*$/.test(rounds)) {
    throw new Error(`Rounds must be a whole number from 1 up, not "${rounds}".`);
  }
  const chosen = killSeed(seed);
  for (const part of PARTS) {
    const figures = await killRounds(part, Number(rounds), chosen);
    console.log(Object.entries(figures).map(([name, value]) => `${name} ${value}`).join(", "));
  }
}

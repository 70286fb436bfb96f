/**
 * Step Functions alone as a program that ends in the middle of the step after a task, as if the step were too much for
 * it. Arguments as those of lib/local/main.ts; it ends so for the first KILLS starts.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withStates } from "../states/testing.ts";

const { values } = parseArgs({
  options: { "state-dir": { type: "string" }, port: { type: "string" }, kills: { type: "string" } },
});
const stateDir = values["state-dir"]!;
const file = join(stateDir, "kills.txt");
let isArmed = false;

/** The clock, which every step asks. */
function now(): number {
  if (isArmed) {
    appendFileSync(file, "x");
    Deno.kill(Deno.pid, "SIGKILL");
    while (true); // until the signal comes
  }
  return Date.now();
}

function kills(): number {
  try {
    return readFileSync(file).length;
  } catch {
    return 0;
  }
}

await withStates(async ({ endpoint }) => {
  console.log(`Step Functions listens on ${endpoint}`);
  await new Promise<void>((resolve) => Deno.addSignalListener("SIGTERM", resolve));
}, {
  stateDir,
  now,
  handler: async (event) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    // The next to ask the clock is the step that takes the answer.
    isArmed = (event as { bomb?: boolean }).bomb === true && kills() < Number(values.kills);
    return event;
  },
});
Deno.exit(0);

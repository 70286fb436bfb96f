/**
 * Step Functions alone as a program, whose tasks call a played function that keeps a list of its calls: many more
 * executions than real functions could serve. Arguments as those of lib/local/main.ts, and the seed of the pauses.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withStates } from "../states/testing.ts";
import { CALLS_FILE, recordCall } from "./durable_machine.ts";

const { values } = parseArgs({
  options: { "state-dir": { type: "string" }, port: { type: "string" }, seed: { type: "string" } },
});
const stateDir = values["state-dir"]!;

await withStates(async ({ endpoint }) => {
  console.log(`Step Functions listens on ${endpoint}`);
  await new Promise<void>((resolve) => Deno.addSignalListener("SIGTERM", resolve));
}, { stateDir, handler: recordCall(join(stateDir, CALLS_FILE), Number(values.seed)) });
Deno.exit(0);

/**
 * A server for the durability test to kill: starts executions one after the other and prints each ARN once it is
 * acknowledged. Arguments: state directory, file that every task's call is appended to, prefix of the names.
 */
import { appendFileSync } from "node:fs";
import { MACHINE, recordCall } from "./durable_machine.ts";
import { withStates } from "../testing.ts";

const [stateDir, callsFile, prefix] = Deno.args as [string, string, string];

await withStates(async (states) => {
  const arn = await states.create(MACHINE);
  console.log("ready");
  for (let n = 0;; n++) {
    const executionArn = await states.start(
      arn,
      { name: `${prefix}-${n}`, items: ["x", "y"] },
      `${prefix}-${n}`,
    );
    appendFileSync(1, `${executionArn}\n`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}, { stateDir, handler: recordCall(callsFile) });

/** Step Functions: state machines and their executions. */
import { jsonRpc } from "../legacy_protocols.ts";
import type { Core, LegacyService as Service } from "../services.ts";
import { executionOperations, RETENTION_MS } from "./executions.ts";
import { historyOperations } from "./history.ts";
import { Interpreter } from "./interpreter.ts";
import { Journal } from "./journal.ts";
import { MachineStore } from "./machines.ts";
import { stateMachineOperations } from "./state_machines.ts";
import { tagOperations } from "./tags.ts";

export function createStates(core: Core): Service {
  const journal = new Journal(core.store);
  const machines = new MachineStore(core, journal);
  const interpreter = new Interpreter(core, journal, machines);
  const operations = {
    ...stateMachineOperations(core, machines, journal),
    ...executionOperations(core, machines, journal, interpreter),
    ...historyOperations(core, journal),
    ...tagOperations(core, machines),
  };
  return {
    handle: (call) => jsonRpc("1.0", operations, call),
    start() {
      journal.forget(core.now() - RETENTION_MS);
      interpreter.resume();
    },
    stop: () => interpreter.stop(),
  };
}

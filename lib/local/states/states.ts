/** Step Functions: state machines and their executions. */
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import type { Activity, StatesContext } from "./context.ts";
import * as activities from "./activities.ts";
import * as aliases from "./aliases.ts";
import * as callbacks from "./callbacks.ts";
import { MapRunner } from "./distributed/map_runner.ts";
import { MapRunStore } from "./distributed/map_run_store.ts";
import * as executions from "./executions.ts";
import * as history from "./history.ts";
import { Interpreter } from "./interpreter/interpreter.ts";
import { Journal } from "./interpreter/journal.ts";
import * as mapRunOperations from "./map_runs.ts";
import { MachineStore } from "./machines.ts";
import { statesProtocol } from "./protocol.ts";
import * as stateMachines from "./state_machines.ts";
import { STATE_TYPES } from "./state_types/mod.ts";
import * as tags from "./tags.ts";
import { VersionStore } from "./version_store.ts";
import * as versionOperations from "./versions.ts";
import * as testState from "./test_state.ts";

export function createStates(core: Core): Service<StatesContext> {
  const journal = new Journal(core.store);
  const machines = new MachineStore(core, journal);
  const activityStore = core.store.collection<Activity>("sfn.activities");
  const mapRuns = new MapRunner(core, machines, new MapRunStore(core.store));
  const versions = new VersionStore(core, machines);
  const hasActivity = (arn: string) => activityStore.has(arn);
  const interpreter = new Interpreter(core, journal, machines, STATE_TYPES, mapRuns, hasActivity);
  return {
    name: "states",
    protocol: statesProtocol,
    operations: operationsOf(
      stateMachines,
      executions,
      history,
      activities,
      callbacks,
      mapRunOperations,
      tags,
      testState,
      aliases,
      versionOperations,
    ),
    context: { core, machines, activities: activityStore, versions, mapRuns, journal, interpreter },
    start() {
      journal.forget(core.now() - executions.RETENTION_MS);
    },
    resume: () => interpreter.resume(),
    stop: () => interpreter.stop(),
  };
}

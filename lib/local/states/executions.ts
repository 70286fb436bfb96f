/** Start, stop, describe and list executions. */
import { AwsError } from "../errors.ts";
import { type Infer, notSupported, string, structure } from "../shapes.ts";
import {
  arn,
  numberedPage,
  onExecution,
  onMachine,
  operation,
  paging,
  requireName,
  seconds,
  type StatesContext,
} from "./context.ts";
import type { MapRun } from "./distributed/map_run_store.ts";
import { type Execution, isChild } from "./interpreter/journal.ts";
import { DATA_LIMIT, exceedsDataLimit } from "./language/asl.ts";
import { parseUserJson } from "./language/json_text.ts";
import { executionArn, requireActive, requireArn, type StateMachine } from "./machines.ts";
import type { Target } from "./version_store.ts";

/** How long an ended execution is kept, and its name cannot be reused. */
export const RETENTION_MS = 90 * 86_400_000;
/** How long AWS lets a failed execution be redriven. */
const REDRIVE_MS = 14 * 86_400_000;

const startMembers = {
  stateMachineArn: arn,
  name: string({ min: 1, max: 80 }),
  input: string({ max: DATA_LIMIT }),
  traceHeader: string({ max: 256 }),
};
const start = structure(startMembers);

export const startExecution = operation({
  action: "states:StartExecution",
  input: start,
  resource: onMachine,
  run(given, states) {
    const { versions, journal, core } = states;
    const target = versions.target(given.stateMachineArn);
    const { machine } = target;
    requireActive(machine);
    const { name, input } = nameAndInput(given);
    const known = machine.type === "STANDARD" ? journal.find(executionArn(machine, name)) : undefined;
    const isSame = known?.status === "RUNNING" && known.input === input;
    if (known && !isSame) {
      const freedAt = known.stopDate === null ? Infinity : known.stopDate + RETENTION_MS;
      if (freedAt > core.now()) {
        throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${known.arn}'`);
      }
      journal.forget(core.now() - RETENTION_MS);
    }
    const { arn, startDate } = isSame ? known : begin(states, target, name, input, false);
    return { executionArn: arn, startDate: seconds(startDate) };
  },
});

export const startSyncExecution = operation({
  action: "states:StartSyncExecution",
  input: structure({ ...startMembers, includedData: notSupported() }),
  resource: onMachine,
  async run(given, states) {
    const target = states.versions.target(given.stateMachineArn);
    const { machine } = target;
    requireType(machine, "EXPRESS");
    requireActive(machine);
    const { name, input } = nameAndInput(given);
    const execution = begin(states, target, name, input, true);
    const { status, output, error, cause, stopDate } = await states.interpreter.ending(execution);
    const milliseconds = Math.max(1, stopDate - execution.startDate);
    return {
      executionArn: execution.arn,
      stateMachineArn: machine.arn,
      name,
      startDate: seconds(execution.startDate),
      stopDate: seconds(stopDate),
      status,
      error: error || undefined,
      cause: cause || undefined,
      input,
      inputDetails: { included: true },
      output,
      outputDetails: { included: true },
      // Express executions are billed in steps of 100 ms and 64 MB.
      billingDetails: {
        billedMemoryUsedInMB: 64,
        billedDurationInMilliseconds: Math.ceil(milliseconds / 100) * 100,
      },
    };
  },
});

export const stopExecution = operation({
  action: "states:StopExecution",
  input: structure({ executionArn: arn, error: string({ max: 256 }), cause: string({ max: 32_768 }) }),
  resource: onExecution,
  run({ executionArn, error, cause }, states) {
    const execution = existingExecution(states, executionArn);
    return { stopDate: seconds(execution.stopDate ?? states.interpreter.abort(execution, error, cause)) };
  },
});

export const describeExecution = operation({
  action: "states:DescribeExecution",
  input: structure({ executionArn: arn, includedData: notSupported() }),
  resource: onExecution,
  run({ executionArn }, states) {
    const execution = existingExecution(states, executionArn);
    const { status, stopDate, output, error, cause } = execution;
    return {
      executionArn,
      stateMachineArn: execution.machineArn,
      ...states.journal.qualifiers(execution.id),
      mapRunArn: mapRunOf(states, execution)?.arn,
      name: execution.name,
      status,
      startDate: seconds(execution.startDate),
      stopDate: stopDate === null ? undefined : seconds(stopDate),
      input: execution.input,
      inputDetails: { included: true },
      output: output ?? undefined,
      outputDetails: output === null ? undefined : { included: true },
      error: error || undefined,
      cause: cause || undefined,
      redriveCount: 0,
      ...redrive(execution, states.core.now()),
    };
  },
});

export const listExecutions = operation({
  action: "states:ListExecutions",
  input: structure({
    stateMachineArn: string({ min: 1, max: 256 }),
    statusFilter: string({
      values: ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"],
    }),
    mapRunArn: string({ min: 1, max: 2000 }),
    redriveFilter: string({ values: ["REDRIVEN", "NOT_REDRIVEN"] }),
    ...paging(3096),
  }),
  resource: ({ stateMachineArn, mapRunArn }) => stateMachineArn ?? mapRunArn ?? "*",
  run(input, states) {
    const { stateMachineArn, mapRunArn, statusFilter, redriveFilter } = input;
    const { journal, versions, mapRuns } = states;
    if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
      throw new AwsError(
        "ValidationException",
        "Must specify either a Map Run ARN or a State Machine ARN, but not both",
      );
    }
    const list = `${stateMachineArn ?? mapRunArn} ${statusFilter ?? ""} ${redriveFilter ?? ""}`;
    let of: Parameters<typeof journal.list>[0];
    if (mapRunArn !== undefined) of = { mapRun: existingMapRun(states, mapRunArn).id };
    else {
      const { machine, version, alias } = versions.target(stateMachineArn!);
      requireType(machine, "STANDARD");
      const qualifier = alias ? { aliasArn: alias.arn } : version ? { versionArn: version.arn } : {};
      of = { machineArn: machine.arn, ...qualifier };
    }
    // No execution has been redriven.
    const { items, nextToken } = redriveFilter === "REDRIVEN"
      ? { items: [], nextToken: undefined }
      : numberedPage(input, list, (after, limit) => journal.list(of, statusFilter, limit, after));
    const executions = items.map(({ id, arn, machineArn, name, status, startDate, stopDate }) => ({
      executionArn: arn,
      stateMachineArn: machineArn,
      ...journal.qualifiers(id),
      ...(mapRunArn === undefined ? {} : { mapRunArn, itemCount: mapRuns.store.child(id)?.items }),
      name,
      status,
      startDate: seconds(startDate),
      stopDate: stopDate === null ? undefined : seconds(stopDate),
      redriveCount: 0,
    }));
    return { executions, nextToken };
  },
});

/** The Map Run that the execution is a child of. */
function mapRunOf({ mapRuns }: StatesContext, execution: Execution): MapRun | undefined {
  const child = isChild(execution) ? mapRuns.store.child(execution.id) : undefined;
  return child && mapRuns.store.byId(child.mapRun);
}

/** @throws AwsError InvalidArn, ResourceNotFound */
export function existingMapRun({ mapRuns }: StatesContext, mapRunArn: string): MapRun {
  requireArn(mapRunArn, "mapRun");
  const mapRun = mapRuns.store.find(mapRunArn);
  if (mapRun) return mapRun;
  throw new AwsError("ResourceNotFound", `Resource not found: '${mapRunArn}'`, 400, {
    resourceName: mapRunArn,
  });
}

/** @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function existingExecution({ journal, core }: StatesContext, arn: string): Execution {
  requireArn(arn, "execution");
  const execution = journal.find(arn);
  const isKept = execution && (execution.stopDate ?? Infinity) > core.now() - RETENTION_MS;
  if (isKept) return execution;
  throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
}

function begin(
  { interpreter, core }: StatesContext,
  { machine, revision, version, alias }: Target,
  name: string,
  input: string,
  sync: boolean,
): Execution {
  return interpreter.start({
    arn: executionArn(machine, name),
    machineArn: machine.arn,
    revision,
    versionArn: version?.arn,
    aliasArn: alias?.arn,
    name,
    type: machine.type,
    sync: sync ? 1 : 0,
    input,
    startDate: core.now(),
  });
}

function redrive({ status, stopDate }: Execution, now: number) {
  const wentWell = status === "RUNNING" || status === "SUCCEEDED";
  if (!wentWell && now - stopDate! <= REDRIVE_MS) return { redriveStatus: "REDRIVABLE" };
  return {
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: wentWell
      ? `Execution is ${status} and cannot be redriven`
      : "Execution redrive period exceeded and cannot be redriven",
  };
}

function requireType(machine: StateMachine, type: StateMachine["type"]): void {
  if (machine.type === type) return;
  throw new AwsError(
    "StateMachineTypeNotSupported",
    "This operation is not supported by this type of state machine",
  );
}

/** @throws AwsError InvalidName, InvalidExecutionInput */
function nameAndInput(given: Infer<typeof start>): { name: string; input: string } {
  const { name = crypto.randomUUID(), input = "{}" } = given;
  requireName(name);
  const refuse = (why: string) =>
    new AwsError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${why}'`);
  if (input.trim() === "") throw refuse("Invalid execution input.");
  if (exceedsDataLimit(input)) throw refuse(`The input exceeds the maximum of ${DATA_LIMIT} bytes.`);
  try {
    parseUserJson(input);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  return { name, input };
}

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
import type { Execution } from "./interpreter/journal.ts";
import { DATA_LIMIT, exceedsDataLimit } from "./language/asl.ts";
import { parseUserJson } from "./language/json_text.ts";
import { executionArn, requireActive, requireArn, type StateMachine } from "./machines.ts";

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
    const { machines, journal, core } = states;
    const machine = machines.get(given.stateMachineArn);
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
    const { arn, startDate } = isSame ? known : begin(states, machine, name, input, false);
    return { executionArn: arn, startDate: seconds(startDate) };
  },
});

export const startSyncExecution = operation({
  action: "states:StartSyncExecution",
  input: structure({ ...startMembers, includedData: notSupported() }),
  resource: onMachine,
  async run(given, states) {
    const machine = states.machines.get(given.stateMachineArn);
    requireType(machine, "EXPRESS");
    requireActive(machine);
    const { name, input } = nameAndInput(given);
    const execution = begin(states, machine, name, input, true);
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
    stateMachineArn: arn,
    statusFilter: string({
      values: ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"],
    }),
    mapRunArn: notSupported(),
    redriveFilter: notSupported(),
    ...paging(3096),
  }),
  resource: onMachine,
  run(input, { machines, journal }) {
    const { stateMachineArn, statusFilter } = input;
    requireType(machines.get(stateMachineArn), "STANDARD");
    const { items, nextToken } = numberedPage(
      input,
      `${stateMachineArn} ${statusFilter ?? ""}`,
      (after, limit) => journal.list(stateMachineArn, statusFilter, limit, after),
    );
    const executions = items.map(({ arn, name, status, startDate, stopDate }) => ({
      executionArn: arn,
      stateMachineArn,
      name,
      status,
      startDate: seconds(startDate),
      stopDate: stopDate === null ? undefined : seconds(stopDate),
      redriveCount: 0,
    }));
    return { executions, nextToken };
  },
});

/** @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function existingExecution({ journal, core }: StatesContext, arn: string): Execution {
  requireArn(arn, "execution");
  const execution = journal.find(arn);
  const isKept = execution && (execution.stopDate ?? Infinity) > core.now() - RETENTION_MS;
  if (isKept) return execution;
  throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
}

function begin(
  { interpreter, core, machines }: StatesContext,
  machine: StateMachine,
  name: string,
  input: string,
  sync: boolean,
): Execution {
  return interpreter.start({
    arn: executionArn(machine, name),
    machineArn: machine.arn,
    revision: machines.inForce(machine),
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

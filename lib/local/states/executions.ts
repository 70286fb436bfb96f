/** Start, stop, describe and list executions. */
import { AwsError } from "../errors.ts";
import { type Operation, operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import { type Infer, notSupported, required, string, structure } from "../legacy_shapes.ts";
import { DATA_LIMIT, exceedsDataLimit } from "./asl.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Execution, Journal } from "./journal.ts";
import { parseUserJson } from "./json_text.ts";
import { type Machine, type MachineStore, requireArn, seconds } from "./machines.ts";
import { pageShape, pageSize, readToken, writeToken } from "./paging.ts";
import { requireActive, requireName } from "./state_machines.ts";

/** How long an ended execution is kept and its name taken. */
export const RETENTION_MS = 90 * 86_400_000;
/** How long a failed execution could be redriven. */
const REDRIVE_MS = 14 * 86_400_000;

const arn = required(string({ min: 1, max: 256 }));
const startMembers = {
  stateMachineArn: arn,
  name: string({ min: 1, max: 80 }),
  input: string({ max: DATA_LIMIT }),
  traceHeader: string({ max: 256 }),
};
const startShape = structure(startMembers);
const startSyncShape = structure({ ...startMembers, includedData: notSupported() });

export function executionOperations(
  core: Core,
  machines: MachineStore,
  journal: Journal,
  interpreter: Interpreter,
): Record<string, Operation> {
  const authorize = (call: Call, action: string, resource: string) =>
    core.siblings.iam.authorize(call.principal, `states:${action}`, resource);

  const begin = (machine: Machine, name: string, input: string, sync: boolean): Execution => {
    const isExpress = machine.type === "EXPRESS";
    const prefix = machine.arn.replace(":stateMachine:", isExpress ? ":express:" : ":execution:");
    return interpreter.start({
      arn: isExpress ? `${prefix}:${name}:${crypto.randomUUID()}` : `${prefix}:${name}`,
      machineArn: machine.arn,
      revision: machine.revision,
      name,
      type: machine.type,
      sync: sync ? 1 : 0,
      input,
      startDate: core.now(),
    });
  };

  const start = (given: Infer<typeof startShape>, call: Call) => {
    authorize(call, "StartExecution", given.stateMachineArn);
    const machine = machines.get(given.stateMachineArn);
    requireActive(machine);
    const { name = crypto.randomUUID(), input = "{}" } = given;
    requireName(name);
    requireInput(input);
    const known = machine.type === "STANDARD"
      ? journal.find(`${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`)
      : undefined;
    if (!known) return started(begin(machine, name, input, false));
    if (known.status === "RUNNING" && known.input === input) return started(known);
    const freedAt = known.stopDate === null ? Infinity : known.stopDate + RETENTION_MS;
    if (freedAt > core.now()) {
      throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${known.arn}'`);
    }
    journal.forget(core.now() - RETENTION_MS);
    return started(begin(machine, name, input, false));
  };

  const startSync = async (given: Infer<typeof startSyncShape>, call: Call) => {
    authorize(call, "StartSyncExecution", given.stateMachineArn);
    const machine = machines.get(given.stateMachineArn);
    requireType(machine, "EXPRESS");
    requireActive(machine);
    const { name = crypto.randomUUID(), input = "{}" } = given;
    requireName(name);
    requireInput(input);
    const execution = begin(machine, name, input, true);
    const { ending: { status, output, error, cause }, stopDate } = await interpreter.ending(execution);
    const milliseconds = Math.max(1, stopDate - execution.startDate);
    return {
      executionArn: execution.arn,
      stateMachineArn: machine.arn,
      name,
      startDate: seconds(execution.startDate),
      stopDate: seconds(stopDate),
      status,
      ...(error ? { error } : {}),
      ...(cause ? { cause } : {}),
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
  };

  return {
    StartExecution: operation(startShape, start),
    StartSyncExecution: operation(startSyncShape, startSync),
    StopExecution: operation(
      structure({ executionArn: arn, error: string({ max: 256 }), cause: string({ max: 32_768 }) }),
      ({ executionArn, error, cause }, call) => {
        authorize(call, "StopExecution", executionArn);
        const execution = findExecution(journal, core, executionArn);
        const stopDate = execution.stopDate ?? interpreter.abort(execution, error, cause);
        return { stopDate: seconds(stopDate) };
      },
    ),
    DescribeExecution: operation(
      structure({ executionArn: arn, includedData: notSupported() }),
      ({ executionArn }, call) => {
        authorize(call, "DescribeExecution", executionArn);
        return described(findExecution(journal, core, executionArn), core.now());
      },
    ),
    ListExecutions: operation(
      structure({
        stateMachineArn: arn,
        statusFilter: string({
          values: ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"],
        }),
        mapRunArn: notSupported(),
        redriveFilter: notSupported(),
        ...pageShape(3096),
      }),
      (input, call) => {
        const { stateMachineArn, statusFilter } = input;
        authorize(call, "ListExecutions", stateMachineArn);
        requireType(machines.get(stateMachineArn), "STANDARD");
        const list = `${stateMachineArn} ${statusFilter ?? ""}`;
        const size = pageSize(input);
        const before = readToken(input, list) ?? Number.MAX_SAFE_INTEGER;
        const found = journal.list(stateMachineArn, statusFilter, before, size + 1);
        return {
          executions: found.slice(0, size).map((execution) => ({
            executionArn: execution.arn,
            stateMachineArn,
            name: execution.name,
            status: execution.status,
            startDate: seconds(execution.startDate),
            ...(execution.stopDate === null ? {} : { stopDate: seconds(execution.stopDate) }),
            redriveCount: 0,
          })),
          ...(found.length > size ? { nextToken: writeToken(list, found[size - 1]!.id) } : {}),
        };
      },
    ),
  };
}

/** @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function findExecution(journal: Journal, core: Core, arn: string): Execution {
  requireArn(arn, "execution");
  const execution = journal.find(arn);
  const isKept = execution && (execution.stopDate ?? Infinity) > core.now() - RETENTION_MS;
  if (isKept) return execution;
  throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
}

function started(execution: Execution) {
  return { executionArn: execution.arn, startDate: seconds(execution.startDate) };
}

function described(execution: Execution, now: number) {
  const { status, stopDate, output, error, cause } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    status,
    startDate: seconds(execution.startDate),
    ...(stopDate === null ? {} : { stopDate: seconds(stopDate) }),
    input: execution.input,
    inputDetails: { included: true },
    ...(output === null ? {} : { output, outputDetails: { included: true } }),
    ...(error ? { error } : {}),
    ...(cause ? { cause } : {}),
    redriveCount: 0,
    ...redrive(status, stopDate, now),
  };
}

function redrive(status: string, stopDate: number | null, now: number) {
  if (status === "RUNNING" || status === "SUCCEEDED") {
    return {
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: `Execution is ${status} and cannot be redriven`,
    };
  }
  if (now - stopDate! <= REDRIVE_MS) return { redriveStatus: "REDRIVABLE" };
  return {
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: "Execution redrive period exceeded and cannot be redriven",
  };
}

function requireType(machine: Machine, type: Machine["type"]): void {
  if (machine.type === type) return;
  throw new AwsError(
    "StateMachineTypeNotSupported",
    "This operation is not supported by this type of state machine",
  );
}

function requireInput(input: string): void {
  const refuse = (why: string) =>
    new AwsError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${why}'`);
  if (input.trim() === "") throw refuse("Invalid execution input.");
  if (exceedsDataLimit(input)) throw refuse(`The input exceeds the maximum of ${DATA_LIMIT} bytes.`);
  try {
    parseUserJson(input);
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

/** Create, update, describe, list and delete state machines; validate definitions. */
import { AwsError, unsupported } from "../errors.ts";
import { type Operation, operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import {
  boolean,
  type Infer,
  integer,
  list,
  notSupported,
  required,
  string,
  structure,
} from "../legacy_shapes.ts";
import { diagnose, requireValid } from "./definition.ts";
import type { Journal } from "./journal.ts";
import { assumer, type Machine, type MachineStore, requireArn, seconds } from "./machines.ts";
import { pageShape, pageSize, readToken, writeToken } from "./paging.ts";
import { checkTags, tagShape } from "./tags.ts";

const definition = string({ min: 1, max: 1_048_576 });
const roleArn = string({ min: 1, max: 256 });
const type = string({ values: ["STANDARD", "EXPRESS"] });
const arn = required(string({ min: 1, max: 256 }));
const configuration = {
  loggingConfiguration: structure({
    level: string({ values: ["ALL", "ERROR", "FATAL", "OFF"] }),
    includeExecutionData: boolean(),
    destinations: list(structure({}), { max: 1 }),
  }),
  tracingConfiguration: structure({ enabled: boolean() }),
  encryptionConfiguration: structure({
    type: required(string({ values: ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"] })),
  }),
  publish: boolean(),
  versionDescription: string({ max: 256 }),
};
const createShape = structure({
  name: required(string({ min: 1, max: 80 })),
  definition: required(definition),
  roleArn: required(roleArn),
  type,
  tags: list(tagShape),
  ...configuration,
});
const updateShape = structure({ stateMachineArn: arn, definition, roleArn, ...configuration });

/** What a machine logs and traces: nothing, as long as the local AWS has neither. */
const CONFIGURATION = {
  loggingConfiguration: { level: "OFF", includeExecutionData: false },
  tracingConfiguration: { enabled: false },
};

export function stateMachineOperations(
  core: Core,
  machines: MachineStore,
  journal: Journal,
): Record<string, Operation> {
  const authorize = (call: Call, action: string, resource: string) =>
    core.siblings.iam.authorize(call.principal, `states:${action}`, resource);

  /** AWS tries the role when it is handed over. */
  const requireRole = (call: Call, role: string, machineArn: string) => {
    if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(role)) {
      throw new AwsError("InvalidArn", `Invalid Role Arn: '${role}'`);
    }
    const by = assumer(machineArn);
    core.siblings.iam.authorizePassRole(call.principal, role, by.service);
    if (core.siblings.iam.isAssumable(role, by)) return;
    throw new AwsError(
      "AccessDeniedException",
      "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume " +
        "the provided role.",
    );
  };

  const create = async (input: Infer<typeof createShape>, call: Call) => {
    const machineArn = machines.arn(input.name);
    authorize(call, "CreateStateMachine", machineArn);
    requireName(input.name);
    requirePlain(input);
    const machineType = input.type ?? "STANDARD";
    await requireValid(input.definition, machineType);
    const tags = checkTags({}, input.tags ?? [], machineArn);
    const existing = machines.find(machineArn);
    if (existing) {
      requireActive(existing);
      // The same machine once more is no error; another role or other tags are not looked at.
      const same = machines.revision(existing.revision).definition === input.definition &&
        existing.type === machineType;
      if (same) return { stateMachineArn: machineArn, creationDate: seconds(existing.creationDate) };
      throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${machineArn}'`);
    }
    requireRole(call, input.roleArn, machineArn);
    const creationDate = core.now();
    core.store.transaction(() => {
      const revision = machines.addRevision({
        machineArn,
        machineName: input.name,
        definition: input.definition,
        roleArn: input.roleArn,
        updateDate: creationDate,
      });
      machines.put({
        arn: machineArn,
        name: input.name,
        type: machineType,
        creationDate,
        status: "ACTIVE",
        revision,
        tags,
      });
    });
    return { stateMachineArn: machineArn, creationDate: seconds(creationDate) };
  };

  const update = async (input: Infer<typeof updateShape>, call: Call) => {
    authorize(call, "UpdateStateMachine", input.stateMachineArn);
    const machine = machines.get(input.stateMachineArn);
    requireActive(machine);
    requirePlain(input);
    if (!input.definition && !input.roleArn && !input.loggingConfiguration && !input.tracingConfiguration) {
      throw new AwsError(
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
      );
    }
    if (input.definition) await requireValid(input.definition, machine.type);
    if (input.roleArn) requireRole(call, input.roleArn, machine.arn);
    const before = machines.revision(machine.revision);
    const { definition = before.definition, roleArn = before.roleArn } = input;
    const updateDate = core.now();
    const isSame = definition === before.definition && roleArn === before.roleArn;
    const revisionId = isSame && before.revisionId ? before.revisionId : crypto.randomUUID();
    core.store.transaction(() => {
      const revision = machines.addRevision({ ...before, definition, roleArn, updateDate, revisionId });
      machines.put({ ...machine, revision });
    });
    return { updateDate: seconds(updateDate), revisionId };
  };

  return {
    CreateStateMachine: operation(createShape, create),
    UpdateStateMachine: operation(updateShape, update),
    DescribeStateMachine: operation(
      structure({ stateMachineArn: arn, includedData: notSupported() }),
      ({ stateMachineArn }, call) => {
        authorize(call, "DescribeStateMachine", stateMachineArn);
        const { name, status, type, creationDate, revision } = machines.get(stateMachineArn);
        const { definition, roleArn, revisionId } = machines.revision(revision);
        const described = { stateMachineArn, name, status, definition, roleArn, type, revisionId };
        return { ...described, creationDate: seconds(creationDate), ...CONFIGURATION };
      },
    ),
    DescribeStateMachineForExecution: operation(
      structure({ executionArn: arn, includedData: notSupported() }),
      ({ executionArn }, call) => {
        authorize(call, "DescribeStateMachineForExecution", executionArn);
        requireArn(executionArn, "execution");
        const execution = journal.find(executionArn);
        if (!execution) {
          throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
        }
        const revision = machines.revision(execution.revision);
        const { machineArn: stateMachineArn, machineName: name, definition, roleArn, revisionId } = revision;
        return {
          ...{ stateMachineArn, name, definition, roleArn, revisionId },
          updateDate: seconds(revision.updateDate),
          ...CONFIGURATION,
        };
      },
    ),
    ListStateMachines: operation(structure(pageShape()), (input, call) => {
      authorize(call, "ListStateMachines", "*");
      const all = machines.list();
      const from = readToken(input, "stateMachines") ?? 0;
      const to = from + pageSize(input);
      return {
        stateMachines: all.slice(from, to).map(({ arn, name, type, creationDate }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: seconds(creationDate),
        })),
        ...(to < all.length ? { nextToken: writeToken("stateMachines", to) } : {}),
      };
    }),
    DeleteStateMachine: operation(structure({ stateMachineArn: arn }), ({ stateMachineArn }, call) => {
      authorize(call, "DeleteStateMachine", stateMachineArn);
      requireArn(stateMachineArn, "stateMachine");
      const machine = machines.find(stateMachineArn);
      if (machine) machines.delete(machine);
    }),
    ValidateStateMachineDefinition: operation(
      structure({
        definition: required(definition),
        type,
        severity: string({ values: ["ERROR", "WARNING"] }),
        maxResults: integer({ min: 0, max: 100 }),
      }),
      async ({ definition, type = "STANDARD", maxResults }, call) => {
        authorize(call, "ValidateStateMachineDefinition", "*");
        const found = await diagnose(definition, type);
        const most = maxResults || 100;
        return {
          result: found.length === 0 ? "OK" : "FAIL",
          diagnostics: found.slice(0, most).map((diagnostic) => ({ severity: "ERROR", ...diagnostic })),
          truncated: found.length > most,
        };
      },
    ),
  };
}

/** @throws AwsError InvalidName */
export function requireName(name: string): void {
  if (/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) {
    throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
  }
}

/** @throws AwsError StateMachineDeleting */
export function requireActive(machine: Machine): void {
  if (machine.status === "ACTIVE") return;
  throw new AwsError("StateMachineDeleting", `State Machine is being deleted: '${machine.arn}'`);
}

function requirePlain(input: Infer<ReturnType<typeof structure<typeof configuration>>>): void {
  const refuse = (what: string) => {
    throw unsupported(what);
  };
  const level = input.loggingConfiguration?.level ?? "OFF";
  if (level !== "OFF") refuse(`'loggingConfiguration' with level ${level}`);
  if (input.tracingConfiguration?.enabled) refuse("'tracingConfiguration' (X-Ray)");
  if (input.encryptionConfiguration?.type === "CUSTOMER_MANAGED_KMS_KEY") {
    refuse("'encryptionConfiguration' with a key of one's own");
  }
  if (input.publish) refuse("versions of state machines ('publish')");
}

/** Create, update, describe, list and delete state machines; validate definitions. */
import { AwsError, unsupported } from "../errors.ts";
import { page } from "../pages.ts";
import { boolean, type Infer, integer, list, notSupported, required, string, structure } from "../shapes.ts";
import {
  arn,
  invalidToken,
  onExecution,
  onMachine,
  operation,
  pageSize,
  paging,
  requireName,
  seconds,
  type StatesContext,
} from "./context.ts";
import { diagnose, requireValid } from "./definition/diagnose.ts";
import type { Diagnostic } from "./definition/report.ts";
import { requireManagedRules } from "./managed_rules.ts";
import { assumer, requireActive, requireArn } from "./machines.ts";
import { tagShape, withTags } from "./tags.ts";

const definition = string({ min: 1, max: 1_048_576 });
const roleArn = string({ min: 1, max: 256 });
const type = string({ values: ["STANDARD", "EXPRESS"] });
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

/** What is returned of logging and tracing, which the local AWS does not support. */
const CONFIGURATION = {
  loggingConfiguration: { level: "OFF", includeExecutionData: false },
  tracingConfiguration: { enabled: false },
};

const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/.+$/;

/** AWS reports a malformed ARN last: see `requireRole`. */
const passRole = ({ roleArn = "" }: { roleArn?: string }) => ROLE_ARN.test(roleArn) ? roleArn : undefined;

export const createStateMachine = operation({
  action: "states:CreateStateMachine",
  tagging: "states:TagResource",
  input: structure({
    name: required(string({ min: 1, max: 80 })),
    definition: required(definition),
    roleArn: required(roleArn),
    type,
    tags: list(tagShape),
    ...configuration,
  }),
  resource: ({ name }, { machines }) => machines.arn(name),
  passRole,
  run(input, states) {
    const { name, definition, roleArn, type = "STANDARD" } = input;
    const { machines, core } = states;
    const machineArn = machines.arn(name);
    requireName(name);
    requirePlain(input);
    const { variableReferences } = requireValid(definition, type, core.operation);
    const tags = withTags({}, input.tags ?? [], machineArn);
    const existing = machines.find(machineArn);
    if (existing) {
      requireActive(existing);
      // Creating the same machine again is not an error; a different role or tags are ignored.
      const isSame = existing.type === type && machines.revision(existing.revision).definition === definition;
      if (isSame) return { stateMachineArn: machineArn, creationDate: seconds(existing.creationDate) };
      throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${machineArn}'`);
    }
    requireRole(states, roleArn, machineArn);
    requireManagedRules(core, definition, roleArn, machineArn);
    const creationDate = core.now();
    core.store.transaction(() => {
      const updateDate = creationDate;
      const revision = machines.addRevision({
        machineArn,
        machineName: name,
        definition,
        variableReferences,
        roleArn,
        updateDate,
      });
      machines.put({ arn: machineArn, name, type, creationDate, status: "ACTIVE", revision, tags });
    });
    return { stateMachineArn: machineArn, creationDate: seconds(creationDate) };
  },
});

export const updateStateMachine = operation({
  action: "states:UpdateStateMachine",
  input: structure({ stateMachineArn: arn, definition, roleArn, ...configuration }),
  resource: onMachine,
  passRole,
  run(input, states) {
    const { machines, core } = states;
    const machine = machines.get(input.stateMachineArn);
    requireActive(machine);
    requirePlain(input);
    if (!input.definition && !input.roleArn && !input.loggingConfiguration && !input.tracingConfiguration) {
      throw new AwsError(
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
      );
    }
    const valid = input.definition ? requireValid(input.definition, machine.type, core.operation) : undefined;
    if (input.roleArn) requireRole(states, input.roleArn, machine.arn);
    const before = machines.revision(machine.revision);
    const { definition = before.definition, roleArn = before.roleArn } = input;
    requireManagedRules(core, definition, roleArn, machine.arn);
    const updateDate = core.now();
    const isSame = definition === before.definition && roleArn === before.roleArn;
    const revisionId = isSame && before.revisionId ? before.revisionId : crypto.randomUUID();
    core.store.transaction(() => {
      const { variableReferences } = valid ?? before;
      const revision = machines.addRevision({
        ...before,
        definition,
        variableReferences,
        roleArn,
        updateDate,
        revisionId,
      });
      const seconds = core.strict?.machineUpdateSeconds;
      const former = seconds && { revision: machines.inForce(machine), until: updateDate + seconds * 1000 };
      machines.put({ ...machine, revision, ...former ? { former } : {} });
    });
    return { updateDate: seconds(updateDate), revisionId };
  },
});

export const describeStateMachine = operation({
  action: "states:DescribeStateMachine",
  input: structure({ stateMachineArn: arn, includedData: notSupported() }),
  resource: onMachine,
  run({ stateMachineArn }, { machines }) {
    const machine = machines.get(stateMachineArn);
    const { name, status, type, creationDate } = machine;
    const { definition, roleArn, revisionId, variableReferences } = machines.revision(
      machines.inForce(machine),
    );
    const described = {
      stateMachineArn,
      name,
      status,
      definition,
      roleArn,
      type,
      revisionId,
      variableReferences,
    };
    return { ...described, creationDate: seconds(creationDate), ...CONFIGURATION };
  },
});

export const describeStateMachineForExecution = operation({
  action: "states:DescribeStateMachineForExecution",
  input: structure({ executionArn: arn, includedData: notSupported() }),
  resource: onExecution,
  run({ executionArn }, { machines, journal }) {
    requireArn(executionArn, "execution");
    const execution = journal.find(executionArn);
    if (!execution) {
      throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
    }
    const revision = machines.revision(execution.revision);
    const { machineArn: stateMachineArn, machineName: name, definition, roleArn, revisionId } = revision;
    const { variableReferences } = revision;
    const described = { stateMachineArn, name, definition, roleArn, revisionId, variableReferences };
    return { ...described, updateDate: seconds(revision.updateDate), ...CONFIGURATION };
  },
});

export const listStateMachines = operation({
  action: "states:ListStateMachines",
  input: structure(paging()),
  run(input, { machines }) {
    const { items, next } = page(machines.list(), {
      key: ({ name }) => [name],
      limit: pageSize(input),
      token: input.nextToken,
      list: "stateMachines",
      invalidToken,
    });
    const stateMachines = items.map(({ arn, name, type, creationDate }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: seconds(creationDate),
    }));
    return { stateMachines, nextToken: next };
  },
});

export const deleteStateMachine = operation({
  action: "states:DeleteStateMachine",
  input: structure({ stateMachineArn: arn }),
  resource: onMachine,
  run({ stateMachineArn }, { machines }) {
    requireArn(stateMachineArn, "stateMachine");
    const machine = machines.find(stateMachineArn);
    if (machine) machines.delete(machine);
  },
});

export const validateStateMachineDefinition = operation({
  action: "states:ValidateStateMachineDefinition",
  input: structure({
    definition: required(definition),
    type,
    severity: string({ values: ["ERROR", "WARNING"] }),
    maxResults: integer({ min: 0, max: 100 }),
  }),
  run({ definition, type = "STANDARD", severity: least = "ERROR", maxResults }, { core }) {
    const isError = ({ severity }: Diagnostic) => severity === "ERROR";
    const all = diagnose(definition, type, core.operation).found;
    const found = least === "WARNING" ? all : all.filter(isError);
    const most = maxResults || 100;
    return {
      result: all.some(isError) ? "FAIL" : "OK",
      diagnostics: found.slice(0, most),
      truncated: found.length > most,
    };
  },
});

/** @throws AwsError InvalidArn */
export function requireRoleArn(role: string): void {
  if (!ROLE_ARN.test(role)) throw new AwsError("InvalidArn", `Invalid Role Arn: '${role}'`);
}

/** Step Functions tries to assume the role on create and update. @throws AwsError InvalidArn, AccessDeniedException */
function requireRole({ core }: StatesContext, role: string, machineArn: string): void {
  requireRoleArn(role);
  if (core.iam.isAssumable(role, assumer(machineArn))) return;
  throw new AwsError(
    "AccessDeniedException",
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume " +
      "the provided role.",
  );
}

/** @throws AwsError for settings that AWS supports and the local AWS does not */
function requirePlain(input: Infer<ReturnType<typeof structure<typeof configuration>>>): void {
  const { loggingConfiguration, tracingConfiguration, encryptionConfiguration, publish } = input;
  const level = loggingConfiguration?.level ?? "OFF";
  if (level !== "OFF") throw unsupported(`'loggingConfiguration' with level ${level}`);
  if (tracingConfiguration?.enabled) throw unsupported("'tracingConfiguration' (X-Ray)");
  if (encryptionConfiguration?.type === "CUSTOMER_MANAGED_KMS_KEY") {
    throw unsupported("'encryptionConfiguration' with a customer managed key");
  }
  if (publish) throw unsupported("versions of state machines ('publish')");
}

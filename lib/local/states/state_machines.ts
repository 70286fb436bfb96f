/** Create, update, describe, list and delete state machines; validate definitions. */
import { isDeepStrictEqual } from "node:util";
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
import { requireLogDelivery } from "./logging.ts";
import { requireManagedRules } from "./managed_rules.ts";
import { assumer, requireActive, requireArn, type Revision, type StateMachine } from "./machines.ts";
import { tagShape, withTags } from "./tags.ts";

const definition = string({ min: 1, max: 1_048_576 });
const roleArn = string({ min: 1, max: 256 });
const type = string({ values: ["STANDARD", "EXPRESS"] });
const configuration = {
  loggingConfiguration: structure({
    level: string({ values: ["ALL", "ERROR", "FATAL", "OFF"] as const }),
    includeExecutionData: boolean(),
    destinations: list(
      structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: string({ max: 256 }) }) }),
    ),
  }),
  tracingConfiguration: structure({ enabled: boolean() }),
  encryptionConfiguration: structure({
    type: required(string({ values: ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"] })),
  }),
  publish: boolean(),
  versionDescription: string({ max: 256 }),
};

/** The configuration of a revision as it is described. Traces are not written: there is no X-Ray here. */
function described({ loggingConfiguration, tracingConfiguration }: Revision) {
  return {
    loggingConfiguration: { level: "OFF", includeExecutionData: false, ...loggingConfiguration },
    tracingConfiguration: { enabled: false, ...tracingConfiguration },
  };
}

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
      if (isSame) {
        return { ...created(existing), ...published(states, existing, input) };
      }
      throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${machineArn}'`);
    }
    requireRole(states, roleArn, machineArn);
    requireManagedRules(core, definition, roleArn, machineArn);
    requireLogDelivery(core, input.loggingConfiguration, roleArn, machineArn);
    const creationDate = core.now();
    return core.store.transaction(() => {
      const updateDate = creationDate;
      const revision = machines.addRevision({
        machineArn,
        machineName: name,
        definition,
        variableReferences,
        roleArn,
        updateDate,
        loggingConfiguration: input.loggingConfiguration,
        tracingConfiguration: input.tracingConfiguration,
      });
      const machine = {
        arn: machineArn,
        name,
        type,
        creationDate,
        status: "ACTIVE",
        revision,
        tags,
      } as const;
      machines.put(machine);
      return { ...created(machine), ...published(states, machine, input) };
    });
  },
});

function created({ arn, creationDate }: StateMachine) {
  return { stateMachineArn: arn, creationDate: seconds(creationDate) };
}

/** Publishes a version where that was asked for; returns the answer's member about it. */
function published(
  { versions }: StatesContext,
  machine: StateMachine,
  { publish, versionDescription }: { publish?: boolean; versionDescription?: string },
) {
  return publish ? { stateMachineVersionArn: versions.publish(machine, versionDescription).arn } : {};
}

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
    const updateDate = core.now();
    const loggingConfiguration = input.loggingConfiguration ?? before.loggingConfiguration;
    const tracingConfiguration = input.tracingConfiguration ?? before.tracingConfiguration;
    requireManagedRules(core, definition, roleArn, machine.arn);
    requireLogDelivery(core, loggingConfiguration, roleArn, machine.arn);
    const isSame = definition === before.definition && roleArn === before.roleArn &&
      isDeepStrictEqual(loggingConfiguration, before.loggingConfiguration) &&
      isDeepStrictEqual(tracingConfiguration, before.tracingConfiguration);
    const revisionId = isSame && before.revisionId ? before.revisionId : crypto.randomUUID();
    return core.store.transaction(() => {
      const { variableReferences } = valid ?? before;
      const revision = machines.addRevision({
        ...before,
        definition,
        variableReferences,
        roleArn,
        updateDate,
        revisionId,
        loggingConfiguration,
        tracingConfiguration,
      });
      const late = core.strict?.machineUpdateSeconds;
      const former = late && { revision: machines.inForce(machine), until: updateDate + late * 1000 };
      const updated = { ...machine, revision, ...former ? { former } : {} };
      machines.put(updated);
      return { updateDate: seconds(updateDate), revisionId, ...published(states, updated, input) };
    });
  },
});

export const describeStateMachine = operation({
  action: "states:DescribeStateMachine",
  input: structure({ stateMachineArn: arn, includedData: notSupported() }),
  resource: onMachine,
  run({ stateMachineArn }, { machines, versions }) {
    const { machine, version, revision } = versions.target(stateMachineArn);
    const { name, status, type, creationDate } = version
      ? { ...machine, creationDate: version.creationDate }
      : machine;
    const shown = machines.revision(revision);
    const { definition, roleArn, revisionId, variableReferences } = shown;
    const members = {
      stateMachineArn,
      name,
      status,
      definition,
      roleArn,
      type,
      revisionId,
      variableReferences,
      description: version?.description,
    };
    return { ...members, creationDate: seconds(creationDate), ...described(shown) };
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
    const members = { stateMachineArn, name, definition, roleArn, revisionId, variableReferences };
    return { ...members, updateDate: seconds(revision.updateDate), ...described(revision) };
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
  run({ stateMachineArn }, { core, machines, versions }) {
    requireArn(stateMachineArn, "stateMachine");
    const machine = machines.find(stateMachineArn);
    if (!machine) return;
    core.store.transaction(() => {
      versions.deleteAll(machine.arn);
      machines.delete(machine);
    });
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
  const { loggingConfiguration, encryptionConfiguration, publish, versionDescription } = input;
  const level = loggingConfiguration?.level ?? "OFF";
  const { destinations = [] } = loggingConfiguration ?? {};
  if (destinations.length > 1 || (level !== "OFF" && destinations.length === 0)) {
    throw new AwsError(
      "InvalidLoggingConfiguration",
      "Invalid Logging Configuration: Must specify exactly one Log Destination.",
    );
  }
  if (encryptionConfiguration?.type === "CUSTOMER_MANAGED_KMS_KEY") {
    throw unsupported("'encryptionConfiguration' with a customer managed key");
  }
  if (versionDescription !== undefined && !publish) {
    throw new AwsError("ValidationException", "Version description can only be set when publish is true");
  }
}

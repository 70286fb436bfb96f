/** Creates, updates and removes the state machines on the target. */
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../aws/clients.ts";
import { checkOurs, isOfEarlierVersion, ownTags } from "../aws/ownership.ts";
import { partitionOf } from "../aws/partition.ts";
import { type RetryOptions, whileRoleIsNew } from "../aws/retries.ts";
import { waitFor } from "../aws/waiting.ts";
import type { Definition } from "../graph/model.ts";
import type { FunctionKey, MachineKind } from "../names.ts";
import { PROJECT_DIR } from "../settings.ts";
import { placeholderOf, withValues } from "./definition_files.ts";

export function stateMachineArn(
  { region, account, names }: Pick<Aws, "region" | "account" | "names">,
  kind: MachineKind = "stateMachine",
): string {
  return `arn:${partitionOf(region)}:states:${region}:${account}:stateMachine:${names[kind]}`;
}

export const MACHINE_KINDS: readonly MachineKind[] = ["stateMachine", "batchMachine"];

/** The files in `statemachine/`. */
export const MACHINE_FILES: Readonly<Record<MachineKind, string>> = {
  stateMachine: "scones.asl.json",
  batchMachine: "batch.asl.json",
};

/** The text of a machine's file in `statemachine/`, with its placeholders. */
export async function readDefinition(kind: MachineKind = "stateMachine"): Promise<string> {
  return await Deno.readTextFile(join(PROJECT_DIR, "statemachine", MACHINE_FILES[kind]));
}

/**
 * The definition in a machine's file with the functions' ARNs in place of `${…FunctionArn}`.
 * @throws Error for a placeholder without a function of that name
 */
export async function loadDefinition(
  functionArns: Readonly<Record<FunctionKey, string>>,
  kind: MachineKind = "stateMachine",
): Promise<Definition> {
  const entries = Object.entries(functionArns).map(([key, arn]) => [placeholderOf(key as FunctionKey), arn]);
  return JSON.parse(filledIn(await readDefinition(kind), Object.fromEntries(entries)));
}

/**
 * The text with values in place of its placeholders.
 * @throws Error for a placeholder without a value
 */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  const filled = withValues(text, values);
  const [left] = filled.match(/\$\{\w+\}/) ?? [];
  if (left === undefined) return filled;
  throw new Error(
    `There is no value for the placeholder ${left} of the state machine. There are ` +
      `${Object.keys(values).map((name) => `\${${name}}`).join(", ")}.`,
  );
}

export interface DeployedStateMachine {
  arn: string;
  definition: Definition;
  change: "created" | "updated" | "unchanged";
}

/**
 * Creates a state machine, or updates its definition or role when they differ. Idempotent.
 * @param options.text of another definition than the file's, without placeholders
 * @param options.publish makes a version of what is deployed
 * @throws NotOursError if a state machine of this name belongs to somebody else
 */
export async function deployStateMachine(
  aws: Aws,
  options:
    & { roleArn: string; kind?: MachineKind }
    & ({ functionArns: Parameters<typeof loadDefinition>[0] } | { text: string; publish?: boolean })
    & Pick<RetryOptions, "onWait">,
): Promise<DeployedStateMachine> {
  const { sfn } = aws;
  const { roleArn, onWait, kind = "stateMachine" } = options;
  const arn = stateMachineArn(aws, kind);
  const definition: Definition = "text" in options
    ? JSON.parse(options.text)
    : await loadDefinition(options.functionArns, kind);
  const text = "text" in options ? options.text : JSON.stringify(definition, null, 2);
  const publish = "text" in options && options.publish ? true : undefined;
  const existing = await describe(aws, kind);
  if (!existing) {
    const tags = Object.entries(ownTags(aws)).map(([key, value]) => ({ key, value }));
    const command = new CreateStateMachineCommand({
      name: aws.names[kind],
      definition: text,
      roleArn,
      tags,
      publish,
    });
    // A state machine of this name may still be being deleted.
    const passes = (error: Error) => error.name === "StateMachineDeleting";
    await whileRoleIsNew(aws, roleArn, () => sfn.send(command), { passes, onWait });
    return { arn, definition, change: "created" };
  }
  await checkMachine(aws, existing.roleArn, { adopt: true, kind });
  if (machineChanges(existing, { definition, roleArn }).length === 0 && !publish) {
    return { arn, definition, change: "unchanged" };
  }
  const command = new UpdateStateMachineCommand({ stateMachineArn: arn, definition: text, roleArn, publish });
  const { revisionId } = await whileRoleIsNew(aws, roleArn, () => sfn.send(command), { onWait });
  await reached(aws, kind, revisionId);
  return { arn, definition, change: "updated" };
}

/** What of a state machine is to be changed. */
export function machineChanges(
  existing: { definition?: string; roleArn?: string },
  wanted: { definition: Definition; roleArn: string },
): string[] {
  return [
    ...isDeepStrictEqual(JSON.parse(existing.definition!), wanted.definition) ? [] : ["definition"],
    ...existing.roleArn === wanted.roleArn ? [] : ["role"],
  ];
}

/** Executions that start within seconds of an update may still use the old definition: waits until two looks show the new. */
async function reached(aws: Aws, kind: MachineKind, revisionId: string | undefined): Promise<void> {
  let seen = 0;
  await waitFor("The update of the state machine", {
    everySeconds: Math.min(aws.pollSeconds, 3),
    timeoutSeconds: 120,
  }, async () => {
    seen = (await describe(aws, kind))?.revisionId === revisionId ? seen + 1 : 0;
    return seen >= 2 ? true : undefined;
  });
}

/**
 * Checks that the state machine may be changed or removed. One of an earlier version may.
 * @param options.adopt tags one of an earlier version as ours
 * @throws NotOursError if it belongs to somebody else
 */
export async function checkMachine(
  aws: Aws,
  roleArn: string | undefined,
  { adopt = false, kind = "stateMachine" }: { adopt?: boolean; kind?: MachineKind } = {},
): Promise<void> {
  const resourceArn = stateMachineArn(aws, kind);
  const { tags = [] } = await aws.sfn.send(new ListTagsForResourceCommand({ resourceArn }));
  const found = Object.fromEntries(tags.map(({ key, value }) => [key!, value]));
  if (!isOfEarlierVersion(aws, found, roleArn)) {
    return checkOurs(aws, `The state machine ${aws.names[kind]}`, found);
  }
  if (!adopt) return;
  const own = Object.entries(ownTags(aws)).map(([key, value]) => ({ key, value }));
  await aws.sfn.send(new TagResourceCommand({ resourceArn, tags: own }));
}

/**
 * The ARN of the state machine on the target.
 * @throws Error that says to run the fourth notebook if it does not exist
 */
export async function findStateMachine(aws: Aws): Promise<string> {
  const found = await describe(aws);
  if (found) return found.stateMachineArn!;
  throw new Error(
    `The state machine ${aws.names.stateMachine} does not exist. Run notebook 4, Step Functions, first.`,
  );
}

/**
 * Removes the state machine and waits until it is gone; returns whether there was one.
 * @throws NotOursError if it belongs to somebody else
 */
export async function deleteStateMachine(aws: Aws, kind: MachineKind = "stateMachine"): Promise<boolean> {
  const existing = await describe(aws, kind);
  if (!existing) return false;
  if (existing.status !== "DELETING") await checkMachine(aws, existing.roleArn, { kind });
  await aws.sfn.send(new DeleteStateMachineCommand({ stateMachineArn: stateMachineArn(aws, kind) }));
  await waitFor(
    "Deleting the state machine",
    { everySeconds: aws.pollSeconds, timeoutSeconds: 300 },
    async () => {
      return await describe(aws, kind) ? undefined : true;
    },
  );
  return true;
}

/** The state machine on the target; undefined if it does not exist. */
export async function describe(aws: Aws, kind: MachineKind = "stateMachine") {
  try {
    return await aws.sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: stateMachineArn(aws, kind) }),
    );
  } catch (error) {
    if ((error as Error).name === "StateMachineDoesNotExist") return undefined;
    throw error;
  }
}

/** Creates, updates and removes the state machine on the target. */
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../aws/clients.ts";
import { partitionOf } from "../aws/partition.ts";
import { retryWhile, roleIsPropagating } from "../aws/retries.ts";
import { waitFor } from "../aws/waiting.ts";
import type { Definition } from "../graph/model.ts";
import { FUNCTION_NAMES, STATE_MACHINE_NAME } from "../names.ts";
import { PROJECT_DIR } from "../settings.ts";

export function stateMachineArn({ region, account }: Pick<Aws, "region" | "account">): string {
  return `arn:${partitionOf(region)}:states:${region}:${account}:stateMachine:${STATE_MACHINE_NAME}`;
}

/**
 * The definition in `statemachine/scones.asl.json` with the functions' ARNs in place of `${…FunctionArn}`.
 * @throws Error for a placeholder without a function of that name
 */
export async function loadDefinition(
  functionArns: Readonly<Record<keyof typeof FUNCTION_NAMES, string>>,
): Promise<Definition> {
  const text = await Deno.readTextFile(join(PROJECT_DIR, "statemachine", "scones.asl.json"));
  const values = new Map(
    Object.entries(functionArns).map((
      [key, arn],
    ) => [`${key[0]!.toUpperCase()}${key.slice(1)}FunctionArn`, arn]),
  );
  return JSON.parse(text.replaceAll(/\$\{(\w+)\}/g, (placeholder, name) => {
    const value = values.get(name);
    if (value === undefined) {
      throw new Error(
        `statemachine/scones.asl.json: there is no function for the placeholder ${placeholder}.`,
      );
    }
    return value;
  }));
}

export interface DeployedStateMachine {
  arn: string;
  definition: Definition;
  change: "created" | "updated" | "unchanged";
}

/** Creates the state machine, or updates its definition or role when they differ. Idempotent. */
export async function deployStateMachine(
  aws: Aws,
  options: { roleArn: string; functionArns: Parameters<typeof loadDefinition>[0] },
): Promise<DeployedStateMachine> {
  const { sfn } = aws;
  const arn = stateMachineArn(aws);
  const definition = await loadDefinition(options.functionArns);
  const text = JSON.stringify(definition, null, 2);
  const existing = await describe(aws);
  if (!existing) {
    const input = { name: STATE_MACHINE_NAME, definition: text, roleArn: options.roleArn };
    // A state machine of this name may still be being deleted.
    const passes = (error: Error) => roleIsPropagating(error) || error.name === "StateMachineDeleting";
    const { stateMachineArn = arn } = await retryWhile(
      passes,
      () => sfn.send(new CreateStateMachineCommand(input)),
    );
    return { arn: stateMachineArn, definition, change: "created" };
  }
  const same = isDeepStrictEqual(JSON.parse(existing.definition!), definition) &&
    existing.roleArn === options.roleArn;
  if (same) return { arn, definition, change: "unchanged" };
  const input = { stateMachineArn: arn, definition: text, roleArn: options.roleArn };
  await retryWhile(roleIsPropagating, () => sfn.send(new UpdateStateMachineCommand(input)));
  return { arn, definition, change: "updated" };
}

/**
 * The ARN of the state machine on the target.
 * @throws Error that says to run the fourth notebook if it does not exist
 */
export async function findStateMachine(aws: Aws): Promise<string> {
  const found = await describe(aws);
  if (found) return found.stateMachineArn!;
  throw new Error(
    `The state machine ${STATE_MACHINE_NAME} does not exist. Run notebook 4, Step Functions, first.`,
  );
}

/** Removes the state machine and waits until it is gone; returns whether there was one. */
export async function deleteStateMachine(aws: Aws): Promise<boolean> {
  if (!await describe(aws)) return false;
  await aws.sfn.send(new DeleteStateMachineCommand({ stateMachineArn: stateMachineArn(aws) }));
  await waitFor(
    "Deleting the state machine",
    { everySeconds: aws.pollSeconds, timeoutSeconds: 300 },
    async () => {
      return await describe(aws) ? undefined : true;
    },
  );
  return true;
}

/** The state machine on the target; undefined if it does not exist. */
export async function describe(aws: Aws) {
  try {
    return await aws.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: stateMachineArn(aws) }));
  } catch (error) {
    if ((error as Error).name === "StateMachineDoesNotExist") return undefined;
    throw error;
  }
}

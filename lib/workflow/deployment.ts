/** Deploys roles, functions and state machines, for the task deploy. */
import { ensureBucket } from "../aws/bucket.ts";
import type { Aws } from "../aws/clients.ts";
import type { FunctionKey, RoleKind } from "../names.ts";
import { ensureAlarms } from "./alarms.ts";
import { ensureTopic, subscriptionInWords } from "./alert_topic.ts";
import { type DeployedFunction, deployFunctions, FUNCTION_KEYS, settled } from "./functions.ts";
import { oldRoleReports } from "./old_roles.ts";
import type { OnReport } from "./report.ts";
import { ensureRole, ROLE_KINDS } from "./roles.ts";
import { deployStateMachine, MACHINE_KINDS } from "./state_machine.ts";

export { destroyWorkflow } from "./destroy.ts";
export type { ResourceReport } from "./report.ts";
export { trainingStates, workflowStatus } from "./status.ts";

/**
 * Creates the roles, the bucket, the functions with their log groups, the state machines and the alarms with their topic, or
 * updates what differs. Idempotent.
 * @throws NotOursError if something of these names belongs to somebody else
 */
export async function deployWorkflow(aws: Aws, onReport: OnReport): Promise<void> {
  const { names } = aws;
  const roles = {} as Record<RoleKind, string>;
  for (const kind of ROLE_KINDS) {
    const { arn, change } = await ensureRole(aws, kind);
    roles[kind] = arn;
    onReport({ kind: "role", name: change === "given" ? arn : names.roles[kind], state: change });
  }
  const bucket = await ensureBucket(aws);
  if (bucket.change !== "unchanged") {
    const note = bucket.note ? ` (${bucket.note})` : "";
    onReport({ kind: "bucket", name: aws.bucket, state: `${bucket.change}${note}` });
  }
  const functions = await deployFunctions(aws, roles.lambda);
  for (const { name, change } of functions) onReport({ kind: "function", name, state: change });
  for (const kind of MACHINE_KINDS) {
    const options = { roleArn: roles.states, functionArns: arnsByKey(functions), kind };
    const { change } = await deployStateMachine(aws, options);
    onReport({ kind: "state machine", name: names[kind], state: change });
  }
  const topic = await ensureTopic(aws);
  const told = subscriptionInWords(aws, topic.subscription);
  onReport({ kind: "topic", name: names.alertTopic, state: `${topic.change}; ${told}` });
  for (const { name, change } of await ensureAlarms(aws)) onReport({ kind: "alarm", name, state: change });
  (await oldRoleReports(aws)).forEach(onReport);
}

/** The ARNs of the deployed functions, for the state machine's definition. */
export function arnsByKey(functions: readonly DeployedFunction[]): Record<FunctionKey, string> {
  return Object.fromEntries(functions.map(({ key, arn }) => [key, arn])) as Record<FunctionKey, string>;
}

/**
 * The ARNs of the functions on the target.
 * @throws Error that says to run the third notebook if one is missing
 */
export async function findFunctionArns(aws: Aws): Promise<Record<FunctionKey, string>> {
  const arns = {} as Record<FunctionKey, string>;
  for (const key of FUNCTION_KEYS) {
    const name = aws.names.functions[key];
    const found = await settled(aws, name);
    if (!found) {
      throw new Error(`The function ${name} does not exist. Run notebook 3, Lambda functions, first.`);
    }
    arns[key] = found.FunctionArn!;
  }
  return arns;
}

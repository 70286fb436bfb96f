/** The steps that create something on the target. Each checks first that what it builds on exists. */
import type { Aws } from "../aws/clients.ts";
import { stagedDataset } from "../dataset/staging.ts";
import { formatCounts } from "../display/format.ts";
import { notice } from "../display/show.ts";
import { costReminderAtEnd } from "../training/costs.ts";
import type { RoleKind } from "../names.ts";
import { findEndpoint } from "../training/endpoint.ts";
import type { Estimator } from "../training/estimator.ts";
import type { Predictor } from "../training/predictor.ts";
import { findFunctionArns } from "../workflow/deployment.ts";
import { type DeployedFunction, deployFunctions, FUNCTIONS } from "../workflow/functions.ts";
import * as roles from "../workflow/roles.ts";
import * as machines from "../workflow/state_machine.ts";
import { working } from "./working.ts";

/** What must exist before a role is of use. */
const NEEDS: Record<RoleKind, (aws: Aws) => Promise<unknown>> = {
  sagemaker: stagedDataset,
  lambda: (aws) => findEndpoint(aws, aws.names.endpoint),
  states: findFunctionArns,
};

/**
 * The role of a service, created if it does not exist.
 * @throws Error that says which notebook to run first
 */
export async function ensureRole(aws: Aws, kind: RoleKind) {
  await NEEDS[kind](aws);
  return await roles.ensureRole(aws, kind);
}

/** Deploys the trained model with `estimator.deploy`, and shows the endpoint's status until it is in service. */
export async function deployEndpoint(
  estimator: Estimator,
  options: Parameters<Estimator["deploy"]>[0],
): Promise<Predictor> {
  const predictor = await working(
    "Endpoint",
    // An error says itself what it leaves running.
    (bar, signal) => estimator.deploy({ ...options, signal, status: (status) => bar.update(0, status) }),
    { done: () => "InService" },
  );
  const reminder = await costReminderAtEnd(estimator.aws);
  if (reminder) await notice(reminder);
  return predictor;
}

/** Bundles and deploys the three Lambda functions. @throws Error if there is no endpoint that they could call */
export async function deployLambdas(aws: Aws, roleArn: string): Promise<DeployedFunction[]> {
  await findEndpoint(aws, aws.names.endpoint);
  return await working(
    "Functions",
    (bar, signal) =>
      deployFunctions(aws, roleArn, { onProgress: (done, name) => bar.update(done, name), signal }),
    { aws, total: Object.keys(FUNCTIONS).length, done: changesInWords },
  );
}

/** Creates the state machine, or updates what differs. @throws Error if a function does not exist */
export async function deployStateMachine(
  aws: Aws,
  options: Parameters<typeof machines.deployStateMachine>[1],
): Promise<machines.DeployedStateMachine> {
  await findFunctionArns(aws);
  return await machines.deployStateMachine(aws, options);
}

/** `3 created`, `2 unchanged, 1 updated`. */
function changesInWords(functions: DeployedFunction[]): string {
  const groups = Map.groupBy(functions, ({ change }) => change);
  return formatCounts(Object.fromEntries([...groups].map(([change, members]) => [change, members.length])));
}

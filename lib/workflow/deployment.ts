/** The whole workflow on the target: deployed, listed, removed. What the tasks of these names do. */
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, DescribeEndpointConfigCommand } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { ENDPOINT_NAME, FUNCTION_NAMES, ROLE_NAMES, STATE_MACHINE_NAME } from "../names.ts";
import { deleteEndpoint } from "../training/endpoint.ts";
import { runningJobs, stopTrainingJob } from "../training/running_jobs.ts";
import {
  deleteFunction,
  type DeployedFunction,
  deployFunctions,
  type FunctionKey,
  settled,
} from "./functions.ts";
import { deleteRole, ensureRole, findRole, ROLE_KINDS } from "./roles.ts";
import { deleteStateMachine, deployStateMachine, describe } from "./state_machine.ts";

/** One resource, and what was done to it or what it is. */
export interface ResourceReport {
  kind: "role" | "function" | "state machine" | "training job" | "endpoint" | "bucket";
  name: string;
  state: string;
}

type OnReport = (report: ResourceReport) => void;

const FUNCTION_KEYS = Object.keys(FUNCTION_NAMES) as FunctionKey[];

/** Creates the roles, the functions and the state machine, or updates what differs. Idempotent. */
export async function deployWorkflow(aws: Aws, onReport: OnReport): Promise<void> {
  const roles = {} as Record<typeof ROLE_KINDS[number], string>;
  for (const kind of ROLE_KINDS) {
    const { arn, change } = await ensureRole(aws, kind);
    roles[kind] = arn;
    onReport({ kind: "role", name: ROLE_NAMES[kind], state: change });
  }
  const functions = await deployFunctions(aws, roles.lambda);
  for (const { name, change } of functions) onReport({ kind: "function", name, state: change });
  const machine = await deployStateMachine(aws, {
    roleArn: roles.states,
    functionArns: arnsByKey(functions),
  });
  onReport({ kind: "state machine", name: STATE_MACHINE_NAME, state: machine.change });
}

/** ARNs of the deployed functions, for the state machine's definition. */
export function arnsByKey(functions: readonly DeployedFunction[]): Record<FunctionKey, string> {
  return Object.fromEntries(functions.map(({ key, arn }) => [key, arn])) as Record<FunctionKey, string>;
}

/**
 * ARNs of the functions as they stand on the target.
 * @throws Error that says to run the third notebook when one is missing
 */
export async function findFunctionArns(aws: Aws): Promise<Record<FunctionKey, string>> {
  const arns = {} as Record<FunctionKey, string>;
  for (const key of FUNCTION_KEYS) {
    const found = await settled(aws, FUNCTION_NAMES[key]);
    if (!found) {
      throw new Error(
        `There is no function ${FUNCTION_NAMES[key]}. Run notebook 3, Lambda functions, first.`,
      );
    }
    arns[key] = found.FunctionArn!;
  }
  return arns;
}

/**
 * Removes what costs money or could be called: state machine, functions, endpoint with its model, roles; stops the
 * training jobs that run. The bucket with pictures, models and captures stays, and so do the training jobs that have
 * ended, which AWS keeps as a record.
 */
export async function destroyWorkflow(aws: Aws, onReport: OnReport): Promise<void> {
  const report = (kind: ResourceReport["kind"], name: string, existed: boolean) =>
    onReport({ kind, name, state: existed ? "removed" : "was not there" });
  report("state machine", STATE_MACHINE_NAME, await deleteStateMachine(aws));
  for (const key of FUNCTION_KEYS) report("function", FUNCTION_NAMES[key], await deleteFunction(aws, key));
  for (const { TrainingJobName: name = "" } of await runningJobs(aws)) {
    await stopTrainingJob(aws, name);
    onReport({ kind: "training job", name, state: "told to stop" });
  }
  report("endpoint", ENDPOINT_NAME, await deleteEndpoint(aws, ENDPOINT_NAME));
  for (const kind of ROLE_KINDS) {
    if (aws.settings.roles[kind]) {
      onReport({ kind: "role", name: aws.settings.roles[kind], state: "kept (yours)" });
    } else report("role", ROLE_NAMES[kind], await deleteRole(aws, kind));
  }
}

/** Dollars per hour and instance in us-east-1, as AWS's price list of 2026 has them: hosting and training cost the same. */
const PRICES: Readonly<Record<string, number>> = {
  "ml.g4dn.xlarge": 0.736,
  "ml.g5.xlarge": 1.408,
  "ml.m5.xlarge": 0.23,
};

/**
 * Lists what exists, and what it costs per hour on AWS: of all this only the endpoint and the training jobs that run,
 * which are listed one by one, cost while nothing happens.
 */
export async function workflowStatus(aws: Aws): Promise<ResourceReport[]> {
  const reports: ResourceReport[] = [];
  const missing = "not there";
  for (const kind of ROLE_KINDS) {
    reports.push({
      kind: "role",
      name: ROLE_NAMES[kind],
      state: await findRole(aws, kind) ? "exists" : missing,
    });
  }
  for (const key of FUNCTION_KEYS) {
    const found = await settled(aws, FUNCTION_NAMES[key]);
    const state = found ? `${found.State}, ${found.Runtime}, ${found.MemorySize} MB` : missing;
    reports.push({ kind: "function", name: FUNCTION_NAMES[key], state });
  }
  const machine = await describe(aws);
  reports.push({ kind: "state machine", name: STATE_MACHINE_NAME, state: machine?.status ?? missing });
  reports.push(...await trainingStates(aws));
  reports.push({ kind: "endpoint", name: ENDPOINT_NAME, state: await endpointState(aws) ?? missing });
  reports.push({ kind: "bucket", name: aws.bucket, state: await bucketState(aws) ?? missing });
  return reports;
}

/** The training jobs that run, with what they cost. */
export async function trainingStates(aws: Aws): Promise<ResourceReport[]> {
  return (await runningJobs(aws)).map(({ TrainingJobName: name = "", CreationTime, ResourceConfig }) => {
    const since = CreationTime!.toISOString().slice(0, 16).replace("T", " ");
    const { InstanceType, InstanceCount } = ResourceConfig ?? {};
    const state = `InProgress since ${since} UTC, ${costs(aws, InstanceType, InstanceCount)}`;
    return { kind: "training job", name, state };
  });
}

/** `1 × ml.m5.xlarge, about $0.23 per hour in us-east-1`. */
function costs({ target }: Aws, instanceType = "", instanceCount = 1): string {
  if (target === "local") return "free (local)";
  const price = PRICES[instanceType];
  const cost = price
    ? `about $${(price * instanceCount).toFixed(2)} per hour in us-east-1`
    : "see AWS's price list";
  return `${instanceCount} × ${instanceType}, ${cost}`;
}

async function endpointState(aws: Aws): Promise<string | undefined> {
  try {
    const endpoint = await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT_NAME }));
    if (aws.target === "local") return `${endpoint.EndpointStatus}, free (local)`;
    const { EndpointConfigName } = endpoint;
    const config = await aws.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const { InstanceType, InitialInstanceCount } = config.ProductionVariants?.[0] ?? {};
    return `${endpoint.EndpointStatus}, ${costs(aws, InstanceType, InitialInstanceCount)}`;
  } catch (error) {
    if (error instanceof Error && /Could not find/.test(error.message)) return undefined;
    throw error;
  }
}

async function bucketState({ s3, bucket }: Aws): Promise<string | undefined> {
  try {
    const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
    return KeyCount > 0 ? "holds data" : "empty";
  } catch (error) {
    if ((error as Error).name === "NoSuchBucket") return undefined;
    throw error;
  }
}

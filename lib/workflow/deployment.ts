/** Deploys, lists and removes the whole workflow on the target, for the tasks deploy, status and destroy. */
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

/** A resource, and its state or what was done to it. */
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
    const found = await settled(aws, FUNCTION_NAMES[key]);
    if (!found) {
      throw new Error(
        `The function ${FUNCTION_NAMES[key]} does not exist. Run notebook 3, Lambda functions, first.`,
      );
    }
    arns[key] = found.FunctionArn!;
  }
  return arns;
}

/**
 * Removes what costs money or could be called: state machine, functions, endpoint with its model, roles; stops running
 * training jobs. The bucket with pictures, models and captures stays, and so do the records of ended training jobs, which
 * AWS does not delete.
 */
export async function destroyWorkflow(aws: Aws, onReport: OnReport): Promise<void> {
  const report = (kind: ResourceReport["kind"], name: string, existed: boolean) =>
    onReport({ kind, name, state: existed ? "removed" : "did not exist" });
  report("state machine", STATE_MACHINE_NAME, await deleteStateMachine(aws));
  for (const key of FUNCTION_KEYS) report("function", FUNCTION_NAMES[key], await deleteFunction(aws, key));
  for (const { TrainingJobName: name = "" } of await runningJobs(aws)) {
    await stopTrainingJob(aws, name);
    onReport({ kind: "training job", name, state: "stopping" });
  }
  report("endpoint", ENDPOINT_NAME, await deleteEndpoint(aws, ENDPOINT_NAME));
  for (const kind of ROLE_KINDS) {
    if (aws.settings.roles[kind]) {
      onReport({
        kind: "role",
        name: aws.settings.roles[kind],
        state: "kept (set by a SCONES_*_ROLE_ARN variable)",
      });
    } else report("role", ROLE_NAMES[kind], await deleteRole(aws, kind));
  }
}

/** Dollars per instance and hour in us-east-1, from AWS's price list of 2026; hosting and training cost the same. */
const PRICES: Readonly<Record<string, number>> = {
  "ml.g4dn.xlarge": 0.736,
  "ml.g5.xlarge": 1.408,
  "ml.m5.xlarge": 0.23,
};

/**
 * Lists what exists, with the costs per hour on AWS. Only the endpoint and running training jobs, which are listed one by
 * one, cost money while the workflow is idle.
 */
export async function workflowStatus(aws: Aws): Promise<ResourceReport[]> {
  const reports: ResourceReport[] = [];
  const missing = "does not exist";
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

/** The running training jobs, with their costs. */
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
    return KeyCount > 0 ? "contains data" : "empty";
  } catch (error) {
    if ((error as Error).name === "NoSuchBucket") return undefined;
    throw error;
  }
}

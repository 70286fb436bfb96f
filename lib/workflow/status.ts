/** Lists what exists on the target, with its costs, for the task status. */
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { Aws } from "../aws/clients.ts";
import { NotOursError } from "../aws/ownership.ts";
import { costsInWords, runningEndpoint } from "../training/costs.ts";
import { checkEndpoint, describeEndpoint, servedBy } from "../training/describe_endpoint.ts";
import { runningJobs } from "../training/running_jobs.ts";
import { ALARM_KEYS, checkAlarm, findAlarms } from "./alarms.ts";
import { topicState } from "./alert_topic.ts";
import { checkFunction, FUNCTION_KEYS, settled } from "./functions.ts";
import { oldRoleReports } from "./old_roles.ts";
import type { ResourceReport } from "./report.ts";
import { checkRole, getRole, ROLE_KINDS } from "./roles.ts";
import { checkMachine, describe, MACHINE_KINDS } from "./state_machine.ts";

const MISSING = "does not exist";

/**
 * Lists what exists, with age and costs on AWS. Only the endpoint and running training jobs, which are listed one by one,
 * cost money while the workflow is idle.
 */
export async function workflowStatus(aws: Aws): Promise<ResourceReport[]> {
  const { names } = aws;
  const reports: ResourceReport[] = [];
  const report = async (
    kind: ResourceReport["kind"],
    name: string,
    look: () => Promise<string | undefined>,
  ) => reports.push({ kind, name, state: await stateOf(look) });
  for (const kind of ROLE_KINDS) {
    await report("role", aws.settings.roles[kind] ?? names.roles[kind], async () => {
      if (aws.settings.roles[kind]) return "set by a SCONES_*_ROLE_ARN variable";
      const role = await getRole(aws, names.roles[kind]);
      if (role) checkRole(aws, role);
      return role && "exists";
    });
  }
  for (const key of FUNCTION_KEYS) {
    await report("function", names.functions[key], () => functionState(aws, names.functions[key]));
  }
  for (const kind of MACHINE_KINDS) {
    await report("state machine", names[kind], async () => {
      const machine = await describe(aws, kind);
      if (machine) await checkMachine(aws, machine.roleArn, { kind });
      return machine?.status;
    });
  }
  await report("topic", names.alertTopic, () => topicState(aws));
  const alarms = await findAlarms(aws);
  for (const key of ALARM_KEYS) {
    await report("alarm", names.alarms[key], async () => {
      const alarm = alarms.get(names.alarms[key]);
      if (alarm) await checkAlarm(aws, alarm);
      return alarm && `${alarm.StateValue}: ${alarm.StateReason}`;
    });
  }
  reports.push(...await trainingStates(aws));
  await report("endpoint", names.endpoint, () => endpointState(aws));
  await report("bucket", aws.bucket, () => bucketState(aws));
  return [...reports, ...await oldRoleReports(aws)];
}

/** A state in words; for what belongs to somebody else, whose it is. */
async function stateOf(look: () => Promise<string | undefined>): Promise<string> {
  try {
    return await look() ?? MISSING;
  } catch (error) {
    if (error instanceof NotOursError) return error.message;
    throw error;
  }
}

async function functionState(aws: Aws, name: string): Promise<string | undefined> {
  const found = await settled(aws, name);
  if (!found) return undefined;
  await checkFunction(aws, found);
  const { State, StateReason, Runtime, MemorySize, LastUpdateStatus, LastUpdateStatusReason } = found;
  const failed = State === "Failed"
    ? `: ${StateReason}`
    : LastUpdateStatus === "Failed"
    ? `; its last update failed: ${LastUpdateStatusReason}`
    : "";
  return `${State}, ${Runtime}, ${MemorySize} MB${failed}`;
}

/** The running training jobs, with their costs. */
export async function trainingStates(aws: Aws): Promise<ResourceReport[]> {
  return (await runningJobs(aws)).map(({ TrainingJobName: name = "", CreationTime, ResourceConfig }) => {
    const since = CreationTime!.toISOString().slice(0, 16).replace("T", " ");
    const { InstanceType: instanceType = "", InstanceCount: instanceCount = 1 } = ResourceConfig ?? {};
    const costs = costsInWords(aws, { instanceType, instanceCount, since: CreationTime! });
    return { kind: "training job", name, state: `InProgress since ${since} UTC, ${costs}` };
  });
}

async function endpointState(aws: Aws): Promise<string | undefined> {
  const endpoint = await describeEndpoint(aws, aws.names.endpoint);
  if (!endpoint) return undefined;
  await checkEndpoint(aws, endpoint, await servedBy(aws, endpoint));
  const running = await runningEndpoint(aws, endpoint);
  const since = running.since.toISOString().slice(0, 16).replace("T", " ");
  const age = aws.target === "local" ? "" : ` since ${since} UTC`;
  return `${running.status}${age}, ${costsInWords(aws, running)}`;
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

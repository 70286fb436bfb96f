/** What deploying would do, without doing any of it, for `deno task deploy --plan`. */
import { bucketChanges, bucketExists, bucketTags } from "../aws/bucket.ts";
import type { Aws } from "../aws/clients.ts";
import { logGroupExists, RETENTION_DAYS } from "../aws/log_groups.ts";
import { checkOurs, isOurs } from "../aws/ownership.ts";
import { partitionOf } from "../aws/partition.ts";
import type { FunctionKey, MachineKind, RoleKind } from "../names.ts";
import { ALARM_KEYS, alarmChanges, alarmDefinition, checkAlarm, findAlarms } from "./alarms.ts";
import { checkTopic, topicTags } from "./alert_topic.ts";
import { bundleFunction } from "./bundle.ts";
import {
  checkFunction,
  FUNCTION_KEYS,
  functionChanges,
  functionConfiguration,
  functionLogGroup,
  FUNCTIONS,
  settled,
} from "./functions.ts";
import { oldRoleReports } from "./old_roles.ts";
import type { OnReport } from "./report.ts";
import { getRole, ROLE_KINDS, roleChanges } from "./roles.ts";
import { checkMachine, describe, loadDefinition, MACHINE_KINDS, machineChanges } from "./state_machine.ts";

const CREATE = "would be created";

/**
 * Reports what `deployWorkflow` would create, change and leave. Reads only.
 * @throws NotOursError if something of these names belongs to somebody else, as deploying would
 */
export async function planWorkflow(aws: Aws, onReport: OnReport): Promise<void> {
  const { names, settings, account, region } = aws;
  const roles = {} as Record<RoleKind, string>;
  for (const kind of ROLE_KINDS) {
    const given = settings.roles[kind];
    roles[kind] = given ?? `arn:${partitionOf(region)}:iam::${account}:role/${names.roles[kind]}`;
    const role = given === undefined ? await getRole(aws, names.roles[kind]) : undefined;
    const state = given
      ? "given"
      : role
      ? inWords(await roleChanges(aws, kind, role))
      : `${CREATE}, for ${kind}.amazonaws.com`;
    onReport({ kind: "role", name: given ?? names.roles[kind], state });
  }
  onReport({ kind: "bucket", name: aws.bucket, state: await bucketPlan(aws) });
  const functionArns = {} as Record<FunctionKey, string>;
  for (const key of FUNCTION_KEYS) {
    const name = names.functions[key];
    functionArns[key] = `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
    const group = functionLogGroup(name);
    onReport({ kind: "function", name, state: await functionPlan(aws, key, roles.lambda) });
    if (!await logGroupExists(aws, group)) {
      onReport({
        kind: "log group",
        name: group,
        state: `${CREATE}, events kept for ${RETENTION_DAYS} days`,
      });
    }
  }
  for (const kind of MACHINE_KINDS) {
    const state = await machinePlan(aws, kind, roles.states, functionArns);
    onReport({ kind: "state machine", name: names[kind], state });
  }
  const tags = await topicTags(aws);
  if (tags) checkTopic(aws, tags);
  onReport({ kind: "topic", name: names.alertTopic, state: tags ? "unchanged" : CREATE });
  const alarms = await findAlarms(aws);
  for (const key of ALARM_KEYS) {
    const alarm = alarms.get(names.alarms[key]);
    if (alarm) await checkAlarm(aws, alarm);
    const state = alarm ? inWords(alarmChanges(alarm, alarmDefinition(aws, key))) : CREATE;
    onReport({ kind: "alarm", name: names.alarms[key], state });
  }
  (await oldRoleReports(aws)).forEach(onReport);
}

function inWords(changes: readonly string[]): string {
  return changes.length > 0 ? `would be updated: ${changes.join(", ")}` : "unchanged";
}

async function bucketPlan(aws: Aws): Promise<string> {
  if (!await bucketExists(aws)) return CREATE;
  const tags = await bucketTags(aws);
  if (tags.project !== undefined) checkOurs(aws, `The bucket ${aws.bucket}`, tags);
  if (!isOurs(aws, tags)) return "unchanged: not made by this project, used as it is";
  return inWords((await bucketChanges(aws)).map(({ what }) => what));
}

async function functionPlan(aws: Aws, key: FunctionKey, roleArn: string): Promise<string> {
  const existing = await settled(aws, aws.names.functions[key]);
  if (!existing) return CREATE;
  await checkFunction(aws, existing);
  if (existing.State === "Failed") return "would be removed and created again: its creation had failed";
  const { sha256 } = await bundleFunction(FUNCTIONS[key].source);
  const changes = functionChanges(existing, sha256, functionConfiguration(aws, key, roleArn));
  return inWords([...changes.code ? ["code"] : [], ...changes.configuration]);
}

async function machinePlan(
  aws: Aws,
  kind: MachineKind,
  roleArn: string,
  functionArns: Record<FunctionKey, string>,
): Promise<string> {
  const existing = await describe(aws, kind);
  if (!existing) return CREATE;
  await checkMachine(aws, existing.roleArn, { kind });
  const definition = await loadDefinition(functionArns, kind);
  return inWords(machineChanges(existing, { definition, roleArn }));
}

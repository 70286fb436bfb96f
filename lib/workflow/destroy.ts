/** Removes the whole workflow from the target, for the task destroy. */
import {
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  paginateListEndpointConfigs,
  paginateListModels,
} from "@aws-sdk/client-sagemaker";
import { type Aws, awsCli } from "../aws/clients.ts";
import { isOurs, NotOursError } from "../aws/ownership.ts";
import { sagemakerTags } from "../training/describe_endpoint.ts";
import { deleteEndpoint } from "../training/endpoint.ts";
import { runningJobs, stopTrainingJob } from "../training/running_jobs.ts";
import { ALARM_KEYS, deleteAlarm } from "./alarms.ts";
import { alertTopicArn, deleteTopic } from "./alert_topic.ts";
import { deleteFunction, FUNCTION_KEYS } from "./functions.ts";
import type { OnReport, ResourceReport } from "./report.ts";
import { deleteRole, POLICY_NAME, ROLE_KINDS } from "./roles.ts";
import { deleteStateMachine, MACHINE_KINDS, stateMachineArn } from "./state_machine.ts";

/** Something that could not be removed. */
export interface Left {
  kind: ResourceReport["kind"];
  name: string;
  reason: string;
  /** The command that removes it. */
  command: string;
}

/**
 * Removes what costs money or could be called, and what costs most first: running training jobs are stopped, then the
 * endpoint with its model goes, state machines, functions, alarms with their topic, what failed deployments left behind, and the roles. Every step is
 * tried, whatever became of the others. The bucket with pictures, models and captures stays, and so do log groups and the
 * records of ended training jobs, which AWS does not delete. What belongs to somebody else stays as well.
 * @returns what could not be removed
 */
export async function destroyWorkflow(aws: Aws, onReport: OnReport): Promise<Left[]> {
  const { names, settings } = aws;
  const cli = awsCli(aws);
  const left: Left[] = [];
  const step = async (
    kind: ResourceReport["kind"],
    name: string,
    command: string,
    remove: () => Promise<string>,
  ) => {
    try {
      onReport({ kind, name, state: await remove() });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const kept = error instanceof NotOursError;
      onReport({ kind, name, state: `${kept ? "kept" : "NOT REMOVED"}: ${reason}` });
      if (!kept) left.push({ kind, name, reason, command: `${cli} ${command}` });
    }
  };
  const removed = async (work: Promise<boolean>) => await work ? "removed" : "did not exist";

  const stopCommand = (name: string) => `sagemaker stop-training-job --training-job-name ${name}`;
  const jobs: string[] = [];
  try {
    jobs.push(...(await runningJobs(aws)).map(({ TrainingJobName }) => TrainingJobName!));
  } catch (error) {
    await step("training job", "any that is running", stopCommand("NAME"), () => Promise.reject(error));
  }
  for (const name of jobs) {
    await step("training job", name, stopCommand(name), async () => {
      await stopTrainingJob(aws, name);
      return "stopping";
    });
  }
  const { endpoint } = names;
  await step(
    "endpoint",
    endpoint,
    `sagemaker delete-endpoint --endpoint-name ${endpoint}`,
    () => removed(deleteEndpoint(aws, endpoint)),
  );
  for (const kind of MACHINE_KINDS) {
    await step(
      "state machine",
      names[kind],
      `stepfunctions delete-state-machine --state-machine-arn ${stateMachineArn(aws, kind)}`,
      () => removed(deleteStateMachine(aws, kind)),
    );
  }
  for (const key of FUNCTION_KEYS) {
    const name = names.functions[key];
    await step(
      "function",
      name,
      `lambda delete-function --function-name ${name}`,
      () => removed(deleteFunction(aws, key)),
    );
  }
  for (const key of ALARM_KEYS) {
    const name = names.alarms[key];
    await step(
      "alarm",
      name,
      `cloudwatch delete-alarms --alarm-names ${name}`,
      () => removed(deleteAlarm(aws, key)),
    );
  }
  await step(
    "topic",
    names.alertTopic,
    `sns delete-topic --topic-arn ${alertTopicArn(aws)}`,
    () => removed(deleteTopic(aws)),
  );
  // A configuration that an endpoint still uses must not be deleted.
  if (!left.some(({ kind }) => kind === "endpoint")) await removeOrphans(aws, step);
  for (const kind of ROLE_KINDS) {
    const given = settings.roles[kind];
    const name = names.roles[kind];
    if (given) {
      onReport({ kind: "role", name: given, state: "kept (set by a SCONES_*_ROLE_ARN variable)" });
      continue;
    }
    await step(
      "role",
      name,
      `iam delete-role-policy --role-name ${name} --policy-name ${POLICY_NAME}; ${cli} iam delete-role --role-name ${name}`,
      () => removed(deleteRole(aws, kind)),
    );
  }
  return left;
}

type Step = (
  kind: ResourceReport["kind"],
  name: string,
  command: string,
  remove: () => Promise<string>,
) => Promise<void>;

/** Models and endpoint configurations that a deployment that failed or was interrupted left behind. */
async function removeOrphans(aws: Aws, step: Step): Promise<void> {
  const { sagemaker, names } = aws;
  const query = { NameContains: names.endpoint };
  const configs: [name: string, arn: string][] = [];
  const models: typeof configs = [];
  try {
    for await (const page of paginateListEndpointConfigs({ client: sagemaker }, query)) {
      for (const one of page.EndpointConfigs ?? []) {
        configs.push([one.EndpointConfigName!, one.EndpointConfigArn!]);
      }
    }
    for await (const page of paginateListModels({ client: sagemaker }, query)) {
      for (const one of page.Models ?? []) models.push([one.ModelName!, one.ModelArn!]);
    }
  } catch (error) {
    await step("model", "any that is left", "sagemaker list-models", () => Promise.reject(error));
  }
  const ours = async (arn: string) => isOurs(aws, await sagemakerTags(aws, arn));
  for (const [EndpointConfigName, arn] of configs) {
    if (!await ours(arn)) continue;
    const command = `sagemaker delete-endpoint-config --endpoint-config-name ${EndpointConfigName}`;
    await step("endpoint configuration", EndpointConfigName, command, async () => {
      await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName }));
      return "removed";
    });
  }
  for (const [ModelName, arn] of models) {
    if (!await ours(arn)) continue;
    await step("model", ModelName, `sagemaker delete-model --model-name ${ModelName}`, async () => {
      await sagemaker.send(new DeleteModelCommand({ ModelName }));
      return "removed";
    });
  }
}

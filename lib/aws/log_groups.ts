/** Log groups that deploying creates. AWS creates those that are missing too, but keeps what is in them forever. */
import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Aws } from "./clients.ts";
import { ownTags } from "./ownership.ts";

export const RETENTION_DAYS = 30;

/** Whether a log group exists. */
export async function logGroupExists({ logs }: Pick<Aws, "logs">, logGroupName: string): Promise<boolean> {
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
  );
  return logGroups.some((group) => group.logGroupName === logGroupName);
}

/** Creates a log group that keeps its events for 30 days, unless it exists; then it is left as it is. */
export async function ensureLogGroup(aws: Aws, logGroupName: string): Promise<void> {
  if (await logGroupExists(aws, logGroupName)) return;
  try {
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName, tags: ownTags(aws) }));
  } catch (error) {
    if ((error as Error).name === "ResourceAlreadyExistsException") return; // a function that runs has just created it
    throw error;
  }
  await aws.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: RETENTION_DAYS }));
}

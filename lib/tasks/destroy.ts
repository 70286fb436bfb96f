import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type Aws, awsCli } from "../aws/clients.ts";
import { ENDPOINT_NAME, FUNCTION_NAMES } from "../names.ts";
import { destroyWorkflow } from "../workflow/deployment.ts";
import { printResource, runTask } from "./task.ts";

const HELP = `deno task destroy

Removes the state machine, the functions, the endpoint with its model and the roles from the target, and stops the
training jobs that run.
What has been recorded stays: the bucket with pictures, models and captured data, ended training jobs, and the logs of
functions, endpoint and training jobs. The commands that delete bucket and logs are printed.`;

/** All training jobs of an account write there, other people's too. */
const TRAINING_LOGS = "/aws/sagemaker/TrainingJobs";

await runTask(HELP, async (aws) => {
  await destroyWorkflow(aws, printResource);
  const cli = awsCli(aws);
  console.log(`\nThe bucket ${aws.bucket} was left alone. To delete it with all data:\n`);
  console.log(`  ${cli} s3 rb --force s3://${aws.bucket}`);
  const groups = await logGroups(aws);
  if (groups.length === 0) return;
  const shared = groups.includes(TRAINING_LOGS)
    ? "; the last holds those of all training jobs of the account"
    : "";
  console.log(`\nSo were these log groups${shared}. To delete them:\n`);
  for (const group of groups) console.log(`  ${cli} logs delete-log-group --log-group-name ${group}`);
});

/** The groups that the workflow's logs are in: those that exist, or all when the caller may not ask. */
async function logGroups({ logs }: Aws): Promise<string[]> {
  const names = [
    ...Object.values(FUNCTION_NAMES).map((name) => `/aws/lambda/${name}`),
    `/aws/sagemaker/Endpoints/${ENDPOINT_NAME}`,
    TRAINING_LOGS,
  ];
  const exists = async (name: string) => {
    try {
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      return logGroups!.some(({ logGroupName }) => logGroupName === name);
    } catch (error) {
      if ((error as Error).name === "AccessDeniedException") return true;
      throw error;
    }
  };
  const existing = await Promise.all(names.map(exists));
  return names.filter((_, i) => existing[i]);
}

/** Removes the workflow from the target, and says how to delete the data that stays. */
import { type Aws, awsCli } from "../aws/clients.ts";
import { logGroupExists } from "../aws/log_groups.ts";
import { endpointLogGroup } from "../training/endpoint.ts";
import { variablesHelp } from "../variables.ts";
import { destroyWorkflow } from "../workflow/destroy.ts";
import { functionLogGroup } from "../workflow/functions.ts";
import { oldRoleReports, removeOldRoles } from "../workflow/old_roles.ts";
import { CONNECTION, printResource, runTask } from "./task.ts";

const OLD_NAMES = "--old-names";

const HELP = `deno task destroy
deno task destroy ${OLD_NAMES}   removes only the roles of earlier versions, which all regions shared, if nothing uses them

Stops running training jobs, then removes the endpoint with its model, the state machine, the functions, the alarms
with their topic and the roles from the target. Every step is tried; what could not be removed is listed with the command that removes it, and the exit
status is 1. What belongs to another stage or to somebody else stays.
It keeps the data: the bucket with pictures, models and captures, the records of ended training jobs, and the logs of
functions, endpoint and training jobs. It prints the commands that delete the bucket and the logs.

${variablesHelp(["target", "bucket", ...CONNECTION])}`;

/** All training jobs of an account log here, also those of other projects. */
const TRAINING_LOGS = "/aws/sagemaker/TrainingJobs";

await runTask(HELP, async (aws) => {
  if (Deno.args.includes(OLD_NAMES)) {
    if (await removeOldRoles(aws, printResource)) {
      return console.log("No role of an earlier version is left.");
    }
    throw new Error("Roles of an earlier version are still in use, see above.");
  }
  const left = await destroyWorkflow(aws, printResource);
  const cli = awsCli(aws);
  (await oldRoleReports(aws)).forEach(printResource);
  await sayWhatStays(aws, cli);
  if (left.length === 0) return;
  console.log("\nNOT REMOVED. Run deno task destroy again, or remove these yourself:\n");
  for (const { command } of left) console.log(`  ${command}`);
  throw new Error(`${left.length} of the resources could not be removed, see above.`);
}, [OLD_NAMES]);

async function sayWhatStays(aws: Aws, cli: string): Promise<void> {
  console.log(`\nThe bucket ${aws.bucket} still exists. To delete it with everything in it:\n`);
  console.log(`  ${cli} s3 rb --force s3://${aws.bucket}`);
  const groups = await logGroups(aws);
  if (groups.length === 0) return;
  const shared = groups.includes(TRAINING_LOGS)
    ? " (the last one holds the logs of all training jobs of the account)"
    : "";
  console.log(`\nThese log groups still exist${shared}. To delete them:\n`);
  for (const group of groups) console.log(`  ${cli} logs delete-log-group --log-group-name ${group}`);
}

/** The workflow's log groups that exist; all of them if the caller has no permission to list log groups. */
async function logGroups({ logs, names: { functions, endpoint } }: Aws): Promise<string[]> {
  const names = [
    ...Object.values(functions).map(functionLogGroup),
    endpointLogGroup(endpoint),
    TRAINING_LOGS,
  ];
  const exists = async (name: string) => {
    try {
      return await logGroupExists({ logs }, name);
    } catch (error) {
      if ((error as Error).name === "AccessDeniedException") return true;
      throw error;
    }
  };
  const existing = await Promise.all(names.map(exists));
  return names.filter((_, i) => existing[i]);
}

/** Lists what exists on the target. */
import { variablesHelp } from "../variables.ts";
import { workflowStatus } from "../workflow/deployment.ts";
import { CONNECTION, printResource, runTask } from "./task.ts";

const HELP = `deno task status

Lists which parts of the workflow exist on the target, and the training jobs that are running; on aws with the costs
per hour.

${variablesHelp(["target", "bucket", ...CONNECTION])}`;

await runTask(HELP, async (aws) => {
  for (const resource of await workflowStatus(aws)) printResource(resource);
});

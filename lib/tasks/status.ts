import { workflowStatus } from "../workflow/deployment.ts";
import { printResource, runTask } from "./task.ts";

const HELP = `deno task status

Lists what exists of the workflow on the target and the training jobs that run there; on aws, with what it costs per
hour.`;

await runTask(HELP, async (aws) => {
  for (const resource of await workflowStatus(aws)) printResource(resource);
});

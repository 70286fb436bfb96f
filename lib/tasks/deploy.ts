/** Creates or updates the workflow on the target. */
import { variablesHelp } from "../variables.ts";
import { deployWorkflow } from "../workflow/deployment.ts";
import { CONNECTION, printResource, runTask } from "./task.ts";

const HELP = `deno task deploy

Creates the three roles, the three Lambda functions and the state machine on the target, or updates what differs.
The endpoint is not included: notebook 2 trains the model and deploys it.

${
  variablesHelp(["target", "threshold", "bucket", "sagemakerRole", "lambdaRole", "statesRole", ...CONNECTION])
}`;

await runTask(HELP, (aws) => deployWorkflow(aws, printResource));

/** Creates or updates the workflow on the target. */
import { variablesHelp } from "../variables.ts";
import { deployWorkflow } from "../workflow/deployment.ts";
import { planWorkflow } from "../workflow/plan.ts";
import { CONNECTION, printResource, runTask } from "./task.ts";

const PLAN = "--plan";

const HELP = `deno task deploy
deno task deploy ${PLAN}   prints what would be created, changed and left, and changes nothing

Creates the three roles, the bucket, the three Lambda functions with their log groups, the two state machines and
the alarms with their topic on the target, or updates what differs. Nothing that belongs to another stage or to
somebody else is changed.
The endpoint is not included: notebook 2 trains the model and deploys it.

${
  variablesHelp([
    "target",
    "threshold",
    "bucket",
    "sagemakerRole",
    "lambdaRole",
    "statesRole",
    "permissionsBoundary",
    "kmsKey",
    "alertEmail",
    ...CONNECTION,
  ])
}`;

await runTask(
  HELP,
  (aws) => Deno.args.includes(PLAN) ? planWorkflow(aws, printResource) : deployWorkflow(aws, printResource),
  [PLAN],
);

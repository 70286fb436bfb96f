import { deployWorkflow } from "../workflow/deployment.ts";
import { printResource, runTask } from "./task.ts";

const HELP = `deno task deploy

Creates the three roles, the three Lambda functions and the state machine on the target, or updates what differs.
The target is local unless SCONES_TARGET=aws. The endpoint comes from notebook 2.`;

await runTask(HELP, (aws) => deployWorkflow(aws, printResource));

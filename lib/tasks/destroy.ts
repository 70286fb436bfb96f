import { destroyWorkflow } from "../workflow/deployment.ts";
import { printResource, runTask } from "./task.ts";

const HELP = `deno task destroy

Removes the state machine, the functions, the endpoint with its model and the roles from the target.
The bucket with pictures, models and captured data stays; empty and delete it with the AWS CLI when it is no longer needed.`;

await runTask(HELP, async (aws) => {
  await destroyWorkflow(aws, printResource);
  console.log(
    `The bucket ${aws.bucket} was left alone: aws s3 rb --force s3://${aws.bucket} deletes it with all data.`,
  );
});

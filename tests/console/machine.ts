/** A state machine that ends as its input says, under the name of the workflow's, without functions. */
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../../lib/aws/clients.ts";
import { sleep } from "../../lib/aws/waiting.ts";
import { executionArn } from "../../lib/console/execution/look.ts";
import { THRESHOLD_ERROR } from "../../lib/names.ts";
import { stateMachineArn } from "../../lib/workflow/state_machine.ts";

export type Fate = "route" | "hold" | "break" | "wait";

const DEFINITION = {
  StartAt: "Decide",
  States: {
    Decide: {
      Type: "Choice",
      Choices: [
        { Not: { Variable: "$.fate", IsPresent: true }, Next: "look" },
        ...["hold", "break", "wait"].map((fate) => ({
          Variable: "$.fate",
          StringEquals: fate,
          Next: fate,
        })),
      ],
      Default: "route",
    },
    // Orders from the page: something to watch, and an answer.
    look: { Type: "Wait", Seconds: 1, Next: "answer" },
    answer: { Type: "Pass", Result: [0.97, 0.03], ResultPath: "$.inferences", Next: "route" },
    route: { Type: "Succeed" },
    hold: {
      Type: "Fail",
      Error: THRESHOLD_ERROR,
      Cause: '{"errorMessage":"The highest confidence is 0.6111153364181519, below the threshold 0.8"}',
    },
    break: { Type: "Fail", Error: "Broken", Cause: "<img src=x onerror=alert(1)>" },
    wait: { Type: "Wait", Seconds: 300, Next: "route" },
  },
};

/** Creates machine and role. */
export async function createMachine(aws: Aws): Promise<void> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: { Service: "states.amazonaws.com" },
      Action: "sts:AssumeRole",
    }],
  };
  const { Role } = await aws.iam.send(
    new CreateRoleCommand({ RoleName: "console-states", AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await aws.sfn.send(
    new CreateStateMachineCommand({
      name: aws.names.stateMachine,
      definition: JSON.stringify(DEFINITION),
      roleArn: Role!.Arn!,
    }),
  );
}

/** Stages what says the classes and the size of pictures. */
export async function stageNote(aws: Aws): Promise<void> {
  await aws.s3.send(new CreateBucketCommand({ Bucket: aws.bucket }));
  const Body = JSON.stringify({ classes: ["bicycle", "motorcycle"], width: 32, height: 32 });
  await aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key: "dataset.json", Body }));
}

/** Starts an order with a fate. */
export async function startFate(
  aws: Aws,
  name: string,
  fate: Fate,
  inferences: number[] = [0.1, 0.9],
  key = `orders/${name}.png`,
): Promise<void> {
  const input = JSON.stringify({ s3_bucket: aws.bucket, s3_key: key, inferences, fate });
  await aws.sfn.send(new StartExecutionCommand({ stateMachineArn: stateMachineArn(aws), name, input }));
}

/** Waits until an execution has ended. */
export async function fateReached(aws: Aws, name: string): Promise<void> {
  const command = new DescribeExecutionCommand({ executionArn: executionArn(aws, name) });
  while ((await aws.sfn.send(command)).status === "RUNNING") await sleep(0.02);
}

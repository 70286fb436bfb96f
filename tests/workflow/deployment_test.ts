import assert from "node:assert/strict";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { DeleteRoleCommand, DeleteRolePolicyCommand } from "@aws-sdk/client-iam";
import { trainingStates } from "../../lib/workflow/deployment.ts";
import { tryFunction } from "../../lib/workflow/functions.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { playedAws, tagsOf } from "../aws/testing.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployFunctions } from "./testing.ts";

Deno.test("on aws a training job that runs is listed with its age and what it costs per hour", async () => {
  const resources = [
    { InstanceType: "ml.g4dn.xlarge", InstanceCount: 2 },
    { InstanceType: "ml.new.large", InstanceCount: 1 },
  ];
  const CreationTime = new Date(Date.now() - 3 * 3_600_000);
  const since = CreationTime.toISOString().slice(0, 16).replace("T", " ");
  const asked: object[] = [];
  const answers: Record<string, (input: { TrainingJobName: string }) => object> = {
    ListTrainingJobsCommand(input) {
      asked.push(input);
      return {
        TrainingJobSummaries: resources.map((_, index) => ({
          TrainingJobName: `${index}`,
          TrainingJobArn: "arn",
        })),
      };
    },
    ListTagsCommand: () => ({ Tags: tagsOf() }),
    DescribeTrainingJobCommand: ({ TrainingJobName }) => ({
      CreationTime,
      ResourceConfig: resources[Number(TrainingJobName)],
    }),
  };
  const send = (command: { input: { TrainingJobName: string } }) =>
    Promise.resolve(answers[command.constructor.name]!(command.input));
  const sagemaker = Object.assign(new SageMakerClient({ region: "us-east-1" }), { send });
  assert.deepEqual(
    (await trainingStates(playedAws({ sagemaker }))).map(({ state }) => state),
    [
      `InProgress since ${since} UTC, 2 × ml.g4dn.xlarge, about $1.47 per hour in us-east-1, about $4.42 in 3.0 hours so far`,
      `InProgress since ${since} UTC, 1 × ml.new.large, see AWS's price list, 3.0 hours so far`,
    ],
  );
  assert.deepEqual(asked.map((input) => ({ ...input, NextToken: undefined, MaxResults: undefined })), [{
    NameContains: "scones-image-classification",
    StatusEquals: "InProgress",
    NextToken: undefined,
    MaxResults: undefined,
  }]);
});

Deno.test("deploy lets functions decrypt their variables when their role was deleted and is made anew", () =>
  withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    try {
      await deployFunctions(aws);
      const filter = () => tryFunction(aws, "filterLowConfidence", { inferences: [0.9, 0.1] });
      assert.equal((await filter()).functionError, undefined);
      const RoleName = aws.names.roles.lambda;
      await aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "scones" }));
      await aws.iam.send(new DeleteRoleCommand({ RoleName }));
      await new Promise((resolve) => setTimeout(resolve, 1000)); // IAM's times are of whole seconds
      await ensureRole(aws, "lambda");
      await assert.rejects(filter(), { name: "KMSAccessDeniedException" });
      await deployFunctions(aws);
      assert.equal((await filter()).functionError, undefined);
    } finally {
      aws.close();
    }
  }));

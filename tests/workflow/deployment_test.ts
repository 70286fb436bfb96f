import assert from "node:assert/strict";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../../lib/aws/clients.ts";
import { trainingStates } from "../../lib/workflow/deployment.ts";

Deno.test("on aws a training job that runs is listed with its age and what it costs per hour", async () => {
  const resources = [
    { InstanceType: "ml.g4dn.xlarge", InstanceCount: 2 },
    { InstanceType: "ml.new.large", InstanceCount: 1 },
  ];
  const CreationTime = new Date("2026-01-31T12:05:09Z");
  const asked: object[] = [];
  const answers: Record<string, (input: { TrainingJobName: string }) => object> = {
    ListTrainingJobsCommand(input) {
      asked.push(input);
      return {
        TrainingJobSummaries: resources.map((_, index) => ({ TrainingJobName: `${index}` })),
      };
    },
    DescribeTrainingJobCommand: ({ TrainingJobName }) => ({
      CreationTime,
      ResourceConfig: resources[Number(TrainingJobName)],
    }),
  };
  const send = (command: { input: { TrainingJobName: string } }) =>
    Promise.resolve(answers[command.constructor.name]!(command.input));
  const sagemaker = Object.assign(new SageMakerClient({ region: "us-east-1" }), { send });
  assert.deepEqual(
    (await trainingStates({ target: "aws", sagemaker } as unknown as Aws)).map(({ state }) => state),
    [
      "InProgress since 2026-01-31 12:05 UTC, 2 × ml.g4dn.xlarge, about $1.47 per hour in us-east-1",
      "InProgress since 2026-01-31 12:05 UTC, 1 × ml.new.large, see AWS's price list",
    ],
  );
  assert.deepEqual(asked.map((input) => ({ ...input, NextToken: undefined, MaxResults: undefined })), [{
    NameContains: "scones-image-classification",
    StatusEquals: "InProgress",
    NextToken: undefined,
    MaxResults: undefined,
  }]);
});

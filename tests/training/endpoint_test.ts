import assert from "node:assert/strict";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../../lib/aws/clients.ts";
import { deleteEndpoint, findEndpoint } from "../../lib/training/endpoint.ts";
import { playedAws, tagsOf } from "../aws/testing.ts";

/** SageMaker with one endpoint in service, which knows what deleting it takes and notes each call. */
function playedSageMaker(): { aws: Aws; calls: string[] } {
  const calls: string[] = [];
  let exists = true;
  const answers: Record<string, () => object> = {
    DescribeEndpointCommand() {
      if (!exists) throw new Error('Could not find endpoint "scones".');
      return { EndpointStatus: "InService", EndpointConfigName: "config", EndpointArn: "arn" };
    },
    ListTagsCommand: () => ({ Tags: tagsOf() }),
    DescribeEndpointConfigCommand: () => ({
      EndpointConfigName: "config",
      ProductionVariants: [{ ModelName: "model" }],
    }),
    DescribeModelCommand: () => ({ ModelName: "model" }),
    DeleteEndpointCommand() {
      exists = false;
      return {};
    },
  };
  const send = (command: object) => {
    const { name } = command.constructor;
    calls.push(name);
    return new Promise((resolve) => resolve(answers[name]?.() ?? {}));
  };
  const sagemaker = Object.assign(new SageMakerClient({ region: "us-east-1" }), { send });
  return { aws: playedAws({ sagemaker }), calls };
}

Deno.test("an endpoint goes with its configuration and model, whether or not anybody is told of it", async () => {
  for (const progress of [{}, { status() {} }]) {
    const { aws, calls } = playedSageMaker();
    assert.equal(await deleteEndpoint(aws, "scones", progress), true);
    assert.deepEqual(calls.filter((name) => name.startsWith("Delete")), [
      "DeleteEndpointCommand",
      "DeleteEndpointConfigCommand",
      "DeleteModelCommand",
    ]);
    assert.equal(await deleteEndpoint(aws, "scones", progress), false);
  }
});

Deno.test("an endpoint is found while it serves; else the notebook that makes it is named", async () => {
  const { aws } = playedSageMaker();
  assert.equal((await findEndpoint(aws, "scones")).endpointName, "scones");
  await deleteEndpoint(aws, "scones");
  await assert.rejects(findEndpoint(aws, "scones"), /endpoint scones does not exist\. Run notebook 2, /);
});

import assert from "node:assert/strict";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  SageMakerClient,
  waitUntilEndpointInService,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { descendants } from "../program.ts";
import { withLocalAws } from "../testing.ts";
import { IMAGE, picture, trainedModel } from "./testing.ts";

/** The process that serves a model of a local AWS in this process. */
function servingProcess(stateDir: string): number {
  const found = descendants(Deno.pid).find((pid) => {
    const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
    return command.includes(stateDir) && command.includes("\0serve\0");
  });
  assert.ok(found, "no serving process");
  return found;
}

Deno.test("a container that dies while it is asked is a ModelError, and another one takes its place", async () => {
  await withLocalAws(async (aws) => {
    const { role, modelDataUrl } = await trainedModel(aws);
    const client = new SageMakerClient(aws.client);
    const runtime = new SageMakerRuntimeClient(aws.client);
    try {
      const PrimaryContainer = { Image: IMAGE, ModelDataUrl: modelDataUrl };
      await client.send(
        new CreateModelCommand({ ModelName: "model", ExecutionRoleArn: role, PrimaryContainer }),
      );
      const ProductionVariants = [{
        VariantName: "AllTraffic",
        ModelName: "model",
        InstanceType: "ml.m5.xlarge" as const,
        InitialInstanceCount: 1,
      }];
      await client.send(
        new CreateEndpointConfigCommand({ EndpointConfigName: "config", ProductionVariants }),
      );
      await client.send(
        new CreateEndpointCommand({ EndpointName: "endpoint", EndpointConfigName: "config" }),
      );
      await waitUntilEndpointInService({ client, maxWaitTime: 30, minDelay: 0.1, maxDelay: 0.1 }, {
        EndpointName: "endpoint",
      });
      const invoke = new InvokeEndpointCommand({
        EndpointName: "endpoint",
        ContentType: "image/png",
        Body: await picture(0),
      });
      const process = servingProcess(aws.stateDir);
      Deno.kill(process, "SIGSTOP");
      const asked = runtime.send(invoke);
      setTimeout(() => Deno.kill(process, "SIGKILL"), 300);
      await assert.rejects(asked, {
        name: "ModelError",
        OriginalStatusCode: 0,
        OriginalMessage: "The container ended before it answered.",
      });
      const { Body } = await runtime.send(invoke);
      assert.equal(JSON.parse(Body.transformToString()).length, 2);
    } finally {
      client.destroy();
      runtime.destroy();
    }
  });
});

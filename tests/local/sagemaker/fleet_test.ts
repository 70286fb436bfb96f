import assert from "node:assert/strict";
import { join } from "node:path";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  SageMakerClient,
  waitUntilEndpointInService,
} from "@aws-sdk/client-sagemaker";
import {
  InvokeEndpointCommand,
  type ModelError,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { MODEL_FILE } from "../../../lib/local/sagemaker/image_classification/container/artifact.ts";
import { descendants } from "../testing/program.ts";
import { type TestAws, withLocalAws } from "../testing.ts";
import { IMAGE, picture, trainedModel } from "./testing.ts";

/** The id of the process that serves a model, for a local AWS in this process. */
function servingProcess(stateDir: string): number {
  const found = descendants(Deno.pid).find((pid) => {
    const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
    return command.includes(stateDir) && command.includes("\0serve\0");
  });
  assert.ok(found, "no serving process");
  return found;
}

/** A local AWS with an endpoint in service, and a picture to classify. */
async function withEndpoint(
  body: (aws: TestAws, runtime: SageMakerRuntimeClient, invoke: InvokeEndpointCommand) => Promise<void>,
  stateDir?: string,
): Promise<void> {
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
      await body(aws, runtime, await ask());
    } finally {
      client.destroy();
      runtime.destroy();
    }
  }, { stateDir });
}

const ask = async () =>
  new InvokeEndpointCommand({
    EndpointName: "endpoint",
    ContentType: "image/png",
    Body: await picture(0),
  });

const NO_RESPONSE = {
  name: "ModelError",
  OriginalStatusCode: 0,
  OriginalMessage: /^Amazon SageMaker could not get a response from the endpoint endpoint\./,
};

Deno.test("a container that dies during a request is a ModelError, and is replaced", () =>
  withEndpoint(async (aws, runtime, invoke) => {
    const process = servingProcess(aws.stateDir);
    Deno.kill(process, "SIGSTOP");
    const asked = runtime.send(invoke);
    setTimeout(() => Deno.kill(process, "SIGKILL"), 300);
    await assert.rejects(asked, NO_RESPONSE);
    const { Body } = await runtime.send(invoke);
    assert.equal(JSON.parse(Body.transformToString()).length, 2);
  }));

Deno.test("a container that cannot start again after a restart is a ModelError, with its log", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withEndpoint(() => Promise.resolve(), stateDir);
    const folder = join(stateDir, "sagemaker", "endpoints");
    for (const { name } of Deno.readDirSync(folder)) {
      Deno.writeTextFileSync(join(folder, name, "AllTraffic", "model", MODEL_FILE), "no model");
    }
    await withLocalAws(async (aws) => {
      const runtime = new SageMakerRuntimeClient(aws.client);
      const logs = new CloudWatchLogsClient(aws.client);
      try {
        const error = await runtime.send(await ask()).catch((error: ModelError) => error);
        assert.throws(() => {
          throw error;
        }, NO_RESPONSE);
        const [, logGroupName, logStreamName] = (error as ModelError).LogStreamArn!
          .match(/log-group:(.+):log-stream:(.+)$/)!;
        const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
        assert.match(events!.map(({ message }) => message).join("\n"), /model\.onnx cannot be loaded/);
      } finally {
        runtime.destroy();
        logs.destroy();
      }
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

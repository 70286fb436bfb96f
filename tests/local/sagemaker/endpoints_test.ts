import assert from "node:assert/strict";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  ListEndpointsCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  waitUntilEndpointDeleted,
  waitUntilEndpointInService,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { type TestAws, withLocalAws } from "../testing.ts";
import { BUCKET, IMAGE, picture, trainedModel } from "./testing.ts";

const CAPTURE = {
  EnableCapture: true,
  InitialSamplingPercentage: 100,
  DestinationS3Uri: `s3://${BUCKET}/data_capture`,
  CaptureOptions: [{ CaptureMode: "Input" as const }, { CaptureMode: "Output" as const }],
};

function endpointConfig(name: string, changes: Partial<CreateEndpointConfigCommandInput> = {}) {
  return new CreateEndpointConfigCommand({
    EndpointConfigName: name,
    ProductionVariants: [
      {
        VariantName: "AllTraffic",
        ModelName: "model",
        InstanceType: "ml.m5.xlarge",
        InitialInstanceCount: 1,
      },
    ],
    ...changes,
  });
}

/** One trained model for all steps; training takes the longest here. */
async function withModel(
  body: (aws: TestAws, client: SageMakerClient, runtime: SageMakerRuntimeClient) => Promise<void>,
) {
  await withLocalAws(async (aws) => {
    const { role, modelDataUrl } = await trainedModel(aws);
    const client = new SageMakerClient(aws.client);
    const runtime = new SageMakerRuntimeClient(aws.client);
    await client.send(
      new CreateModelCommand({
        ModelName: "model",
        ExecutionRoleArn: role,
        PrimaryContainer: { Image: IMAGE, ModelDataUrl: modelDataUrl },
      }),
    );
    try {
      await body(aws, client, runtime);
    } finally {
      client.destroy();
      runtime.destroy();
    }
  });
}

const inService = (client: SageMakerClient, EndpointName: string) =>
  waitUntilEndpointInService({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { EndpointName });

const invoke = (runtime: SageMakerRuntimeClient, Body: Uint8Array, InferenceId?: string) =>
  runtime.send(
    new InvokeEndpointCommand({ EndpointName: "scones", ContentType: "image/png", Body, InferenceId }),
  );

Deno.test("endpoints: created, invoked, captured, updated, deleted", async (t) => {
  let refused: Error & { LogStreamArn?: string } | undefined;
  await withModel(async (aws, client, runtime) => {
    await t.step("names that do not exist are refused by name", async () => {
      await assert.rejects(client.send(new DescribeEndpointCommand({ EndpointName: "Nobody" })), {
        name: "ValidationException",
        message: 'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/nobody".',
      });
      const unknownModel = endpointConfig("c0", {
        ProductionVariants: [
          { VariantName: "v", ModelName: "nope", InstanceType: "ml.m5.xlarge", InitialInstanceCount: 1 },
        ],
      });
      await assert.rejects(client.send(unknownModel), {
        name: "ValidationException",
        message: /Could not find model/,
      });
      const unknownConfig = new CreateEndpointCommand({ EndpointName: "scones", EndpointConfigName: "nope" });
      await assert.rejects(client.send(unknownConfig), { message: /Could not find endpoint configuration/ });
      await assert.rejects(invoke(runtime, await picture(0)), {
        name: "ValidationError",
        message: "Endpoint scones of account 000000000000 not found.",
      });
    });

    await t.step("instances that are not available are refused when they are to start", async () => {
      const [variant] = endpointConfig("retired").input.ProductionVariants!;
      const ProductionVariants = [{ ...variant!, InstanceType: "ml.p2.xlarge" as const }];
      await client.send(endpointConfig("retired", { ProductionVariants }));
      const create = new CreateEndpointCommand({ EndpointName: "scones", EndpointConfigName: "retired" });
      await assert.rejects(client.send(create), { name: "ResourceLimitExceeded" });
    });

    await t.step("Creating, then InService; no delete meanwhile", async () => {
      await client.send(endpointConfig("c1", { DataCaptureConfig: CAPTURE }));
      await client.send(new CreateEndpointCommand({ EndpointName: "scones", EndpointConfigName: "c1" }));
      const early = await client.send(new DescribeEndpointCommand({ EndpointName: "scones" }));
      assert.equal(early.EndpointStatus, "Creating");
      await assert.rejects(client.send(new DeleteEndpointCommand({ EndpointName: "scones" })), {
        message: /Cannot update in-progress endpoint/,
      });
      await inService(client, "scones");
      const { DataCaptureConfig } = await client.send(
        new DescribeEndpointCommand({ EndpointName: "scones" }),
      );
      assert.equal(DataCaptureConfig!.CaptureStatus, "Started");
    });

    await t.step("two probabilities that add up to 1", async () => {
      const { Body, ContentType, InvokedProductionVariant } = await invoke(
        runtime,
        await picture(0),
        "test/0.png",
      );
      assert.equal(ContentType, "application/json");
      assert.equal(InvokedProductionVariant, "AllTraffic");
      const probabilities: number[] = JSON.parse(Body.transformToString());
      assert.equal(probabilities.length, 2);
      assert.ok(Math.abs(probabilities[0]! + probabilities[1]! - 1) < 1e-5);
    });

    await t.step("bytes that are not a picture are a client error, and the endpoint lives on", async () => {
      await assert.rejects(invoke(runtime, new TextEncoder().encode("no picture")), (error: Error) => {
        assert.equal(error.name, "ModelError");
        assert.equal((error as Error & { OriginalStatusCode: number }).OriginalStatusCode, 400);
        refused = error as typeof refused;
        return true;
      });
      assert.ok((await invoke(runtime, await picture(1), "test/1.png")).Body);
    });

    await t.step("the container's log is where the error points", async () => {
      const [, logGroupName] = /#logEventViewer:group=(\S+)/.exec(refused!.message)!;
      assert.equal(logGroupName, "/aws/sagemaker/Endpoints/scones");
      const logs = new CloudWatchLogsClient(aws.client);
      const read = new GetLogEventsCommand({
        logGroupName,
        logStreamName: refused!.LogStreamArn!.split(":log-stream:")[1],
        startFromHead: true,
      });
      const lines = (await logs.send(read)).events!.map(({ message }) => message!);
      assert.equal(lines[0], "Docker entrypoint called with argument(s): serve");
      assert.match(lines.at(-1)!, /ERROR \d+\] 400: unable to evaluate payload provided/);
      logs.destroy();
    });

    await t.step("more than 6 MiB are refused", async () => {
      await assert.rejects(invoke(runtime, new Uint8Array(6_291_457)), { message: /exceeded 6291456 bytes/ });
    });

    await t.step(
      "captured records have AWS's keys and shape; all is base64 without content type headers",
      async () => {
        const records = await capturedRecords(aws, 2);
        const [first] = records;
        assert.match(
          first!.key,
          /^data_capture\/scones\/AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
        );
        const hour = first!.record.eventMetadata.inferenceTime.slice(0, 13).replaceAll(/[-T]/g, "/");
        assert.ok(first!.key.includes(`/${hour}/`), `${first!.key} is not of the hour ${hour} UTC`);
        assert.deepEqual(records.map(({ record }) => record.eventMetadata.inferenceId), [
          "test/0.png",
          "test/1.png",
        ]);
        const { endpointInput, endpointOutput } = first!.record.captureData;
        assert.deepEqual(Uint8Array.fromBase64(endpointInput.data), new Uint8Array(await picture(0)));
        assert.equal(endpointInput.observedContentType, "image/png");
        assert.equal(endpointOutput.encoding, "BASE64");
      },
    );

    await t.step("an update replaces the model without a failed request", async () => {
      const json = { ...CAPTURE, CaptureContentTypeHeader: { JsonContentTypes: ["application/json"] } };
      await client.send(endpointConfig("c2", { DataCaptureConfig: json }));
      let updating = true;
      const body = await picture(0);
      const traffic = (async () => {
        let answered = 0;
        while (updating) {
          await invoke(runtime, body, `during-update-${answered}`);
          answered++;
        }
        return answered;
      })();
      await client.send(new UpdateEndpointCommand({ EndpointName: "scones", EndpointConfigName: "c2" }));
      await inService(client, "scones");
      updating = false;
      assert.ok(await traffic > 0);
      await invoke(runtime, body, "after-update");
      const records = await capturedRecords(aws, 3 + (await traffic));
      const last = records.find(({ record }) => record.eventMetadata.inferenceId === "after-update")!;
      assert.equal(last.record.captureData.endpointOutput.encoding, "JSON");
      assert.equal(JSON.parse(last.record.captureData.endpointOutput.data).length, 2);
    });

    await t.step("an endpoint serves on when its model and configuration are deleted", async () => {
      await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: "c2" }));
      await client.send(new DeleteModelCommand({ ModelName: "model" }));
      assert.ok((await invoke(runtime, await picture(0))).Body);
    });

    await t.step("deleted", async () => {
      await client.send(new DeleteEndpointCommand({ EndpointName: "scones" }));
      await waitUntilEndpointDeleted({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, {
        EndpointName: "scones",
      });
      assert.deepEqual((await client.send(new ListEndpointsCommand({}))).Endpoints, []);
    });
  });
});

interface CapturedRecord {
  captureData: Record<
    "endpointInput" | "endpointOutput",
    { observedContentType: string; data: string; encoding: string }
  >;
  eventMetadata: { eventId: string; inferenceId?: string; inferenceTime: string };
}

/** Waits for `count` records; returns them sorted by their files. */
async function capturedRecords(
  aws: TestAws,
  count: number,
): Promise<{ key: string; record: CapturedRecord }[]> {
  const s3 = new S3Client(aws.client);
  try {
    for (let tries = 0; tries < 100; tries++) {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "data_capture/" }),
      );
      const files = await Promise.all(Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
        const lines = (await Body!.transformToString()).trimEnd().split("\n");
        return lines.map((line) => ({ key: Key!, record: JSON.parse(line) as CapturedRecord }));
      }));
      if (files.flat().length >= count) return files.flat();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Fewer than ${count} captured records after 10 s`);
  } finally {
    s3.destroy();
  }
}

import assert from "node:assert/strict";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  waitUntilEndpointInService,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { refusal } from "../s3/testing.ts";
import { HERE, THERE, withBoth } from "../testing.ts";
import { BUCKET, IMAGE, picture, trainedModel } from "./testing.ts";

const ACCOUNT = "000000000000";

Deno.test("jobs, models and endpoints are in one region, and so are what they log, capture and count", () =>
  withBoth(SageMakerClient, async (here, there, aws) => {
    const { role, modelDataUrl } = await trainedModel(aws); // in us-east-1
    const s3 = (region: string) => new S3Client({ ...aws.client, region });
    const [source, target, Bucket] = [s3(HERE), s3(THERE), "scones-there"];
    const { Body } = await source.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: modelDataUrl.split(`${BUCKET}/`)[1] }),
    );
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
    await target.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const archive = await Body!.transformToByteArray();
    await target.send(new PutObjectCommand({ Bucket, Key: "model.tar.gz", Body: archive }));

    const deploy = async (
      sagemaker: SageMakerClient,
      Image: string,
      bucket: string,
      ModelDataUrl: string,
    ) => {
      const named = { ModelName: "m", EndpointConfigName: "c", EndpointName: "e" };
      await sagemaker.send(
        new CreateModelCommand({
          ...named,
          ExecutionRoleArn: role,
          PrimaryContainer: { Image, ModelDataUrl },
        }),
      );
      const DataCaptureConfig = {
        EnableCapture: true,
        InitialSamplingPercentage: 100,
        DestinationS3Uri: `s3://${bucket}/captures`,
        CaptureOptions: [{ CaptureMode: "Input" as const }],
      };
      const variant = { VariantName: "v", ModelName: "m", InstanceType: "ml.m5.xlarge" as const };
      const ProductionVariants = [{ ...variant, InitialInstanceCount: 1 }];
      await sagemaker.send(
        new CreateEndpointConfigCommand({ ...named, ProductionVariants, DataCaptureConfig }),
      );
      await sagemaker.send(new CreateEndpointCommand(named));
      const waiting = { client: sagemaker, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
      await waitUntilEndpointInService(waiting, named);
    };
    const arnsIn = async (sagemaker: SageMakerClient) => [
      ...(await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries!.map((job) =>
        job.TrainingJobArn!.split("-job/")[0]
      ),
      ...(await sagemaker.send(new ListModelsCommand({}))).Models!.map(({ ModelArn }) => ModelArn),
      ...(await sagemaker.send(new ListEndpointsCommand({}))).Endpoints!.map(({ EndpointArn }) =>
        EndpointArn
      ),
    ];
    const logsOf = async (region: string) => {
      const logs = new CloudWatchLogsClient({ ...aws.client, region });
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
      logs.destroy();
      return logGroups!.map(({ logGroupName }) => logGroupName);
    };
    const runtime = (region: string) => new SageMakerRuntimeClient({ ...aws.client, region });
    const [near, far] = [runtime(HERE), runtime(THERE)];
    const invoke = new InvokeEndpointCommand({
      EndpointName: "e",
      ContentType: "application/x-image",
      Body: await picture(0),
    });
    try {
      await deploy(here, IMAGE, BUCKET, modelDataUrl);
      assert.deepEqual(await arnsIn(there), []);
      assert.deepEqual(await logsOf(THERE), []);
      assert.deepEqual(await refusal(far.send(invoke)), ["ValidationError", 400]);
      const image = IMAGE.replace("811284229777", "685385470294").replace(HERE, THERE);
      await assert.rejects(deploy(there, image, Bucket, modelDataUrl), /the object is located in eu-west-1/);

      await deploy(there, image, Bucket, `s3://${Bucket}/model.tar.gz`); // one endpoint more than the quota of a region
      await far.send(invoke);
      const arns = (region: string) =>
        ["model/m", "endpoint/e"].map((name) => `arn:aws:sagemaker:${region}:${ACCOUNT}:${name}`);
      assert.deepEqual(await arnsIn(there), arns(THERE));
      assert.deepEqual(await arnsIn(here), [`arn:aws:sagemaker:${HERE}:${ACCOUNT}:training`, ...arns(HERE)]);
      let captured;
      do {
        captured = await target.send(new ListObjectsV2Command({ Bucket, Prefix: "captures/e/v/" }));
        await new Promise((resolve) => setTimeout(resolve, 100));
      } while (captured.KeyCount === 0);
      const near = await source.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: "captures/" }));
      assert.equal(near.KeyCount, 0, "the endpoint of the other region was not invoked");
    } finally {
      for (const client of [source, target, near, far]) client.destroy();
    }
  }, { quotas: { "ml.m5.xlarge for endpoint usage": 1 } }));

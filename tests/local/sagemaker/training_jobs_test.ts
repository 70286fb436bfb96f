import assert from "node:assert/strict";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CopyObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type Channel,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Call } from "../../../lib/local/operation.ts";
import type { TrainingJob } from "../../../lib/local/sagemaker/records.ts";
import { createTrainingJob } from "../../../lib/local/sagemaker/training_jobs.ts";
import { withLocalAws } from "../testing.ts";
import { BUCKET, createRole, IMAGE, jobEnded, stagePictures, trainingJob, withContext } from "./testing.ts";

Deno.test("CreateTrainingJob refuses what AWS refuses", async (t) => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws, 2);
    const base = trainingJob(role);
    const cases: [string, Partial<CreateTrainingJobCommandInput>, string, RegExp][] = [
      [
        "a name with an underscore",
        { TrainingJobName: "a_b" },
        "ValidationException",
        /'trainingJobName' failed to satisfy constraint/,
      ],
      [
        "a retired GPU",
        { ResourceConfig: { InstanceType: "ml.p3.2xlarge", InstanceCount: 1, VolumeSizeInGB: 1 } },
        "ResourceLimitExceeded",
        /training-job\/ml.p3.2xlarge is not available/,
      ],
      [
        "a CPU",
        { ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 1, VolumeSizeInGB: 1 } },
        "ValidationException",
        /^Instance type ml.m5.xlarge is not supported by algorithm image-classification; only GPU instances are/,
      ],
      [
        "a GPU that the algorithm does not run on",
        { ResourceConfig: { InstanceType: "ml.p4d.24xlarge", InstanceCount: 1, VolumeSizeInGB: 1 } },
        "ValidationException",
        /only ml.g4dn and ml.g5 instances are supported/,
      ],
      [
        "a wait for spot capacity without spot instances",
        { StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 } },
        "ValidationException",
        /^Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true$/,
      ],
      [
        "spot instances without a wait",
        { EnableManagedSpotTraining: true },
        "ValidationException",
        /^Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds$/,
      ],
      [
        "a wait for spot capacity shorter than the run",
        {
          EnableManagedSpotTraining: true,
          StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 599 },
        },
        "ValidationException",
        /must be present and be greater than or equal/,
      ],
      [
        "a warm pool of spot instances",
        {
          EnableManagedSpotTraining: true,
          StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 },
          ResourceConfig: { ...base.ResourceConfig!, KeepAlivePeriodInSeconds: 60 },
        },
        "ValidationException",
        /^KeepAlivePeriodInSeconds is not supported/,
      ],
      [
        "no number of retries",
        { RetryStrategy: { MaximumRetryAttempts: 31 } },
        "ValidationException",
        /'retryStrategy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or/,
      ],
      [
        "Debugger's rules, which would be processing jobs",
        { DebugRuleConfigurations: [{ RuleConfigurationName: "rule", RuleEvaluatorImage: "image" }] },
        "ValidationException",
        /does not support the member 'debugRuleConfigurations'/,
      ],
      [
        "another region's image",
        {
          AlgorithmSpecification: {
            TrainingImage: IMAGE.replaceAll("us-east-1", "eu-west-1"),
            TrainingInputMode: "File",
          },
        },
        "ValidationException",
        /not found/,
      ],
      [
        "another image",
        {
          AlgorithmSpecification: {
            TrainingImage: IMAGE.replace("image-classification", "xgboost"),
            TrainingInputMode: "File",
          },
        },
        "ValidationException",
        /image-classification algorithm only/,
      ],
      [
        "a role that does not exist",
        { RoleArn: "arn:aws:iam::000000000000:role/nobody" },
        "ValidationException",
        /Could not assume role/,
      ],
      [
        "a network without subnets",
        { VpcConfig: { SecurityGroupIds: ["sg-1"], Subnets: [] } },
        "ValidationException",
        /'vpcConfig.subnets' failed to satisfy constraint/,
      ],
      [
        "a member that the local AWS does not honour",
        { ResourceConfig: { ...base.ResourceConfig!, TrainingPlanArn: "arn:aws:sagemaker:plan" } },
        "ValidationException",
        /does not support the member 'resourceConfig.trainingPlanArn'/,
      ],
      [
        "metrics of one's own for AWS's algorithm",
        {
          AlgorithmSpecification: {
            ...base.AlgorithmSpecification!,
            MetricDefinitions: [{ Name: "mine", Regex: "mine=(\\S+)" }],
          },
        },
        "ValidationException",
        /You can't override the metric definitions for Amazon SageMaker algorithms/,
      ],
      [
        "a model that is not compressed",
        { OutputDataConfig: { ...base.OutputDataConfig!, CompressionType: "NONE" } },
        "ValidationException",
        /does not support the member 'outputDataConfig.compressionType'/,
      ],
      [
        "a prefix without objects",
        {
          InputDataConfig: base.InputDataConfig!.map((channel) => ({
            ...channel,
            DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${BUCKET}/nothing/` } },
          })),
        },
        "ValidationException",
        /No S3 objects found under S3 URL "s3:\/\/scones-test\/nothing\/"/,
      ],
    ];
    for (const [what, changes, name, message] of cases) {
      await t.step(what, async () => {
        await assert.rejects(client.send(new CreateTrainingJobCommand({ ...base, ...changes })), {
          name,
          message,
        });
      });
    }
    await t.step("a name that is taken", async () => {
      await client.send(new CreateTrainingJobCommand(base));
      await assert.rejects(client.send(new CreateTrainingJobCommand(base)), { name: "ResourceInUse" });
    });
    await t.step("an unknown job", async () => {
      const command = new DescribeTrainingJobCommand({ TrainingJobName: "unknown" });
      await assert.rejects(client.send(command), {
        name: "ValidationException",
        message: "Requested resource not found.",
      });
    });
    client.destroy();
  });
});

Deno.test("a quota of 0 is refused as in a new account", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws, 2);
    await assert.rejects(client.send(new CreateTrainingJobCommand(trainingJob(role))), {
      name: "ResourceLimitExceeded",
      message: /'ml.g4dn.xlarge for training job usage' is 0 Instances/,
    });
    client.destroy();
  }, { quotas: { "ml.g4dn.xlarge for training job usage": 0 } });
});

Deno.test("spot instances and warm pools have quotas of their own", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws, 2);
    const spot = trainingJob(role, {
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 },
    });
    const warm = trainingJob(role);
    warm.ResourceConfig!.KeepAlivePeriodInSeconds = 60;
    for (const [request, kind] of [[spot, "spot training job"], [warm, "training warm pool"]] as const) {
      await assert.rejects(client.send(new CreateTrainingJobCommand(request)), {
        name: "ResourceLimitExceeded",
        message: new RegExp(`'ml.g4dn.xlarge for ${kind} usage' is 0 Instances`),
      });
    }
    client.destroy();
  }, {
    quotas: {
      "ml.g4dn.xlarge for spot training job usage": 0,
      "ml.g4dn.xlarge for training warm pool usage": 0,
    },
  });
});

Deno.test("a training job trains, logs and stores its model", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws);
    // Members with AWS's defaults change nothing.
    const request = trainingJob(role, {
      Tags: [{ Key: "a", Value: "b" }],
      OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models`, KmsKeyId: "", CompressionType: "GZIP" },
      EnableManagedSpotTraining: false,
    });
    const { TrainingJobArn } = await client.send(new CreateTrainingJobCommand(request));
    const job = await jobEnded(client, request.TrainingJobName!);

    assert.equal(job.FailureReason, undefined);
    assert.equal(job.TrainingJobStatus, "Completed");
    assert.deepEqual(
      job.SecondaryStatusTransitions!.map(({ Status }) => Status),
      ["Starting", "Pending", "Downloading", "Training", "Uploading", "Completed"],
    );
    assert.equal(job.SecondaryStatusTransitions!.filter(({ EndTime }) => !EndTime).length, 0);
    assert.equal(
      job.ModelArtifacts!.S3ModelArtifacts,
      `s3://${BUCKET}/models/${request.TrainingJobName}/output/model.tar.gz`,
    );
    assert.deepEqual(job.FinalMetricDataList!.map(({ MetricName }) => MetricName), [
      "train:accuracy",
      "validation:accuracy",
    ]);
    assert.ok(job.BillableTimeInSeconds! >= 1);
    const { EnableNetworkIsolation, EnableInterContainerTrafficEncryption, EnableManagedSpotTraining } = job;
    assert.deepEqual(
      [EnableNetworkIsolation, EnableInterContainerTrafficEncryption, EnableManagedSpotTraining],
      [false, false, false],
    );
    const [{ CompressionType, RecordWrapperType }] = job.InputDataConfig as [Channel];
    assert.deepEqual([CompressionType, RecordWrapperType], ["None", "None"]);

    const s3 = new S3Client(aws.client);
    const Key = `models/${request.TrainingJobName}/output/model.tar.gz`;
    const model = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    assert.deepEqual([...(await model.Body!.transformToByteArray()).slice(0, 2)], [0x1f, 0x8b]);

    const logs = new CloudWatchLogsClient(aws.client);
    const { events } = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: "/aws/sagemaker/TrainingJobs",
        logStreamNamePrefix: `${request.TrainingJobName}/algo-1-`,
      }),
    );
    assert.equal(
      events!.filter(({ message }) => /Epoch\[\d\] Validation-accuracy=/.test(message!)).length,
      2,
    );

    const { Tags } = await client.send(new ListTagsCommand({ ResourceArn: TrainingJobArn }));
    assert.deepEqual(Tags, [{ Key: "a", Value: "b" }]);
    const { TrainingJobSummaries } = await client.send(
      new ListTrainingJobsCommand({ StatusEquals: "Completed" }),
    );
    assert.deepEqual(TrainingJobSummaries!.map(({ TrainingJobName }) => TrainingJobName), [
      request.TrainingJobName,
    ]);
    await client.send(new DeleteTrainingJobCommand({ TrainingJobName: request.TrainingJobName }));
    assert.deepEqual((await client.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries, []);
    [client, s3, logs].forEach((one) => one.destroy());
  });
});

Deno.test("what SageMaker's clients send at their defaults is kept and described, and the log says what is not run", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const logs = new CloudWatchLogsClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws);
    const S3OutputPath = `s3://${BUCKET}/debug`;
    const given = {
      DebugHookConfig: { S3OutputPath, CollectionConfigurations: [] },
      EnableManagedSpotTraining: true,
      RetryStrategy: { MaximumRetryAttempts: 2 },
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 1200 },
      VpcConfig: { SecurityGroupIds: ["sg-1"], Subnets: ["subnet-1"] },
    };
    const request = trainingJob(role, {
      ...given,
      ProfilerConfig: { S3OutputPath, DisableProfiler: false },
    });
    await client.send(new CreateTrainingJobCommand(request));
    const job = await jobEnded(client, request.TrainingJobName!);
    assert.deepEqual([job.TrainingJobStatus, job.FailureReason], ["Completed", undefined]);
    for (const [member, value] of Object.entries(given)) {
      assert.deepEqual(job[member as keyof typeof given], value);
    }
    assert.deepEqual(job.ProfilerConfig, {
      S3OutputPath,
      DisableProfiler: false,
      ProfilingIntervalInMilliseconds: 500,
    });
    assert.deepEqual([job.ProfilingStatus, job.OutputDataConfig!.CompressionType], ["Enabled", "GZIP"]);
    assert.ok(job.BillableTimeInSeconds! <= job.TrainingTimeInSeconds!);
    assert.deepEqual(job.AlgorithmSpecification!.MetricDefinitions!.map(({ Name }) => Name), [
      "train:accuracy",
      "validation:accuracy",
    ]);
    // The expressions find in the log what Describe gives as the final metrics.
    const { events } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: "/aws/sagemaker/TrainingJobs" }),
    );
    const lines = events!.map(({ message }) => message!);
    for (const [index, { Regex }] of job.AlgorithmSpecification!.MetricDefinitions!.entries()) {
      const values = lines.flatMap((line) => new RegExp(Regex!).exec(line)?.[1] ?? []);
      assert.equal(Number(values.at(-1)), Number(job.FinalMetricDataList![index]!.Value!.toFixed(6)));
    }
    // SageMaker's Python SDK finds them in CloudWatch.
    const cloudwatch = new CloudWatchClient(aws.client);
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: "/aws/sagemaker/TrainingJobs",
        MetricName: "validation:accuracy",
        Dimensions: [{ Name: "TrainingJobName", Value: request.TrainingJobName }],
        StartTime: job.TrainingStartTime,
        EndTime: new Date(job.TrainingEndTime!.getTime() + 60_000),
        Period: 60,
        Statistics: ["SampleCount"],
      }),
    );
    assert.equal(Datapoints!.reduce((sum, { SampleCount }) => sum + SampleCount!, 0), 2);
    cloudwatch.destroy();
    const said = lines.filter((line) => line.includes("not run by the local AWS"));
    assert.equal(said.length, 1);
    const kept = [
      "DebugHookConfig",
      "ProfilerConfig",
      "EnableManagedSpotTraining",
      "RetryStrategy",
      "VpcConfig",
    ];
    for (const member of kept) assert.match(said[0]!, new RegExp(`${member} \\(`));
    assert.doesNotMatch(said[0]!, /KeepAlive/);
    [client, logs].forEach((one) => one.destroy());
  });
});

Deno.test("a prefix is the beginning of keys, not a folder", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const s3 = new S3Client(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws);
    await s3.send(
      new CopyObjectCommand({ Bucket: BUCKET, CopySource: `${BUCKET}/train/1.png`, Key: "train_old/1.png" }),
    );
    // All of these begin with `train`, and so does the list itself.
    const paths = ["train/0.png", "train_old/1.png"];
    const Body = Array.from({ length: 64 }, (_, i) => `${i}\t${i % 2}\t${paths[i % 2]}\n`).join("");
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "train.lst", Body }));
    const request = trainingJob(role);
    request.InputDataConfig![0]!.DataSource!.S3DataSource!.S3Uri = `s3://${BUCKET}/train`;
    await client.send(new CreateTrainingJobCommand(request));
    const job = await jobEnded(client, request.TrainingJobName!);
    assert.deepEqual([job.TrainingJobStatus, job.FailureReason], ["Completed", undefined]);
    [client, s3].forEach((one) => one.destroy());
  });
});

Deno.test("a job whose data is wrong fails with the algorithm's reason", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const s3 = new S3Client(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws, 4);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "train.lst", Body: "0\t0\tmissing.png\n" }));
    const request = trainingJob(role);
    await client.send(new CreateTrainingJobCommand(request));
    const job = await jobEnded(client, request.TrainingJobName!);
    assert.equal(job.TrainingJobStatus, "Failed");
    assert.match(job.FailureReason!, /^ClientError: .*missing\.png/s);
    [client, s3].forEach((one) => one.destroy());
  });
});

Deno.test("StopTrainingJob and MaxRuntimeInSeconds end a job as Stopped and keep the model so far", async (t) => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws);
    const endless = { HyperParameters: { ...trainingJob(role).HyperParameters, epochs: "100000" } };
    const trains = async (name: string) => {
      while (true) {
        const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
        if (job.SecondaryStatus === "Training") return;
        assert.equal(job.TrainingJobStatus, "InProgress", job.FailureReason);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await t.step("stopped", async () => {
      const request = trainingJob(role, endless);
      await client.send(new CreateTrainingJobCommand(request));
      await trains(request.TrainingJobName!);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await client.send(new StopTrainingJobCommand({ TrainingJobName: request.TrainingJobName }));
      const job = await jobEnded(client, request.TrainingJobName!);
      assert.equal(job.TrainingJobStatus, "Stopped");
      assert.equal(job.SecondaryStatus, "Stopped");
      assert.match(job.ModelArtifacts!.S3ModelArtifacts!, /model\.tar\.gz$/);
    });
    await t.step("out of time", async () => {
      const request = trainingJob(role, { ...endless, StoppingCondition: { MaxRuntimeInSeconds: 3 } });
      await client.send(new CreateTrainingJobCommand(request));
      const job = await jobEnded(client, request.TrainingJobName!);
      assert.equal(job.TrainingJobStatus, "Stopped");
      assert.equal(job.SecondaryStatus, "MaxRuntimeExceeded");
    });
    client.destroy();
  });
});

Deno.test("a job that was running when the server ended is Failed afterwards", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    let name = "";
    await withLocalAws(async (aws) => {
      const client = new SageMakerClient(aws.client);
      const role = await createRole(aws);
      await stagePictures(aws, 4);
      const request = trainingJob(role);
      request.HyperParameters!.epochs = "100000";
      name = request.TrainingJobName!;
      await client.send(new CreateTrainingJobCommand(request));
      client.destroy();
    }, { stateDir });
    await withLocalAws(async (aws) => {
      const client = new SageMakerClient(aws.client);
      const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
      assert.equal(job.TrainingJobStatus, "Failed");
      assert.match(job.FailureReason!, /stopped while this job was running/);
      client.destroy();
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("of two concurrent requests for a training job with the same name, one is refused", async () => {
  await withContext(async (context) => {
    const started: string[] = [];
    const runs = { run: ({ TrainingJobName }: TrainingJob) => started.push(TrainingJobName) };
    const input = trainingJob("arn:aws:iam::000000000000:role/role", { TrainingJobName: "job" });
    const create = async () =>
      await createTrainingJob.run(input as never, { ...context, runs: runs as never }, {} as Call);
    const [one, other] = await Promise.allSettled([create(), create()]);
    assert.equal(one.status, "fulfilled");
    assert.equal(other.status, "rejected");
    assert.equal(other.reason.name, "ResourceInUse");
    assert.deepEqual(started, ["job"]);
  }, { call: () => new Promise((resolve) => setTimeout(() => resolve({ KeyCount: 1 }), 5)) });
});

/** Who deploys needs what docs/deployer-policy.json says, and nothing works without one of its statements. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { ensureBucket } from "../../lib/aws/bucket.ts";
import type { Aws } from "../../lib/aws/clients.ts";
import { ensureLogGroup } from "../../lib/aws/log_groups.ts";
import { getObject, listObjects, uploadChanged } from "../../lib/aws/s3.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";
import { describeEndpoint } from "../../lib/training/describe_endpoint.ts";
import { Estimator } from "../../lib/training/estimator.ts";
import { JobLogs } from "../../lib/training/job_logs.ts";
import { runningJobs } from "../../lib/training/running_jobs.ts";
import { imageChannels } from "../../lib/training/training_input.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { ensureAlarms } from "../../lib/workflow/alarms.ts";
import { ensureTopic } from "../../lib/workflow/alert_topic.ts";
import { deployerPolicy } from "../../lib/workflow/deployer_policy.ts";
import { deployWorkflow, workflowStatus } from "../../lib/workflow/deployment.ts";
import { destroyWorkflow } from "../../lib/workflow/destroy.ts";
import { executionHistory, generateTestCases, runExecutions } from "../../lib/workflow/executions.ts";
import { invokeFunction } from "../../lib/workflow/functions.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { findStateMachine, stateMachineArn } from "../../lib/workflow/state_machine.ts";
import { BUCKET, IMAGE, stagePictures } from "../local/sagemaker/testing.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo } from "./testing.ts";

Deno.test("docs/deployer-policy.json is what the code says, and fits a managed policy", async () => {
  const text = await Deno.readTextFile(join(PROJECT_DIR, "docs", "deployer-policy.json"));
  const policy = deployerPolicy({ account: "ACCOUNT", region: "REGION" });
  assert.deepEqual(JSON.parse(text), policy, "Write it anew: deno run -A lib/tasks/deployer_policy.ts");
  // IAM's quota, white space not counted; a region and an account are longer than their placeholders.
  assert.ok(JSON.stringify(policy).length < 5500);
});

/** By statement: something that the workflow does, which fails without it. */
const WITHOUT: Readonly<Record<string, (aws: Aws) => Promise<unknown>>> = {
  Roles: (aws) => ensureRole(aws, "lambda"),
  RolesOfServices: (aws) =>
    deployWorkflow({ ...aws, settings: { ...aws.settings, threshold: Math.random() } }, () => {}),
  Bucket: (aws) => listObjects(aws.s3, aws.bucket, ""),
  Objects: (aws) => getObject(aws.s3, aws.bucket, "train.lst"),
  Functions: (aws) => invokeFunction(aws, "filterLowConfidence", {}),
  StateMachines: (aws) => findStateMachine(aws),
  Executions: async (aws) =>
    await runExecutions(aws, stateMachineArn(aws), (await generateTestCases(aws)).slice(0, 1)),
  TrainingJobs: (aws) => train(aws, { epochs: 2 }),
  Endpoints: (aws) => describeEndpoint(aws, aws.names.endpoint),
  Lists: (aws) => runningJobs(aws),
  Alarms: (aws) => ensureAlarms(aws),
  AlertTopic: (aws) => ensureTopic(aws),
  LogGroups: (aws) => ensureLogGroup(aws, "/aws/lambda/scones-another"),
  TrainingLogs: (aws) => new JobLogs(aws.logs, "job").next(),
};

Deno.test("the deployer's policy suffices from staging to destroying, and each of its statements is needed", async (t) => {
  await withLocalAws(async (local) => {
    const admin = await connectTo(local.endpoint);
    const policy = deployerPolicy({ account: admin.account, region: admin.region, bucket: BUCKET });
    const { aws, close } = await asDeployer(admin, policy);
    try {
      await stagePictures(local);
      await t.step("with all of them everything works", async () => {
        await ensureBucket(aws);
        const file = {
          key: "x",
          body: () => Promise.resolve(new Uint8Array(1)),
          contentType: "text/plain",
        };
        await uploadChanged(aws, [file], { existing: [] });
        const estimator = await train(aws, { epochs: 1 });
        const predictor = await estimator.deploy({
          endpointName: aws.names.endpoint,
          dataCaptureConfig: new DataCaptureConfig({ destinationS3Uri: `s3://${BUCKET}/data_capture` }),
        });
        const [{ Key: key } = { Key: "" }] = await listObjects(aws.s3, BUCKET, "test/");
        await predictor.predict(await getObject(aws.s3, BUCKET, key));
        await deployWorkflow(aws, () => {});
        await deployWorkflow({ ...aws, settings: { ...aws.settings, threshold: 0.02 } }, () => {});
        const [testCase] = await generateTestCases(aws);
        const [result] = await runExecutions(aws, await findStateMachine(aws), [testCase!]);
        assert.equal(result!.status, "SUCCEEDED");
        assert.ok((await executionHistory(aws, result!.arn)).length > 5);
        await workflowStatus(aws);
      });
      assert.deepEqual(Object.keys(WITHOUT).sort(), policy.Statement.map(({ Sid }) => Sid).sort());
      for (const { Sid, Action } of policy.Statement) {
        await t.step(`without ${Sid}`, async () => {
          await putPolicy(admin, {
            ...policy,
            Statement: policy.Statement.filter((statement) => statement.Sid !== Sid),
          });
          try {
            await assert.rejects(WITHOUT[Sid]!(aws), (error: Error) => {
              assert.match(error.name, /^(AccessDenied|AuthorizationError)/, error.message);
              // SNS writes SNS:Publish.
              const text = error.message.toLowerCase();
              assert.ok(Action.some((action) => text.includes(action.toLowerCase())), error.message);
              return true;
            });
          } finally {
            await putPolicy(admin, policy);
          }
        });
      }
      await t.step("destroy, with all of them again", async () => {
        assert.deepEqual(await destroyWorkflow(aws, () => {}), []);
        const states = (await workflowStatus(admin)).filter(({ kind }) => kind !== "bucket");
        assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(["does not exist"]));
      });
    } finally {
      close();
      admin.close();
      await stopBundler();
    }
  });
});

async function train(aws: Aws, { epochs }: { epochs: number }): Promise<Estimator> {
  const { arn: role } = await ensureRole(aws, "sagemaker");
  const outputPath = `s3://${BUCKET}/models/image_model`;
  const estimator = new Estimator(aws, { imageUri: IMAGE, role, outputPath });
  estimator.setHyperparameters({ image_shape: "3,32,32", num_classes: 2, num_training_samples: 8, epochs });
  await estimator.fit(imageChannels(`s3://${BUCKET}`));
  return estimator;
}

const RoleName = "deployer";

async function putPolicy({ iam }: Aws, policy: object): Promise<void> {
  const PolicyDocument = JSON.stringify(policy);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "deployer", PolicyDocument }));
}

/** The workflow's clients for somebody who has this policy. */
async function asDeployer(admin: Aws, policy: object): Promise<{ aws: Aws; close(): void }> {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: admin.account }, Action: "sts:AssumeRole" }],
  });
  const { Role } = await admin.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await putPolicy(admin, policy);
  const { Credentials, AssumedRoleUser } = await admin.sts.send(
    new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: "anna" }),
  );
  const client = {
    endpoint: admin.endpoint!,
    region: admin.region,
    credentials: {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    },
  };
  const clients = {
    s3: new S3Client(client),
    sagemaker: new SageMakerClient(client),
    runtime: new SageMakerRuntimeClient(client),
    lambda: new LambdaClient(client),
    sfn: new SFNClient(client),
    iam: new IAMClient(client),
    logs: new CloudWatchLogsClient(client),
    cloudwatch: new CloudWatchClient(client),
    sns: new SNSClient(client),
    quotas: new ServiceQuotasClient(client),
  };
  return {
    aws: { ...admin, ...clients, caller: AssumedRoleUser!.Arn! },
    close: () => Object.values(clients).forEach((one) => one.destroy()),
  };
}

/**
 * Least privilege: each single permission of the three roles is taken away, and the workflow fails where AWS would
 * fail and under the error's name that AWS would give. Trust, iam:PassRole and the delay of new roles count too.
 */
import assert from "node:assert/strict";
import {
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DescribeEndpointCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { SFNClient, UpdateStateMachineCommand } from "@aws-sdk/client-sfn";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import type { Aws } from "../../lib/aws/clients.ts";
import { listObjects } from "../../lib/aws/s3.ts";
import { waitFor } from "../../lib/aws/waiting.ts";
import { type RoleKind, S3_LAYOUT } from "../../lib/names.ts";
import { runBatch } from "../../lib/workflow/batch.ts";
import { settled } from "../../lib/workflow/functions.ts";
import { ensureRole, ROLE_KINDS, roleDefinition } from "../../lib/workflow/roles.ts";
import { BUCKET, IMAGE, jobEnded } from "../local/sagemaker/testing.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployEndpoint, deployFunctions, type Ended, execute, smallJob } from "./testing.ts";

/** What the tests share: everything deployed and working. */
interface Deployed {
  aws: Aws;
  machine: string;
  role: string;
  modelData: string;
}

/** The local AWS has nothing behind these, so that taking them away changes nothing here. */
const NOT_EXERCISED: Readonly<Record<string, string>> = {
  "sagemaker cloudwatch:PutMetricData":
    "there is no CloudWatch; metrics are read from the log by the service",
  "sagemaker logs:DescribeLogStreams": "only AWS's log agent asks for the streams before it writes",
};

/** By role and action: what fails without it. */
const WITHOUT: Readonly<Record<string, (deployed: Deployed) => Promise<void>>> = {
  "sagemaker s3:ListBucket": ({ aws, role }) =>
    refused(train(aws, role), "ValidationException", /No S3 objects found .* "s3:ListBucket" permissions/),

  "sagemaker ecr:GetAuthorizationToken": ({ aws, role }) =>
    refused(
      train(aws, role),
      "ValidationException",
      /pull permissions for SageMaker: ecr:GetAuthorizationToken$/,
    ),
  "sagemaker ecr:BatchCheckLayerAvailability": pullsNoImage,
  "sagemaker ecr:GetDownloadUrlForLayer": pullsNoImage,
  "sagemaker ecr:BatchGetImage": async (deployed) => {
    await pullsNoImage(deployed);
    const { aws, role, modelData } = deployed;
    const { FailureReason } = await failedEndpoint(aws, role, modelData);
    assert.equal(
      FailureReason,
      `The role '${role}' does not have BatchGetImage permission for the image: '${IMAGE}'.`,
    );
  },

  "sagemaker s3:GetObject": async ({ aws, role, modelData }) => {
    const job = await train(aws, role);
    assert.equal(job.TrainingJobStatus, "Failed");
    assert.match(job.FailureReason!, /^ClientError: Data download failed:.*\(AccessDenied: .*s3:GetObject/);
    assert.deepEqual(job.SecondaryStatusTransitions!.map(({ Status }) => Status).slice(-2), [
      "Downloading",
      "Failed",
    ]);
    const model = new CreateModelCommand({
      ModelName: "unreadable",
      ExecutionRoleArn: role,
      PrimaryContainer: { Image: IMAGE, ModelDataUrl: modelData },
    });
    await refused(aws.sagemaker.send(model), "ValidationException", /Could not access model data/);
  },

  "sagemaker s3:PutObject": async ({ aws, machine, role }) => {
    const job = await train(aws, role);
    assert.equal(job.TrainingJobStatus, "Failed");
    assert.match(job.FailureReason!, /^ClientError: Artifact upload failed:.*\(AccessDenied: .*s3:PutObject/);
    // Invocations go on, their captures are lost.
    const before = await captures(aws);
    assert.equal((await execute(aws, machine)).status, "SUCCEEDED");
    const logged = await waitFor("The report", { everySeconds: 0.1, timeoutSeconds: 10 }, async () => {
      const events = await logsOf(aws, `/aws/sagemaker/Endpoints/${aws.names.endpoint}`, "Could not write");
      return events.length > 0 ? events : undefined;
    });
    assert.match(logged[0]!, /s3:PutObject/);
    assert.equal(await captures(aws), before);
  },

  "sagemaker logs:CreateLogGroup": (deployed) => trainsWithoutLog(deployed, true),
  "sagemaker logs:CreateLogStream": (deployed) => trainsWithoutLog(deployed),
  "sagemaker logs:PutLogEvents": (deployed) => trainsWithoutLog(deployed),

  "lambda s3:GetObject": async ({ aws, machine }) =>
    assertFailed(await execute(aws, machine), "AccessDenied", "SerializeImageData", /s3:GetObject/),

  "lambda s3:ListBucket": async ({ aws, machine }) => {
    // The bucket's keys are no secret to those who may list them: they learn that one is missing.
    const missing = await execute(aws, machine, "test/missing.png");
    assertFailed(missing, "AccessDenied", "SerializeImageData", /s3:ListBucket/);
  },

  "lambda sagemaker:InvokeEndpoint": async ({ aws, machine }) =>
    assertFailed(
      await execute(aws, machine),
      "AccessDeniedException",
      "ClassifyImage",
      /sagemaker:InvokeEndpoint/,
    ),

  "lambda logs:CreateLogGroup": (deployed) => runsWithoutLog(deployed, true),
  "lambda logs:CreateLogStream": (deployed) => runsWithoutLog(deployed),
  "lambda logs:PutLogEvents": (deployed) => runsWithoutLog(deployed),

  "states lambda:InvokeFunction": async ({ aws, machine }) =>
    assertFailed(
      await execute(aws, machine),
      "Lambda.AWSLambdaException",
      "SerializeImageData",
      /lambda:InvokeFunction .*Status Code: 403; Error Code: AccessDeniedException/,
    ),

  "states s3:ListBucket": ({ aws }) => batchFails(aws, /States\.ItemReaderFailed.*s3:ListBucket/),
  "states s3:PutObject": ({ aws }) => batchFails(aws, /States\.ResultWriterFailed.*s3:PutObject/),
  "states states:StartExecution": ({ aws }) => batchFails(aws, /States\.Permissions.*states:StartExecution/),
};

async function batchFails(aws: Aws, message: RegExp): Promise<void> {
  await assert.rejects(runBatch(aws, { prefix: "test/0", toleratedFailurePercentage: 100 }), message);
}

Deno.test("without any single permission the workflow fails as on AWS", async (t) => {
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    try {
      const machine = await deployFunctions(aws);
      const deployed = { aws, machine, ...await deployEndpoint(aws) };
      await t.step("with all of them it works", async () => {
        assert.equal((await execute(aws, machine)).status, "SUCCEEDED");
        assertFailed(await execute(aws, machine, "test/missing.png"), "NoSuchKey", "SerializeImageData");
      });
      const removable = ROLE_KINDS.flatMap(permissionsOf.bind(undefined, aws));
      assert.deepEqual(
        [...new Set(removable.map(({ name }) => name))].sort(),
        [...Object.keys(WITHOUT), ...Object.keys(NOT_EXERCISED)].sort(),
      );
      for (const { name, kind, policy } of removable) {
        const fails = WITHOUT[name];
        if (!fails) continue;
        await t.step(`without ${name}`, async () => {
          await putPolicy(aws, kind, policy);
          try {
            await fails(deployed);
          } finally {
            await putPolicy(aws, kind, roleDefinition(aws, kind).policy);
          }
        });
      }
      await t.step("with all of them again", async () => {
        assert.equal((await execute(aws, machine)).status, "SUCCEEDED");
      });
      await t.step("roles that the service may not assume", () => trust(deployed));
      await t.step("roles that ask for what the service acts for", () => sources(deployed));
      await t.step("roles that the caller may not hand over", () => passRole(deployed));
    } finally {
      aws.close();
    }
  });
});

Deno.test("deploy waits until new roles have reached the services", async () => {
  const seconds = 2;
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    try {
      const started = performance.now();
      const machine = await deployFunctions(aws);
      assert.ok(performance.now() - started > seconds * 1000, "it cannot have waited");
      const { error } = await execute(aws, machine);
      assert.equal(error, "NoSuchKey");
    } finally {
      aws.close();
    }
  }, { rolePropagationSeconds: seconds });
});

/** The role's policy without one of its actions, for each of them. */
function permissionsOf(aws: Aws, kind: RoleKind) {
  const { policy } = roleDefinition(aws, kind);
  return policy.Statement.flatMap(({ Action }, index) =>
    Action.map((action) => {
      const left = policy.Statement.map((statement, i) =>
        i === index ? { ...statement, Action: statement.Action.filter((one) => one !== action) } : statement
      );
      const Statement = left.filter(({ Action }) => Action.length > 0);
      // A policy has at least one statement.
      const nothing = { Effect: "Deny", Action: ["*"], Resource: ["arn:aws:s3:::nothing"] };
      return {
        name: `${kind} ${action}`,
        kind,
        policy: { ...policy, Statement: Statement.length > 0 ? Statement : [nothing] },
      };
    })
  );
}

async function putPolicy(aws: Aws, kind: RoleKind, policy: object): Promise<void> {
  const PolicyDocument = JSON.stringify(policy);
  await aws.iam.send(
    new PutRolePolicyCommand({ RoleName: aws.names.roles[kind], PolicyName: "scones", PolicyDocument }),
  );
}

function assertFailed(ended: Ended, error: string, state: string, cause = /./): void {
  assert.deepEqual([ended.status, ended.error, ended.state], ["FAILED", error, state], ended.cause);
  assert.match(ended.cause!, cause);
}

async function train(aws: Aws, role: string) {
  const request = smallJob(role);
  await aws.sagemaker.send(new CreateTrainingJobCommand(request));
  return await jobEnded(aws.sagemaker, request.TrainingJobName!);
}

async function pullsNoImage({ aws, role }: Deployed): Promise<void> {
  const why =
    "Access denied for repository: image-classification in registry ID: 811284229777. Please check if your " +
    `ECR repository and image exist and role ${role} has proper pull permissions for SageMaker: ` +
    "ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer";
  await refused(train(aws, role), "ValidationException", new RegExp(`^${why.replaceAll(".", "\\.")}$`));
}

/** Model and configuration are made, as on AWS: only the endpoint fails. */
async function failedEndpoint({ sagemaker }: Aws, role: string, ModelDataUrl: string) {
  const names = { ModelName: "unpulled", EndpointConfigName: "unpulled", EndpointName: "unpulled" };
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl };
  await sagemaker.send(new CreateModelCommand({ ...names, ExecutionRoleArn: role, PrimaryContainer }));
  const variant = { VariantName: "v", ModelName: "unpulled", InstanceType: "ml.m5.large" as const };
  const ProductionVariants = [{ ...variant, InitialInstanceCount: 1 }];
  await sagemaker.send(new CreateEndpointConfigCommand({ ...names, ProductionVariants }));
  await sagemaker.send(new CreateEndpointCommand(names));
  return await waitFor("The endpoint's failure", { everySeconds: 0.1, timeoutSeconds: 10 }, async () => {
    const endpoint = await sagemaker.send(new DescribeEndpointCommand(names));
    return endpoint.EndpointStatus === "Failed" ? endpoint : undefined;
  });
}

async function trainsWithoutLog({ aws, role }: Deployed, withoutGroup = false): Promise<void> {
  const logGroupName = "/aws/sagemaker/TrainingJobs";
  if (withoutGroup) await aws.logs.send(new DeleteLogGroupCommand({ logGroupName }));
  const { TrainingJobStatus, TrainingJobName } = await train(aws, role);
  assert.equal(TrainingJobStatus, "Completed");
  const streams = await streamsOf(aws, logGroupName, `${TrainingJobName}/`);
  assert.deepEqual(streams, []);
}

/** The function works and what it writes is lost. */
async function runsWithoutLog({ aws, machine }: Deployed, withoutGroup = false): Promise<void> {
  const FunctionName = aws.names.functions.filterLowConfidence;
  const logGroupName = `/aws/lambda/${FunctionName}`;
  if (withoutGroup) await aws.logs.send(new DeleteLogGroupCommand({ logGroupName }));
  const before = await streamsOf(aws, logGroupName);
  // A changed function has new environments, each with a stream of its own.
  const Description = crypto.randomUUID();
  await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }));
  await settled(aws, FunctionName);
  assert.equal((await execute(aws, machine)).status, "SUCCEEDED");
  assert.deepEqual(await streamsOf(aws, logGroupName), before);
}

async function streamsOf(aws: Aws, logGroupName: string, logStreamNamePrefix?: string): Promise<string[]> {
  const command = new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix });
  const found = await unlessMissing(aws.logs.send(command));
  return found?.logStreams?.map(({ logStreamName }) => logStreamName!) ?? [];
}

async function logsOf(aws: Aws, logGroupName: string, text: string): Promise<string[]> {
  const command = new FilterLogEventsCommand({ logGroupName, filterPattern: `"${text}"` });
  const found = await unlessMissing(aws.logs.send(command));
  return found?.events?.map(({ message }) => message!) ?? [];
}

/** Who has logged nothing so far has no log group: undefined then. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

async function captures(aws: Aws): Promise<number> {
  return (await listObjects(aws.s3, BUCKET, S3_LAYOUT.dataCapture)).length;
}

/** Each service refuses a role whose trust policy names another one. */
async function trust({ aws, machine, role, modelData }: Deployed): Promise<void> {
  const arns = Object.fromEntries(
    await Promise.all(ROLE_KINDS.map(async (kind) => [kind, (await ensureRole(aws, kind)).arn])),
  ) as Record<RoleKind, string>;
  for (const kind of ROLE_KINDS) {
    await setTrust(aws, kind, kind === "lambda" ? "states.amazonaws.com" : "lambda.amazonaws.com");
  }
  try {
    const change = { FunctionName: aws.names.functions.filterLowConfidence, Role: arns.lambda, Timeout: 11 };
    await refused(
      aws.lambda.send(new UpdateFunctionConfigurationCommand(change)),
      "InvalidParameterValueException",
      /cannot be assumed by Lambda/,
    );
    await refused(
      aws.sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machine, roleArn: arns.states })),
      "AccessDeniedException",
      /Neither the global service principal states.amazonaws.com/,
    );
    await refused(train(aws, role), "ValidationException", /Could not assume role/);
    const PrimaryContainer = { Image: IMAGE, ModelDataUrl: modelData };
    await refused(
      aws.sagemaker.send(
        new CreateModelCommand({ ModelName: "m", ExecutionRoleArn: role, PrimaryContainer }),
      ),
      "ValidationException",
      /Could not assume role/,
    );
    assert.deepEqual(
      await execute(aws, machine).then(({ status, state }) => [status, state]),
      ["FAILED", "SerializeImageData"],
    );
  } finally {
    for (const kind of ROLE_KINDS) await setTrust(aws, kind, `${kind}.amazonaws.com`);
  }
}

/** Each service names what AWS documents for it as the source of its request. */
async function sources({ aws, machine, role, modelData }: Deployed): Promise<void> {
  const arn = (service: string, what: string) => `arn:aws:${service}:${aws.region}:${aws.account}:${what}`;
  const asking = (kind: RoleKind, ...sources: string[]) =>
    setTrust(aws, kind, `${kind}.amazonaws.com`, { ArnLike: { "aws:SourceArn": sources } });
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl: modelData };
  const model = new CreateModelCommand({ ModelName: "sources", ExecutionRoleArn: role, PrimaryContainer });
  try {
    await asking(
      "lambda",
      ...Object.values(aws.names.functions).map((name) => arn("lambda", `function:${name}`)),
    );
    await asking("states", machine);
    await asking("sagemaker", arn("sagemaker", "endpoint/*"));
    await refused(train(aws, role), "ValidationException", /Could not assume role/);
    await refused(aws.sagemaker.send(model), "ValidationException", /Could not assume role/);
    await asking("sagemaker", arn("sagemaker", "training-job/*"), arn("sagemaker", "*"));
    assert.equal((await train(aws, role)).TrainingJobStatus, "Completed");
    await aws.sagemaker.send(model);
    // A changed function has new environments, which assume the role anew.
    const change = { FunctionName: aws.names.functions.filterLowConfidence, Description: "sources" };
    await aws.lambda.send(new UpdateFunctionConfigurationCommand(change));
    await settled(aws, change.FunctionName);
    assert.equal((await execute(aws, machine)).status, "SUCCEEDED");
  } finally {
    for (const kind of ROLE_KINDS) await setTrust(aws, kind, `${kind}.amazonaws.com`);
  }
}

async function setTrust(aws: Aws, kind: RoleKind, service: string, Condition = {}): Promise<void> {
  const { trust, RoleName } = roleDefinition(aws, kind);
  const Statement = [{ ...trust.Statement[0], Principal: { Service: service }, Condition }];
  const PolicyDocument = JSON.stringify({ ...trust, Statement });
  await aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
}

/** Somebody who may do all but hand roles over cannot make anything that runs under one. */
async function passRole({ aws, machine, role, modelData }: Deployed): Promise<void> {
  const RoleName = "deployer";
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: aws.account }, Action: "sts:AssumeRole" }],
  });
  const { Role } = await aws.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", NotAction: "iam:PassRole", Resource: "*" }],
  });
  await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
  const { Credentials } = await aws.sts.send(
    new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: "test" }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  const client = {
    endpoint: aws.settings.endpointUrl!,
    region: aws.region,
    credentials: {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken!,
    },
  };
  const [lambda, sfn, sagemaker, iam] = [
    new LambdaClient(client),
    new SFNClient(client),
    new SageMakerClient(client),
    new IAMClient(client),
  ];
  try {
    const { arn: lambdaRole } = await ensureRole({ ...aws, iam }, "lambda");
    const { arn: statesRole } = await ensureRole({ ...aws, iam }, "states");
    const FunctionName = aws.names.functions.filterLowConfidence;
    const PrimaryContainer = { Image: IMAGE, ModelDataUrl: modelData };
    const calls = [
      () => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Role: lambdaRole })),
      () => sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machine, roleArn: statesRole })),
      () => sagemaker.send(new CreateTrainingJobCommand(smallJob(role))),
      () =>
        sagemaker.send(new CreateModelCommand({ ModelName: "m", ExecutionRoleArn: role, PrimaryContainer })),
    ];
    for (const call of calls) {
      await refused(
        call(),
        "AccessDeniedException",
        /deployer\/test is not authorized to perform: iam:PassRole/,
      );
    }
  } finally {
    for (const client of [lambda, sfn, sagemaker, iam]) client.destroy();
  }
}

async function refused(call: Promise<unknown>, name: string, message: RegExp): Promise<void> {
  await assert.rejects(call, (error: Error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    return true;
  });
}

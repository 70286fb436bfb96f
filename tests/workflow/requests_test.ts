/** What the workflow asks AWS for where the local AWS cannot answer: boundaries, keys, updates that arrive late. */
import assert from "node:assert/strict";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";
import { deployModel, findEndpoint } from "../../lib/training/endpoint.ts";
import { Estimator } from "../../lib/training/estimator.ts";
import { functionConfiguration, FunctionError, invokeFunction } from "../../lib/workflow/functions.ts";
import { ensureRole, roleDefinition } from "../../lib/workflow/roles.ts";
import { deployStateMachine } from "../../lib/workflow/state_machine.ts";
import { playedAws, tagsOf } from "../aws/testing.ts";

interface Sent {
  name: string;
  input: Record<string, unknown>;
}

type Answers = Record<string, (input: Record<string, unknown>) => object>;

/** An SDK client that answers by the command's name, and keeps what it was sent. */
function played<T extends object>(client: T, answers: Answers): { client: T; sent: Sent[] } {
  const sent: Sent[] = [];
  const send = async (command: { input: Record<string, unknown> }) => {
    await Promise.resolve();
    const name = command.constructor.name.replace(/Command$/, "");
    sent.push({ name, input: command.input });
    return answers[name]?.(command.input) ?? {};
  };
  return { client: Object.assign(client, { send }), sent };
}

const region = "us-east-1";
const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/1234";

Deno.test("roles are created with the boundary of SCONES_PERMISSIONS_BOUNDARY_ARN and our tags", async () => {
  const { client, sent } = played(new IAMClient({ region }), {
    GetRole() {
      throw Object.assign(new Error("none"), { name: "NoSuchEntityException" });
    },
    CreateRole: () => ({ Role: { Arn: "arn:aws:iam::123456789012:role/r" } }),
  });
  const aws = playedAws({ iam: client }, {
    SCONES_TARGET: "aws",
    SCONES_PERMISSIONS_BOUNDARY_ARN: BOUNDARY,
  });
  assert.equal((await ensureRole(aws, "lambda")).change, "created");
  const { input } = sent.find(({ name }) => name === "CreateRole")!;
  assert.equal(input.PermissionsBoundary, BOUNDARY);
  assert.deepEqual(input.Tags, tagsOf());
});

Deno.test("SCONES_KMS_KEY_ARN encrypts models, captures and the functions' variables, and the roles may use it", async () => {
  const sagemaker = played(new SageMakerClient({ region }), {
    DescribeEndpoint() {
      throw new Error('Could not find endpoint "arn".');
    },
  });
  const aws = playedAws({
    sagemaker: sagemaker.client,
    s3: { send: () => Promise.resolve({}) },
    logs: { send: () => Promise.resolve({}) },
  }, { SCONES_TARGET: "aws", SCONES_KMS_KEY_ARN: KEY });
  const estimator = new Estimator(aws, { imageUri: "i", role: "r", outputPath: "s3://b/models" });
  assert.equal(estimator.toRequest({}, "job").OutputDataConfig!.KmsKeyId, KEY);
  assert.equal(functionConfiguration(aws, "classifyImage", "r").KMSKeyArn, KEY);
  const kms = (kind: "sagemaker" | "lambda" | "states") =>
    roleDefinition(aws, kind).policy.Statement.filter(({ Resource }) => Resource.includes(KEY))
      .flatMap(({ Action }) => Action);
  assert.deepEqual(kms("sagemaker"), ["kms:Decrypt", "kms:GenerateDataKey"]);
  assert.deepEqual(kms("lambda"), ["kms:Decrypt"]);
  assert.deepEqual(kms("states"), []);
  await deployModel(aws, {
    endpointName: "scones",
    imageUri: "i",
    role: "r",
    modelData: "s3://b/model.tar.gz",
    dataCaptureConfig: new DataCaptureConfig({ destinationS3Uri: "s3://b/captures" }),
  }).catch(() => {}); // it never gets into service here
  const { input } = sagemaker.sent.find(({ name }) => name === "CreateEndpointConfig")!;
  assert.equal((input.DataCaptureConfig as { KmsKeyId: string }).KmsKeyId, KEY);
});

Deno.test("an update of the state machine is over when AWS shows it, since executions may use the old definition until then", async () => {
  let looks = 0;
  const { client } = played(new SFNClient({ region }), {
    DescribeStateMachine: () => ({
      definition: "{}",
      roleArn: "old",
      revisionId: ++looks > 3 ? "new" : "old",
    }),
    ListTagsForResource: () => ({ tags: tagsOf().map(({ Key: key, Value: value }) => ({ key, value })) }),
    UpdateStateMachine: () => ({ revisionId: "new" }),
  });
  const aws = playedAws({ sfn: client });
  const functionArns = { serializeImageData: "a", classifyImage: "b", filterLowConfidence: "c" };
  const { change } = await deployStateMachine(aws, { roleArn: "new", functionArns });
  assert.equal(change, "updated");
  assert.equal(looks, 5); // one before, two that still show the old one, two that show the new one
});

Deno.test("a function's error is raised, except that an answer is below the threshold", async () => {
  const failing = (errorType: string) => {
    const payload = JSON.stringify({ errorType, errorMessage: "no such key" });
    const { client } = played(new LambdaClient({ region }), {
      Invoke: () => ({ FunctionError: "Unhandled", Payload: { transformToString: () => payload } }),
    });
    return invokeFunction(playedAws({ lambda: client }), "serializeImageData", {});
  };
  await assert.rejects(failing("NoSuchKey"), (error: Error) => {
    assert.ok(error instanceof FunctionError);
    assert.match(
      error.message,
      /^The function scones-serialize-image-data failed with NoSuchKey: no such key\. Its log/,
    );
    return true;
  });
  assert.equal((await failing("THRESHOLD_CONFIDENCE_NOT_MET")).functionError, "Unhandled");
});

Deno.test("an endpoint whose rollback has failed still serves, and is deployed anew", async () => {
  const states = ["UpdateRollbackFailed", "UpdateRollbackFailed", "Updating", "InService"];
  let current = "old";
  const { client, sent } = played(new SageMakerClient({ region }), {
    DescribeEndpoint: () => ({
      EndpointName: "scones",
      EndpointArn: "arn",
      EndpointStatus: states.length > 1 ? states.shift() : states[0],
      EndpointConfigName: current,
    }),
    ListTags: () => ({ Tags: tagsOf() }),
    DescribeEndpointConfig: () => ({
      EndpointConfigName: "old",
      ProductionVariants: [{ ModelName: "m", InstanceType: "ml.m5.xlarge", InitialInstanceCount: 1 }],
    }),
    DescribeModel: () => ({
      ModelName: "m",
      ExecutionRoleArn: "r",
      PrimaryContainer: { Image: "i", ModelDataUrl: "s3://b/m" },
    }),
    UpdateEndpoint(input) {
      current = input.EndpointConfigName as string;
      return {};
    },
  });
  const send = () => Promise.resolve({});
  const aws = playedAws({ sagemaker: client, s3: { send }, logs: { send } });
  await findEndpoint(aws, "scones");
  await deployModel(aws, { endpointName: "scones", imageUri: "i", role: "r", modelData: "s3://b/m" });
  assert.equal(sent.filter(({ name }) => name === "UpdateEndpoint").length, 1);
});

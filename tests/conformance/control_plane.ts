/**
 * Every call of the workflow but those that need something to run behind the target: staging, training job, endpoint,
 * roles, functions and state machine, made, found unchanged, and removed. For an AWS look-alike that keeps no servers.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { connect } from "../../lib/aws/clients.ts";
import { retrieveImageUri } from "../../lib/aws/image_uris.ts";
import { parseS3Uri } from "../../lib/aws/s3.ts";
import { readCifar, SYNTHETIC_MARK } from "../../lib/dataset/cifar.ts";
import { selectClasses } from "../../lib/dataset/mod.ts";
import { stageDataset } from "../../lib/dataset/staging.ts";
import { writeSyntheticArchive } from "../../lib/dataset/synthetic.ts";
import { S3_LAYOUT } from "../../lib/names.ts";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";
import { Estimator } from "../../lib/training/estimator.ts";
import { imageChannels } from "../../lib/training/training_input.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployWorkflow, destroyWorkflow, workflowStatus } from "../../lib/workflow/deployment.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";

const PER_CLASS = { trainPerClass: 6, testPerClass: 2 };

const aws = await connect();
const statesOf = async (
  work: (onReport: (report: { name: string; state: string }) => void) => Promise<unknown>,
) => {
  const states: string[] = [];
  await work(({ name, state }) => {
    console.log(`  ${name}: ${state}`);
    states.push(state);
  });
  return new Set(states);
};

const archive = join(aws.settings.stateDir, "synthetic.tar.gz");
await Deno.mkdir(aws.settings.stateDir, { recursive: true });
await writeSyntheticArchive(archive, { seed: 1, ...PER_CLASS });
const cifar = await readCifar(archive, { source: SYNTHETIC_MARK });
const selection = selectClasses(cifar, aws.settings.classes);
const staged = await stageDataset(aws, selection);
assert.equal(staged.sent, staged.train + staged.test + 3);
assert.equal((await stageDataset(aws, selection)).sent, 0);

const role = await ensureRole(aws, "sagemaker");
const estimator = new Estimator(aws, {
  imageUri: retrieveImageUri("image-classification", aws.region),
  role: role.arn,
  outputPath: `s3://${aws.bucket}/${S3_LAYOUT.models}`,
});
estimator.setHyperparameters({ image_shape: "3,32,32", num_classes: 2, num_training_samples: staged.train });
const inputs = imageChannels(`s3://${aws.bucket}`);
const status = (message: string) => console.log(`  ${message}`);
const trained = await estimator.fit(inputs, { reuse: true, status });
// A look-alike trains nothing, and only a job whose model exists is used again.
const { bucket: Bucket, key: Key } = parseS3Uri(trained.modelData);
await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: "model" }));
assert.equal((await estimator.fit(inputs, { reuse: true })).jobName, trained.jobName);
const dataCaptureConfig = new DataCaptureConfig({
  destinationS3Uri: `s3://${aws.bucket}/${S3_LAYOUT.dataCapture}`,
});
for (let times = 0; times < 2; times++) {
  await estimator.deploy({ endpointName: aws.names.endpoint, dataCaptureConfig, status });
}

await statesOf((onReport) => deployWorkflow(aws, onReport));
assert.deepEqual(await statesOf((onReport) => deployWorkflow(aws, onReport)), new Set(["unchanged"]));
for (const { name, state } of await workflowStatus(aws)) assert.notEqual(state, "does not exist", name);
assert.deepEqual(await statesOf((onReport) => destroyWorkflow(aws, onReport)), new Set(["removed"]));
assert.deepEqual(await statesOf((onReport) => destroyWorkflow(aws, onReport)), new Set(["did not exist"]));
aws.close();
await stopBundler();

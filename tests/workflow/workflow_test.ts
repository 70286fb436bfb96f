/** The workflow's steps in order on a small data set, as the notebooks call them; and each of them once more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../lib/aws/clients.ts";
import { retrieveImageUri } from "../../lib/aws/image_uris.ts";
import { sleep } from "../../lib/aws/waiting.ts";
import { readCifar } from "../../lib/dataset/cifar.ts";
import { selectClasses } from "../../lib/dataset/select.ts";
import { stageDataset, stagedDataset } from "../../lib/dataset/staging.ts";
import { writeSyntheticArchive } from "../../lib/dataset/synthetic.ts";
import { loadBaseline, saveBaseline } from "../../lib/evaluation/baseline.ts";
import { evaluationFrame, predictions } from "../../lib/evaluation/frame.ts";
import { readCaptures } from "../../lib/evaluation/read_captures.ts";
import { testLabels } from "../../lib/notebook/order_views.ts";
import { readSettings } from "../../lib/settings.ts";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";
import { Estimator } from "../../lib/training/estimator.ts";
import { imageChannels } from "../../lib/training/training_input.ts";
import type { TrainingResult } from "../../lib/training/training_result.ts";
import { runBatch } from "../../lib/workflow/batch.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import {
  deployWorkflow,
  destroyWorkflow,
  type ResourceReport,
  trainingStates,
  workflowStatus,
} from "../../lib/workflow/deployment.ts";
import { countExecutions, generateTestCases, runExecutions } from "../../lib/workflow/executions.ts";
import { invokeFunction } from "../../lib/workflow/functions.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { findStateMachine } from "../../lib/workflow/state_machine.ts";
import { withLocalAws } from "../local/testing.ts";

Deno.test("the workflow from pictures to evaluation, and again", async (t) => {
  await withLocalAws(async (local) => {
    const aws = await connect(readSettings({
      AWS_ENDPOINT_URL: local.endpoint,
      SCONES_STATE_DIR: join(local.stateDir, "workflow"),
    }));
    const classes = ["bicycle", "motorcycle"];
    const archive = join(local.stateDir, "small.tar.gz");
    await writeSyntheticArchive(archive, { seed: 7, trainPerClass: 24, testPerClass: 6 });
    const selection = selectClasses(await readCifar(archive), classes);
    try {
      await t.step("what is missing says which notebook to run first", async () => {
        await assert.rejects(stagedDataset(aws), /Run notebook 1/);
        await assert.rejects(findStateMachine(aws), /Run notebook 4/);
      });

      await t.step("staging sends everything once, and nothing again", async () => {
        const first = await stageDataset(aws, selection);
        assert.deepEqual([first.sent, first.unchanged, first.train, first.test], [48 + 12 + 3, 0, 48, 12]);
        assert.equal(first.synthetic, true);
        const again = await stageDataset(aws, selection);
        assert.deepEqual([again.sent, again.unchanged, again.removed], [0, 63, 0]);
        assert.deepEqual((await stagedDataset(aws)).classes, classes);
      });

      const role = await ensureRole(aws, "sagemaker");
      const estimator = new Estimator(aws, {
        imageUri: retrieveImageUri("image-classification", aws.region),
        role: role.arn,
        outputPath: `s3://${aws.bucket}/models/image_model`,
      });
      estimator.setHyperparameters({
        image_shape: "3,32,32",
        num_classes: 2,
        num_training_samples: 48,
        epochs: 2,
      });
      await t.step("fit trains, tells of its epochs, and finds an equal job again", async () => {
        const statuses: string[] = [];
        let listed: Promise<ResourceReport[]> | undefined;
        let second: Promise<TrainingResult> | undefined;
        const first = await estimator.fit(imageChannels(`s3://${aws.bucket}`), {
          reuse: true,
          status(message) {
            statuses.push(message);
            listed ??= trainingStates(aws);
            second ??= estimator.fit(imageChannels(`s3://${aws.bucket}`), { reuse: true });
          },
        });
        const [running] = (await listed)!;
        assert.equal(running!.name, first.jobName);
        assert.match(running!.state, /^InProgress since 20\d\d-\d\d-\d\d \d\d:\d\d UTC, free \(local\)$/);
        assert.deepEqual(await trainingStates(aws), []);
        const { joined, jobName, epochs } = (await second)!;
        assert.deepEqual([joined, jobName, epochs], [true, first.jobName, first.epochs]);
        assert.equal(first.reused, false);
        assert.deepEqual(first.epochs.map(({ epoch }) => epoch), [0, 1]);
        assert.ok(first.accuracy! >= 0 && first.accuracy! <= 1);
        assert.ok(statuses.includes("Training job completed"));
        const again = await estimator.fit(imageChannels(`s3://${aws.bucket}`), { reuse: true });
        assert.deepEqual([again.reused, again.jobName], [true, first.jobName]);
        estimator.setHyperparameters({ epochs: 1 });
        const other = await estimator.fit(imageChannels(`s3://${aws.bucket}`), { reuse: true });
        assert.equal(other.reused, false);
      });

      await t.step("a job that fails is an error with the algorithm's reason", async () => {
        const wrong = new Estimator(aws, estimator.options);
        wrong.setHyperparameters({ image_shape: "3,64,64", num_classes: 2, num_training_samples: 48 });
        await assert.rejects(wrong.fit(imageChannels(`s3://${aws.bucket}`)), /is Failed: ClientError/);
      });

      await t.step("deploy: an endpoint in service, left alone when it serves this model", async () => {
        const options = {
          endpointName: aws.names.endpoint,
          dataCaptureConfig: new DataCaptureConfig({ destinationS3Uri: `s3://${aws.bucket}/data_capture` }),
        };
        const predictor = await estimator.deploy(options);
        const saved = await saveBaseline(aws, predictor, { classes });
        assert.equal(saved.length, 12);
        assert.deepEqual(await loadBaseline(aws), saved);
        const statuses: string[] = [];
        await estimator.deploy({ ...options, status: (status) => statuses.push(status) });
        assert.deepEqual(new Set(statuses), new Set(["InService"]));
      });

      await t.step("deployWorkflow creates everything once", async () => {
        const changes = async () => {
          const reports: ResourceReport[] = [];
          await deployWorkflow(aws, (report) => reports.push(report));
          return reports.map(({ state }) => state);
        };
        // The sagemaker role is there already.
        const [first, ...others] = await changes();
        assert.equal(first, "unchanged");
        assert.ok(others.length > 7 && others.every((state) => state.startsWith("created")), others.join());
        const again = await changes();
        assert.equal(again.length, 1 + others.length);
        assert.ok(again.every((state) => state.startsWith("unchanged")), again.join());
        const other = { ...aws, settings: { ...aws.settings, threshold: 0.51 } };
        const reports: ResourceReport[] = [];
        await deployWorkflow(other, (report) => reports.push(report));
        assert.deepEqual(
          reports.filter(({ state }) => state === "updated").map(({ name }) => name),
          ["scones-filter-low-confidence"],
        );
      });

      await t.step("a function's error is told as such", async () => {
        const event = { s3_bucket: aws.bucket, s3_key: "test/x.png", inferences: [0.5, 0.5] };
        const { functionError, payload } = await invokeFunction(aws, "filterLowConfidence", event);
        assert.equal(functionError, "Unhandled");
        assert.equal((payload as { errorType: string }).errorType, "THRESHOLD_CONFIDENCE_NOT_MET");
      });

      const machine = await findStateMachine(aws);
      await t.step("executions of all test pictures, and what was captured of them", async () => {
        const testCases = await generateTestCases(aws);
        assert.equal(testCases.length, 12);
        const results = await runExecutions(aws, machine, testCases);
        const { total, otherwiseFailed } = countExecutions(results);
        assert.deepEqual([total, otherwiseFailed], [12, 0]);
        const traffic = await readCaptures(aws.s3, {
          bucket: aws.bucket,
          prefix: `data_capture/${aws.names.endpoint}/AllTraffic/`,
          since: new Date(Math.min(...results.map(({ startDate }) => startDate.getTime()))),
          expect: testCases.map(({ s3_key }) => s3_key),
          pollSeconds: 0.2,
        });
        assert.deepEqual(traffic.missing, []);
        const frame = evaluationFrame(traffic.captures, await testLabels(aws), { classes, threshold: 0.51 });
        const rows = predictions(frame, classes).filter(({ key }) => key !== null);
        assert.equal(rows.length, 12);
        for (const { key, accepted, truth } of rows) {
          const result = results.find(({ s3Key }) => s3Key === key)!;
          assert.equal(result.status === "SUCCEEDED", accepted, key!);
          const { className } = selection.test.find(({ filename }) => `test/${filename}` === key)!;
          assert.equal(truth, className);
        }
      });

      await t.step("all test pictures with one execution of the batch machine", async () => {
        const seen: number[] = [];
        const onProgress = (done: number) => seen.push(done);
        const input = { prefix: "test/", maxConcurrency: 4, toleratedFailurePercentage: 100 };
        const { orders, mapRun } = await runBatch(aws, input, { onProgress });
        assert.deepEqual([mapRun.status, mapRun.itemCounts!.total, mapRun.maxConcurrency], [
          "SUCCEEDED",
          12,
          4,
        ]);
        assert.equal(seen.at(-1), 12);
        const single = await runExecutions(aws, machine, await generateTestCases(aws));
        const outcomes = (results: readonly { s3Key: string; status: string; error?: string }[]) =>
          results.map(({ s3Key, status, error }) => `${s3Key} ${status} ${error ?? ""}`).sort();
        assert.deepEqual(outcomes(orders), outcomes(single));
        await assert.rejects(
          runBatch(aws, { prefix: "no-such/../" }).then(({ orders }) => {
            assert.equal(orders.length, 0);
            throw new Error("empty");
          }),
          /empty/,
        );
      });

      await t.step("a key that does not exist fails its execution with S3's error", async () => {
        const missing = { s3_bucket: aws.bucket, s3_key: "test/none.png", image_data: "", inferences: [] };
        const [result] = await runExecutions(aws, machine, [missing]);
        assert.deepEqual([result!.status, result!.error], ["FAILED", "NoSuchKey"]);
      });

      await t.step(
        "status lists what is there; destroy removes it, and says so when there is nothing",
        async () => {
          const states = async () => (await workflowStatus(aws)).map(({ state }) => state);
          assert.ok((await states()).every((state) => state !== "does not exist"));
          const destroyed = async () => {
            const reports: ResourceReport[] = [];
            await destroyWorkflow(aws, (report) => reports.push(report));
            return new Set(reports.map(({ state }) => state));
          };
          estimator.setHyperparameters({ epochs: 1000 });
          const training = estimator.fit(imageChannels(`s3://${aws.bucket}`));
          const stopped = assert.rejects(training, /is Stopped/);
          while ((await trainingStates(aws)).length === 0) await sleep(0.05);
          assert.deepEqual(await destroyed(), new Set(["removed", "stopping"]));
          await stopped;
          assert.deepEqual(await destroyed(), new Set(["did not exist"]));
          assert.deepEqual((await states()).filter((state) => state !== "does not exist"), ["contains data"]);
        },
      );
    } finally {
      aws.close();
      await stopBundler();
    }
  });
});

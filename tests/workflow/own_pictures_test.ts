import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../lib/aws/clients.ts";
import { retrieveImageUri } from "../../lib/aws/image_uris.ts";
import { getObject } from "../../lib/aws/s3.ts";
import { loadDataset, parseLst, selectClasses } from "../../lib/dataset/mod.ts";
import { stageDataset, stagedDataset } from "../../lib/dataset/staging.ts";
import { S3_LAYOUT } from "../../lib/names.ts";
import { readSettings } from "../../lib/settings.ts";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";
import { Estimator } from "../../lib/training/estimator.ts";
import { readModel } from "../../lib/training/model_file.ts";
import { imageChannels, imageShape } from "../../lib/training/training_input.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { drawFolder } from "../dataset/testing.ts";
import { withLocalAws } from "../local/testing.ts";

Deno.test("a folder of pictures of 96 × 96 in three classes is staged, trained on, and served", async () => {
  await withLocalAws(async (local) => {
    const folder = join(local.stateDir, "vehicles");
    await drawFolder(folder, 40, 96);
    const aws = await connect(readSettings({
      AWS_ENDPOINT_URL: local.endpoint,
      SCONES_STATE_DIR: join(local.stateDir, "workflow"),
      SCONES_DATASET_URL: folder,
    }));
    try {
      const { datasetUrl: url, classes } = aws.settings;
      const selection = selectClasses(await loadDataset({ url, cacheDir: local.stateDir }), classes);
      await stageDataset(aws, selection);
      const staged = await stagedDataset(aws);
      assert.deepEqual(staged.classes, ["bicycle", "motorcycle", "pickup_truck"]);
      assert.deepEqual([staged.source, staged.width, staged.height], ["vehicles", 96, 96]);
      assert.equal(staged.train + staged.test, 120);
      const role = await ensureRole(aws, "sagemaker");
      const estimator = new Estimator(aws, {
        imageUri: retrieveImageUri("image-classification", aws.region),
        role: role.arn,
        outputPath: `s3://${aws.bucket}/${S3_LAYOUT.models}`,
      });
      estimator.setHyperparameters({
        image_shape: imageShape(staged),
        num_classes: 3,
        num_training_samples: staged.train,
        epochs: 2,
        mini_batch_size: 16,
      });
      const training = await estimator.fit(imageChannels(`s3://${aws.bucket}`));
      const predictor = await estimator.deploy({
        endpointName: aws.names.endpoint,
        dataCaptureConfig: new DataCaptureConfig({ destinationS3Uri: `s3://${aws.bucket}/data_capture` }),
      });
      const list = new TextDecoder().decode(await getObject(aws.s3, aws.bucket, S3_LAYOUT.testList));
      let right = 0;
      for (const { label, path } of parseLst(list)) {
        const picture = await getObject(aws.s3, aws.bucket, S3_LAYOUT.test + path);
        const probabilities = await predictor.predict(picture);
        assert.equal(probabilities.length, 3);
        if (probabilities.indexOf(Math.max(...probabilities)) === label) right++;
      }
      // The endpoint recognises what training said that the network does.
      assert.equal((right / staged.test).toFixed(4), training.accuracy!.toFixed(4));
      const model = await readModel(aws, training.modelData);
      assert.deepEqual([model?.channels, model?.height, model?.width], [3, 96, 96]);
    } finally {
      aws.close();
    }
  });
});

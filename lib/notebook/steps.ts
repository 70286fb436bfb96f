/** The long steps of the notebooks. Each does its work and shows its progress meanwhile. */
import { basename, join } from "node:path";
import type { Aws } from "../aws/clients.ts";
import { checkClasses, type Dataset, loadDataset, type Selection } from "../dataset/mod.ts";
import { stageDataset, stagedDataset, type StagingResult } from "../dataset/staging.ts";
import { chart } from "../display/chart.ts";
import { escapeHtml, formatCounts, percent } from "../display/format.ts";
import { html, live, notice } from "../display/show.ts";
import { type BaselineAnswer, loadBaseline, saveBaseline } from "../evaluation/baseline.ts";
import { type Examples, findExamples } from "../evaluation/examples.ts";
import { type CapturedTraffic, readCaptures } from "../evaluation/read_captures.ts";
import { S3_LAYOUT, THRESHOLD_ERROR } from "../names.ts";
import { VARIANT_NAME } from "../training/endpoint.ts";
import type { Estimator, FitOptions } from "../training/estimator.ts";
import type { Predictor } from "../training/predictor.ts";
import { trainingChart } from "../training/training_chart.ts";
import type { TrainingInput } from "../training/training_input.ts";
import type { TrainingResult } from "../training/training_result.ts";
import * as batches from "../workflow/batch.ts";
import type { BatchInput, BatchResult } from "../workflow/batch.ts";
import {
  countExecutions,
  type ExecutionResult,
  runExecutions,
  type TestCase,
  testCase,
} from "../workflow/executions.ts";
import { testLabels } from "./order_views.ts";
import { working } from "./working.ts";

/** Downloads the archive, or uses what SCONES_DATASET_URL names, and reads it. Says so if it has to draw pictures instead. */
export async function openDataset({ settings }: Aws): Promise<Dataset> {
  checkClasses(settings.classes, settings.datasetUrl); // before a long download
  let said = "";
  const dataset = await working("Data set", (bar, signal) =>
    loadDataset({
      url: settings.datasetUrl,
      imageSize: settings.imageSize,
      cacheDir: join(settings.stateDir, "downloads"),
      onProgress: ({ step, done, total }) =>
        bar.update(
          { done, total },
          { download: "bytes", draw: "pictures drawn", read: "pictures read" }[step],
        ),
      onNotice: (line) => said = line,
      signal,
    }), {
    done: ({ source }) => basename(source),
  });
  if (said) await notice(said);
  const larger = dataset.width * dataset.height / 32 ** 2;
  if (settings.target === "local" && larger >= 4) {
    await notice(
      `The pictures have ${dataset.width} × ${dataset.height} pixels, so training takes about ${
        Math.round(larger)
      } times ` +
        "as long as with 32 × 32, and is not always better for it. SCONES_IMAGE_SIZE=32 brings them to that size.",
    );
  }
  return dataset;
}

/** Writes the pictures as PNG files and uploads those that the bucket does not have yet. */
export async function stage(aws: Aws, selection: Selection): Promise<StagingResult> {
  return await working("Staging", (bar, signal) =>
    stageDataset(aws, selection, {
      onProgress: ({ step, done, total }) =>
        bar.update({ done, total }, step === "write" ? "PNG files written" : "uploaded to S3"),
      signal,
    }), {
    unit: "files",
    done: ({ sent, unchanged, removed }) => formatCounts({ sent, unchanged, removed }),
  });
}

/**
 * Trains with `estimator.fit`, and shows status and epochs in a bar, the accuracy as a growing chart, and the job's log.
 * @param options.reuse see `FitOptions`
 */
export async function trainModel(
  estimator: Estimator,
  inputs: Readonly<Record<string, TrainingInput>>,
  { reuse }: Pick<FitOptions, "reuse"> = {},
): Promise<TrainingResult> {
  await stagedDataset(estimator.aws); // without pictures no job is started
  const drawing = await live(chart(trainingChart([])));
  const log = await live(lastLines([]));
  const lines: string[] = [];
  let done = 0;
  let total: number | undefined;
  const training = working("Training", (bar, signal) =>
    estimator.fit(inputs, {
      reuse,
      signal,
      note: notice,
      status: (message) => bar.update({ done, total }, message),
      line(line) {
        lines.push(line);
        total = Number(line.match(/ epochs: (\d+)$/)?.[1] ?? total) || total;
      },
      async epochs(known) {
        // Bar, chart and log speak of the last epoch that is complete.
        const complete = known.findLast(({ validation }) => validation !== undefined);
        const detail = complete
          ? `accuracy ${percent(complete.train ?? 0)} in training, ${
            percent(complete.validation!)
          } in validation`
          : "first epoch";
        done = complete ? complete.epoch + 1 : 0;
        bar.update({ done, total }, detail);
        await drawing.replace(chart(trainingChart(known, { epochs: total })));
        await log.replace(lastLines(lines));
      },
    }), { aws: estimator.aws, unit: "epochs", done: jobInWords });
  return await training.finally(() => log.replace(wholeLog(lines)));
}

function jobInWords({ jobName, reused, joined }: TrainingResult): string {
  const same = "same data, same hyperparameters";
  if (reused) return `reused ${jobName}: ${same}`;
  return joined ? `followed ${jobName}, which was already running: ${same}` : jobName;
}

const logStyle = 'style="max-height:20em;overflow:auto;font-size:0.8em"';

/** The end of the log while it grows; nothing to fold, since each replacement would close it again. */
function lastLines(lines: readonly string[]) {
  const shown = lines.slice(-6).join("\n");
  return html(shown && `<pre ${logStyle}>${escapeHtml(shown)}</pre>`, shown);
}

/** The whole log, folded. */
function wholeLog(lines: readonly string[]) {
  const title = `Log of the training job, ${lines.length} lines`;
  return html(
    `<details><summary>${title}</summary><pre ${logStyle}>${escapeHtml(lines.join("\n"))}</pre></details>`,
    title,
  );
}

/** Stores the new endpoint's answers for all test pictures, as the baseline for later traffic. */
export async function recordBaseline(
  aws: Aws,
  predictor: Predictor,
  classes: readonly string[],
): Promise<BaselineAnswer[]> {
  return await working(
    "Baseline",
    (bar, signal) =>
      saveBaseline(aws, predictor, {
        classes,
        onProgress: (done, total) => bar.update({ done, total }),
        signal,
      }),
    {
      aws,
      unit: "pictures",
      done: (answers) => {
        const mean = answers.reduce((sum, { confidence }) => sum + confidence, 0) / answers.length;
        return `mean confidence ${mean.toFixed(3)}`;
      },
    },
  );
}

/**
 * Two orders to follow step by step: one whose picture the endpoint is sure of, and one whose picture it is not.
 * @throws Error that says to run the second notebook if there is no baseline
 */
export async function exampleOrders(aws: Aws): Promise<{ [Kind in keyof Examples]: TestCase }> {
  const [baseline, labels, { classes }] = await Promise.all([
    loadBaseline(aws),
    testLabels(aws),
    stagedDataset(aws),
  ]);
  const { sure, unsure } = findExamples(baseline, labels, { classes, threshold: aws.settings.threshold });
  return { sure: testCase(aws, sure), unsure: testCase(aws, unsure) };
}

/** Starts one execution per test case and waits until all have ended. */
export async function runTestCases(
  aws: Aws,
  stateMachineArn: string,
  testCases: readonly TestCase[],
): Promise<ExecutionResult[]> {
  return await working("Executions", (bar, signal) =>
    runExecutions(aws, stateMachineArn, testCases, {
      signal,
      onProgress: (done, { status, error }) => bar.update(done, error ?? status.toLowerCase()),
    }), {
    total: testCases.length,
    done: (results) => {
      const { succeeded, belowThreshold, otherwiseFailed } = countExecutions(results);
      return formatCounts({
        succeeded,
        "below the threshold": belowThreshold,
        "failed for other reasons": otherwiseFailed,
      });
    },
  });
}

/** Routes all pictures under a prefix with one execution of the batch machine. */
export async function runBatch(aws: Aws, input: BatchInput): Promise<BatchResult> {
  return await working("Batch", (bar, signal) =>
    batches.runBatch(aws, input, {
      signal,
      onProgress: (done, total) => bar.update({ done, total }),
    }), {
    unit: "pictures",
    done: ({ orders }) => {
      const held = orders.filter(({ error }) => error === THRESHOLD_ERROR).length;
      const routed = orders.filter(({ status }) => status === "SUCCEEDED").length;
      return formatCounts({
        routed,
        "below the threshold": held,
        "failed for other reasons": orders.length - routed - held,
      });
    },
  });
}

/** Waits until the captures of these executions have arrived in S3, and reads them. */
export async function collectCaptures(
  aws: Aws,
  executions: readonly Pick<ExecutionResult, "s3Key" | "startDate">[],
): Promise<CapturedTraffic> {
  const expect = executions.map(({ s3Key }) => s3Key);
  const since = new Date(Math.min(...executions.map(({ startDate }) => startDate.getTime())));
  return await working("Captures", (bar, signal) =>
    readCaptures(aws.s3, {
      bucket: aws.bucket,
      prefix: `${S3_LAYOUT.dataCapture}/${aws.names.endpoint}/${VARIANT_NAME}/`,
      since,
      expect,
      pollSeconds: aws.pollSeconds,
      signal,
      onProgress: (progress) => bar.update(progress, "delivered to S3"),
    }), { aws, total: expect.length, done: ({ files }) => `read from ${files} files` });
}

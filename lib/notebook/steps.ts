/** The long steps of the notebooks. Each does its work and shows its progress meanwhile. */
import { basename, join } from "node:path";
import type { Aws } from "../aws/clients.ts";
import { type Dataset, loadDataset, type Selection } from "../dataset/mod.ts";
import { stageDataset, type StagingResult } from "../dataset/staging.ts";
import { chart } from "../display/chart.ts";
import { escapeHtml, formatCounts } from "../display/format.ts";
import { html, live, notice } from "../display/show.ts";
import { saveBaseline } from "../evaluation/baseline.ts";
import type { Answer } from "../evaluation/drift.ts";
import { type CapturedTraffic, readCaptures } from "../evaluation/read_captures.ts";
import { ENDPOINT_NAME, S3_LAYOUT } from "../names.ts";
import { VARIANT_NAME } from "../training/endpoint.ts";
import type { Estimator, FitOptions } from "../training/estimator.ts";
import type { Predictor } from "../training/predictor.ts";
import { trainingChart } from "../training/training_chart.ts";
import type { TrainingInput } from "../training/training_input.ts";
import type { TrainingResult } from "../training/training_result.ts";
import {
  countExecutions,
  type ExecutionResult,
  runExecutions,
  type TestCase,
} from "../workflow/executions.ts";
import { type DeployedFunction, deployFunctions, FUNCTIONS } from "../workflow/functions.ts";
import { working } from "./working.ts";

/** Downloads the archive, or uses what SCONES_DATASET_URL names, and reads it. Says so if it has to draw pictures instead. */
export async function openDataset({ settings }: Aws): Promise<Dataset> {
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
  const drawing = await live(chart(trainingChart([])));
  const log = await live(logView([]));
  const lines: string[] = [];
  let total: number | undefined;
  return await working("Training", async (bar, signal) => {
    const result = await estimator.fit(inputs, {
      reuse,
      signal,
      status: (message) => bar.update(0, message),
      line(line) {
        lines.push(line);
        total = Number(line.match(/ epochs: (\d+)$/)?.[1] ?? total) || total;
      },
      async epochs(known) {
        const { train, validation } = known.findLast((epoch) => epoch.validation !== undefined) ?? {};
        const detail = validation === undefined
          ? "first epoch"
          : `accuracy ${train?.toFixed(3)} in training, ${validation.toFixed(3)} in validation`;
        bar.update({ done: known.length, total }, detail);
        await drawing.replace(chart(trainingChart(known, { epochs: total })));
        await log.replace(logView(lines));
      },
    });
    await log.replace(logView(lines));
    return result;
  }, { unit: "epochs", done: jobInWords });
}

function jobInWords({ jobName, reused, joined }: TrainingResult): string {
  const same = "same data, same hyperparameters";
  if (reused) return `reused ${jobName}: ${same}`;
  return joined ? `followed ${jobName}, which was already running: ${same}` : jobName;
}

function logView(lines: readonly string[]) {
  const title = `Log of the training job, ${lines.length} lines`;
  return html(
    `<details><summary>${title}</summary><pre style="max-height:20em;overflow:auto;font-size:0.8em">` +
      `${escapeHtml(lines.join("\n"))}</pre></details>`,
    title,
  );
}

/** Deploys the trained model with `estimator.deploy`, and shows the endpoint's status until it is in service. */
export async function deployEndpoint(
  estimator: Estimator,
  options: Parameters<Estimator["deploy"]>[0],
): Promise<Predictor> {
  return await working(
    "Endpoint",
    (bar, signal) => estimator.deploy({ ...options, signal, status: (status) => bar.update(0, status) }),
    { done: () => "InService" },
  );
}

/** Stores the new endpoint's answers for all test pictures, as the baseline for later traffic. */
export async function recordBaseline(
  aws: Aws,
  predictor: Predictor,
  classes: readonly string[],
): Promise<Answer[]> {
  return await working(
    "Baseline",
    (bar, signal) =>
      saveBaseline(aws, predictor, {
        classes,
        onProgress: (done, total) => bar.update({ done, total }),
        signal,
      }),
    {
      unit: "pictures",
      done: (answers) => {
        const mean = answers.reduce((sum, { confidence }) => sum + confidence, 0) / answers.length;
        return `mean confidence ${mean.toFixed(3)}`;
      },
    },
  );
}

/** Bundles and deploys the three Lambda functions. */
export async function deployLambdas(aws: Aws, roleArn: string): Promise<DeployedFunction[]> {
  return await working(
    "Functions",
    (bar, signal) =>
      deployFunctions(aws, roleArn, { onProgress: (done, name) => bar.update(done, name), signal }),
    { total: Object.keys(FUNCTIONS).length, done: changesInWords },
  );
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

/** Waits until the captures of these executions have arrived in S3, and reads them. */
export async function collectCaptures(
  aws: Aws,
  executions: readonly ExecutionResult[],
): Promise<CapturedTraffic> {
  const expect = executions.map(({ s3Key }) => s3Key);
  const since = new Date(Math.min(...executions.map(({ startDate }) => startDate.getTime())));
  return await working("Captures", (bar, signal) =>
    readCaptures(aws.s3, {
      bucket: aws.bucket,
      prefix: `${S3_LAYOUT.dataCapture}/${ENDPOINT_NAME}/${VARIANT_NAME}/`,
      since,
      expect,
      pollSeconds: aws.pollSeconds,
      signal,
      onProgress: (progress) => bar.update(progress, "delivered to S3"),
    }), { total: expect.length, done: ({ files }) => `read from ${files} files` });
}

/** `3 created`, `2 unchanged, 1 updated`. */
function changesInWords(functions: DeployedFunction[]): string {
  const groups = Map.groupBy(functions, ({ change }) => change);
  return formatCounts(Object.fromEntries([...groups].map(([change, members]) => [change, members.length])));
}

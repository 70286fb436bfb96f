/** Runs training jobs: downloads the input from S3, runs the algorithm's container with its log, uploads the model. */
import { join } from "node:path";
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import { type Container, type ContainerCommand, startContainer } from "./containers.ts";
import { removeFolder, trainingFolder } from "./folders.ts";
import { type Interruption, JobStatus } from "./job_status.ts";
import { logWriter } from "./log.ts";
import { metricOf } from "./metric_definitions.ts";
import { noticeTraining } from "./metrics.ts";
import { seconds } from "./names.ts";
import { fill, TrainingFailure, uploadModel } from "./opt_ml.ts";
import { isRunning, type Records, type TrainingJob } from "./records.ts";
import { assume, trainingAssumer } from "./roles.ts";
import { notRunHere } from "./training_options.ts";

/** On AWS a container has 120 s between SIGTERM and SIGKILL. */
const STOP_GRACE_SECONDS = 120;

const LOG_GROUP = "/aws/sagemaker/TrainingJobs";

/** As SageMaker words it. */
const OUT_OF_MEMORY =
  "ClientError: Please use an instance type with more memory, or reduce the size of job data " +
  "processed on an instance.";

interface Run {
  container?: Container;
  interruption?: Interruption;
  done: Promise<void>;
}

export class TrainingRuns {
  readonly #status: JobStatus;
  readonly #runs = new Map<string, Run>();
  #closing = false;

  /**
   * @param command returns the command of the algorithm's `train` for a folder that replaces /opt/ml. A job's variables
   * are in that folder, not in the environment of the process.
   * @param maxMegabytes the memory limit of a container
   */
  constructor(
    readonly core: Core,
    readonly records: Pick<Records, "jobs">,
    readonly command: (optMl: string) => ContainerCommand,
    readonly maxMegabytes?: number,
  ) {
    this.#status = new JobStatus(core, records);
  }

  run(job: TrainingJob): void {
    const run: Run = { done: Promise.resolve() };
    this.#runs.set(job.TrainingJobName, run);
    run.done = this.#execute(job, run)
      .catch((error) => this.core.fault(error, `The training job ${job.TrainingJobName}`))
      .finally(() => this.#runs.delete(job.TrainingJobName));
  }

  /** Stops the container; the model so far is kept. */
  stop(name: string): void {
    this.#interrupt(name, "Stopped");
  }

  get busy(): boolean {
    return this.#runs.size > 0;
  }

  /** Fails the jobs that were running when the server was stopped or killed: they cannot continue. */
  failOrphans(): void {
    for (const job of this.records.jobs.list().filter(isRunning)) {
      this.#status.end(
        job,
        "Failed",
        "InternalServerError: The local AWS was stopped while this job was running. Please start a new training job.",
      );
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    const runs = [...this.#runs.values()];
    for (const run of runs) run.container?.stop(2);
    await Promise.all(runs.map((run) => run.done));
    this.failOrphans();
  }

  #interrupt(name: string, why: Interruption): void {
    const run = this.#runs.get(name);
    const job = this.records.jobs.get(name);
    if (!run || !job || run.interruption) return;
    run.interruption = why;
    this.#status.enter(job, "Stopping", "Stopping the training job", { TrainingJobStatus: "Stopping" });
    run.container?.stop(STOP_GRACE_SECONDS);
  }

  async #execute(job: TrainingJob, run: Run): Promise<void> {
    const { core } = this;
    const status = this.#status;
    const folder = trainingFolder(core, job);
    const stream = `${job.TrainingJobName}/algo-1-${Math.floor(job.CreationTime)}`;
    const by = trainingAssumer(job.TrainingJobArn);
    const log = logWriter(core, job.RoleArn, by, LOG_GROUP, stream);
    const kept = notRunHere(job);
    let deadline: ReturnType<typeof setTimeout> | undefined;
    try {
      status.enter(job, "Pending", "Preparing the instances for training");
      const principal = assume(core, job.RoleArn, by);
      status.enter(job, "Downloading", "Downloading input data");
      await removeFolder(folder);
      await fill(folder, job, core, principal);
      job.TrainingStartTime = seconds(core);
      status.enter(job, "Training", "Training image download completed. Training in progress.");
      if (kept) log(kept);
      deadline = setTimeout(
        () => this.#interrupt(job.TrainingJobName, "MaxRuntimeExceeded"),
        job.StoppingCondition.MaxRuntimeInSeconds * 1000,
      );
      if (!run.interruption && !this.#closing) await this.#train(job, run, folder, log);
      clearTimeout(deadline);
      if (this.#closing) return; // close() ends the job
      status.enter(job, "Uploading", "Uploading generated training model");
      await uploadModel(folder, job, core, principal);
      status.end(job, run.interruption ?? "Completed");
    } catch (error) {
      if (this.#closing) return;
      const reason = error instanceof AwsError || error instanceof TrainingFailure
        ? error.message
        : `InternalServerError: ${error instanceof Error ? error.message : error}`;
      log(reason);
      status.end(job, "Failed", reason);
    } finally {
      clearTimeout(deadline);
      await removeFolder(folder);
    }
  }

  async #train(
    job: TrainingJob,
    run: Run,
    folder: string,
    log: (line: string) => void,
  ): Promise<void> {
    const metrics = new Map<string, { MetricName: string; Value: number; Timestamp: number }>();
    let lastWords: string[] = [];
    run.container = startContainer(
      this.command(folder),
      (line, output) => {
        log(line);
        if (output === "stderr") lastWords = [...lastWords, line].slice(-5);
        const metric = metricOf(line);
        if (metric) {
          const { name: MetricName, value: Value } = metric;
          metrics.set(MetricName, { MetricName, Value, Timestamp: seconds(this.core) });
          noticeTraining(this.core, job, MetricName, Value);
        }
      },
      this.maxMegabytes,
    );
    if (run.interruption) run.container.stop(STOP_GRACE_SECONDS);
    const { code, signal, outOfMemory } = await run.container.exit;
    job.FinalMetricDataList = [...metrics.values()];
    if (code === 0 || run.interruption || this.#closing) return;
    if (outOfMemory) throw new TrainingFailure(OUT_OF_MEMORY);
    const reason = await Deno.readTextFile(join(folder, "output", "failure")).catch(() => "");
    throw new TrainingFailure(
      reason.trim() ||
        `AlgorithmError: , exit code: ${code ?? signal}${
          lastWords.length ? `: ${lastWords.join(" | ")}` : ""
        }`,
    );
  }
}

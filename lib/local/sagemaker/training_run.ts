/** Runs training jobs beside the server: input from S3, the algorithm's container, its log, the model to S3. */
import { join } from "node:path";
import { AwsError } from "../errors.ts";
import type { Core, Principal } from "../services.ts";
import { type Container, type ContainerCommand, startContainer } from "./containers.ts";
import { logWriter } from "./log.ts";
import { packModel } from "./model_archive.ts";
import { parseS3Uri, seconds, trainingAssumer } from "./names.ts";
import type { Channel, TrainingJob, TrainingRunner } from "./training_jobs.ts";

/** SageMaker gives a container 120 s between SIGTERM and SIGKILL. */
const STOP_GRACE_SECONDS = 120;

const LOG_GROUP = "/aws/sagemaker/TrainingJobs";

/** The metrics that the service reads from the algorithm's log, as AWS's own definitions for it do. */
const METRICS: Readonly<Record<string, RegExp>> = {
  "train:accuracy": /Train-accuracy=(\S+)/,
  "validation:accuracy": /Validation-accuracy=(\S+)/,
};

/** Why a job ends other than by itself. */
type Interruption = "Stopped" | "MaxRuntimeExceeded";

interface Run {
  container?: Container;
  interruption?: Interruption;
  done: Promise<void>;
}

export class TrainingRuns implements TrainingRunner {
  readonly #jobs;
  readonly #runs = new Map<string, Run>();
  #closing = false;

  /** @param command makes the command line of the algorithm's `train`, given the folder that stands for /opt/ml */
  constructor(
    readonly core: Core,
    readonly command: (optMl: string, env: Record<string, string>) => ContainerCommand,
  ) {
    this.#jobs = core.store.collection<TrainingJob>("training-jobs");
  }

  run(job: TrainingJob): void {
    const run: Run = { done: Promise.resolve() };
    this.#runs.set(job.TrainingJobName, run);
    run.done = this.#execute(job, run).finally(() => this.#runs.delete(job.TrainingJobName));
  }

  /** Asks the container to end; what it has learnt so far is kept. */
  stop(name: string): void {
    this.#interrupt(name, "Stopped");
  }

  get busy(): boolean {
    return this.#runs.size > 0;
  }

  /** A job that was running when the server was killed cannot go on: it ends Failed, never Completed. */
  failOrphans(): void {
    for (const job of this.#jobs.list()) {
      if (job.TrainingJobStatus !== "InProgress" && job.TrainingJobStatus !== "Stopping") continue;
      this.#end(
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
    const job = this.#jobs.get(name);
    if (!run || !job || run.interruption) return;
    run.interruption = why;
    this.#move(job, "Stopping", "Stopping the training job", { TrainingJobStatus: "Stopping" });
    run.container?.stop(STOP_GRACE_SECONDS);
  }

  async #execute(job: TrainingJob, run: Run): Promise<void> {
    const folder = join(this.core.stateDir, "sagemaker", "training", job.TrainingJobName);
    const stream = `${job.TrainingJobName}/algo-1-${Math.floor(job.CreationTime)}`;
    const by = trainingAssumer(job.TrainingJobArn);
    const log = logWriter(this.core, job.RoleArn, by, LOG_GROUP, stream);
    let deadline: ReturnType<typeof setTimeout> | undefined;
    try {
      this.#move(job, "Pending", "Preparing the instances for training");
      const { iam } = this.core.siblings;
      const { principal } = iam.assumeRole(job.RoleArn, by, "SageMaker");
      this.#move(job, "Downloading", "Downloading input data");
      await Deno.remove(folder, { recursive: true }).catch(ignoreNotFound);
      await this.#prepare(job, principal, folder);
      const started = seconds(this.core);
      job.TrainingStartTime = started;
      this.#move(job, "Training", "Training image download completed. Training in progress.");
      deadline = setTimeout(
        () => this.#interrupt(job.TrainingJobName, "MaxRuntimeExceeded"),
        job.StoppingCondition.MaxRuntimeInSeconds * 1000,
      );
      if (!run.interruption && !this.#closing) await this.#train(job, run, folder, log);
      clearTimeout(deadline);
      if (this.#closing) return; // close() ends the job
      this.#move(job, "Uploading", "Uploading generated training model");
      await this.#upload(job, principal, folder);
      if (run.interruption) this.#end(job, run.interruption);
      else this.#end(job, "Completed");
    } catch (error) {
      if (this.#closing) return;
      const reason = error instanceof AwsError || error instanceof TrainingFailure
        ? error.message
        : `InternalServerError: ${error instanceof Error ? error.message : error}`;
      log(reason);
      this.#end(job, "Failed", reason);
    } finally {
      clearTimeout(deadline);
      await Deno.remove(folder, { recursive: true }).catch(ignoreNotFound);
    }
  }

  /** Writes the folder that stands for /opt/ml: configuration and one folder per channel. */
  async #prepare(job: TrainingJob, principal: Principal, folder: string): Promise<void> {
    const config = join(folder, "input", "config");
    for (const path of [config, join(folder, "model"), join(folder, "output")]) {
      await Deno.mkdir(path, { recursive: true });
    }
    const channels = job.InputDataConfig ?? [];
    const write = (name: string, value: unknown) =>
      Deno.writeTextFile(join(config, name), JSON.stringify(value));
    await write("hyperparameters.json", job.HyperParameters ?? {});
    await write("resourceconfig.json", {
      current_host: "algo-1",
      hosts: Array.from({ length: job.ResourceConfig.InstanceCount }, (_, i) => `algo-${i + 1}`),
      network_interface_name: "eth0",
    });
    await write(
      "inputdataconfig.json",
      Object.fromEntries(channels.map((channel) => [channel.ChannelName, {
        TrainingInputMode: channel.InputMode ?? job.AlgorithmSpecification.TrainingInputMode,
        S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? "FullyReplicated",
        RecordWrapperType: channel.RecordWrapperType ?? "None",
        ...(channel.ContentType ? { ContentType: channel.ContentType } : {}),
      }])),
    );
    for (const channel of channels) {
      await this.#download(channel, principal, join(folder, "input", "data", channel.ChannelName));
    }
  }

  /** The key below the prefix becomes the path below the channel's folder; a prefix that names one key, its base name. */
  async #download(channel: Channel, principal: Principal, folder: string): Promise<void> {
    const { bucket, key: prefix } = parseS3Uri(channel.DataSource.S3DataSource!.S3Uri);
    const base = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    await Deno.mkdir(folder, { recursive: true });
    const objects = moved(
      `Data download failed:Unable to list s3://${bucket}/${prefix}`,
      () => this.core.siblings.s3.listObjects(principal, bucket, prefix),
    );
    for (const { Key } of objects) {
      const path = Key.slice(prefix.endsWith("/") ? prefix.length : base.length);
      if (path === "" || path.endsWith("/")) continue;
      const segments = path.split("/");
      if (segments.includes("..") || segments.includes(".") || path.includes("\0")) {
        throw new TrainingFailure(
          `ClientError: The key "${Key}" cannot be a path below the channel's folder.`,
        );
      }
      if (segments.length > 1) await Deno.mkdir(join(folder, ...segments.slice(0, -1)), { recursive: true });
      const { Body } = moved(
        `Data download failed:Unable to download object s3://${bucket}/${Key}`,
        () => this.core.siblings.s3.getObject(principal, bucket, Key),
      );
      await Deno.writeFile(join(folder, ...segments), Body);
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
      this.command(folder, { TRAINING_JOB_NAME: job.TrainingJobName, ...job.Environment }),
      (line, output) => {
        log(line);
        if (output === "stderr") lastWords = [...lastWords, line].slice(-5);
        for (const [MetricName, pattern] of Object.entries(METRICS)) {
          const value = line.match(pattern)?.[1];
          if (value) {
            metrics.set(MetricName, { MetricName, Value: Number(value), Timestamp: seconds(this.core) });
          }
        }
      },
    );
    if (run.interruption) run.container.stop(STOP_GRACE_SECONDS);
    const { code, signal } = await run.container.exit;
    job.FinalMetricDataList = [...metrics.values()];
    if (code === 0 || run.interruption || this.#closing) return;
    const reason = await Deno.readTextFile(join(folder, "output", "failure")).catch(() => "");
    throw new TrainingFailure(
      reason.trim() ||
        `AlgorithmError: , exit code: ${code ?? signal}${
          lastWords.length ? `: ${lastWords.join(" | ")}` : ""
        }`,
    );
  }

  async #upload(job: TrainingJob, principal: Principal, folder: string): Promise<void> {
    const archive = await packModel(join(folder, "model"));
    if (!archive) return; // stopped before there was anything to keep
    const uri = job.ModelArtifacts.S3ModelArtifacts;
    const { bucket, key } = parseS3Uri(uri);
    moved(
      `Artifact upload failed:Unable to upload s3://${bucket}/${key}`,
      () => this.core.siblings.s3.putObject(principal, bucket, key, archive, "application/x-tar"),
    );
  }

  /** Enters a secondary status and makes it durable. */
  #move(job: TrainingJob, status: string, message: string, changes: Partial<TrainingJob> = {}): void {
    const now = seconds(this.core);
    const stored = this.#jobs.get(job.TrainingJobName);
    // Stopping is set from outside the run; the run's own copy must not undo it.
    if (stored) Object.assign(job, { TrainingJobStatus: stored.TrainingJobStatus });
    Object.assign(job, changes, { SecondaryStatus: status, LastModifiedTime: now });
    const transitions = stored?.SecondaryStatusTransitions ?? job.SecondaryStatusTransitions;
    const last = transitions.at(-1);
    if (last) last.EndTime = now;
    job.SecondaryStatusTransitions = [...transitions, {
      Status: status,
      StartTime: now,
      StatusMessage: message,
    }];
    this.#jobs.put(job.TrainingJobName, job);
  }

  #end(job: TrainingJob, status: "Completed" | "Failed" | Interruption, reason?: string): void {
    const now = seconds(this.core);
    const trained = job.TrainingStartTime && Math.ceil(now - job.TrainingStartTime);
    const messages = {
      Completed: "Training job completed",
      Failed: "Training job failed",
      Stopped: "Training job stopped",
      MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
    };
    this.#move(job, status, messages[status]);
    const ended = job.SecondaryStatusTransitions.at(-1)!;
    ended.EndTime = now;
    Object.assign(job, {
      TrainingJobStatus: status === "MaxRuntimeExceeded" ? "Stopped" : status,
      ...(reason ? { FailureReason: reason.slice(0, 1024) } : {}),
      ...(trained
        ? { TrainingEndTime: now, TrainingTimeInSeconds: trained, BillableTimeInSeconds: trained }
        : {}),
    });
    this.#jobs.put(job.TrainingJobName, job);
  }
}

/** The job's own fault, with the reason as DescribeTrainingJob will show it. */
class TrainingFailure extends Error {}

/** Does what SageMaker itself does with S3 for a job. @throws TrainingFailure worded as it reports a refusal */
function moved<T>(failure: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new TrainingFailure(`ClientError: ${failure} (${error.code}: ${error.message})`);
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

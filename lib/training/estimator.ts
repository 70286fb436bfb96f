import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { retryWhile, roleIsPropagating } from "../aws/retries.ts";
import { sleep, UnexpectedStatusError, waitFor } from "../aws/waiting.ts";
import { timestamp, TRAINING_JOB_BASE_NAME } from "../names.ts";
import type { DataCaptureConfig } from "./data_capture_config.ts";
import { deployModel, type DeployProgress } from "./endpoint.ts";
import { type EqualJob, findEqualJob, fingerprint, FINGERPRINT_TAG } from "./equal_job.ts";
import { JobLogs } from "./job_logs.ts";
import type { Predictor } from "./predictor.ts";
import { runningJobs, stopTrainingJob, withoutStop } from "./running_jobs.ts";
import { toChannels, type TrainingInput } from "./training_input.ts";
import { type Epoch, TrainingLog } from "./training_log.ts";

/** A job that is stopped has 120 s to save its model, which is then uploaded. */
const STOPPING_SECONDS = 900;

export interface EstimatorOptions {
  imageUri: string;
  role: string;
  /** `s3://bucket/prefix`; the model goes to `<outputPath>/<job>/output/model.tar.gz`. */
  outputPath: string;
  /** The algorithm trains on GPU instances; ml.p2 and ml.p3 are retired. */
  instanceType?: string;
  instanceCount?: number;
  volumeSizeGb?: number;
  maxRunSeconds?: number;
  baseJobName?: string;
  /** Variables of the training container; the local algorithm keeps `SCONES_CLASSES` with the model as its class names. */
  environment?: Record<string, string>;
}

/** Told what happens while a job runs. */
export interface TrainingObserver {
  /** Called for each status of the job, such as "Downloading input data". */
  status?(message: string): void;
  line?(line: string): void;
  /** Called when an epoch told something new, with all epochs so far. */
  epochs?(epochs: readonly Epoch[]): void | Promise<void>;
}

export interface FitOptions extends TrainingObserver {
  jobName?: string;
  /**
   * Takes the newest completed job with the same hyperparameters and data instead of a new one; when none has
   * completed but one runs, whoever started it, follows that.
   */
  reuse?: boolean;
  /** Stops the job, also one that was running already and is only followed: nothing runs on behind an interrupt. */
  signal?: AbortSignal;
}

/** What `fit` did. */
export interface TrainingResult {
  jobName: string;
  /** The job had completed before. */
  reused: boolean;
  /** The job was running before. */
  joined: boolean;
  modelData: string;
  network?: string;
  epochs: readonly Epoch[];
  /** Accuracy on the validation pictures that the job ended with, 0 to 1. */
  accuracy?: number;
  trainingSeconds: number;
  billableSeconds: number;
}

/** A training algorithm with its settings, in the idiom of SageMaker's Python SDK: hyperparameters, fit, deploy. */
export class Estimator {
  readonly options: Required<EstimatorOptions>;
  readonly hyperparameters: Record<string, string> = {};
  #result: TrainingResult | undefined;

  constructor(readonly aws: Aws, options: EstimatorOptions) {
    this.options = {
      instanceType: "ml.g4dn.xlarge",
      instanceCount: 1,
      volumeSizeGb: 30,
      maxRunSeconds: 3600,
      baseJobName: TRAINING_JOB_BASE_NAME,
      environment: {},
      ...options,
    };
  }

  /** Sets hyperparameters; SageMaker takes every value as a string. */
  setHyperparameters(values: Readonly<Record<string, string | number | boolean>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.hyperparameters[name] = typeof value === "boolean" ? (value ? "True" : "False") : `${value}`;
    }
  }

  /** The request that `fit` sends. */
  toRequest(inputs: Readonly<Record<string, TrainingInput>>, jobName: string): CreateTrainingJobCommandInput {
    const { imageUri, role, outputPath, instanceType, instanceCount, volumeSizeGb, maxRunSeconds } =
      this.options;
    return {
      TrainingJobName: jobName,
      AlgorithmSpecification: { TrainingImage: imageUri, TrainingInputMode: "File" },
      RoleArn: role,
      HyperParameters: this.hyperparameters,
      InputDataConfig: toChannels(inputs),
      OutputDataConfig: { S3OutputPath: outputPath },
      ResourceConfig: {
        InstanceType: toInstanceType(instanceType),
        InstanceCount: instanceCount,
        VolumeSizeInGB: volumeSizeGb,
      },
      Environment: {
        ...this.options.environment,
        // AWS's algorithm has no seed; the local one starts from it
        ...this.aws.target === "local" ? { SCONES_SEED: `${this.aws.settings.seed}` } : {},
      },
      StoppingCondition: { MaxRuntimeInSeconds: maxRunSeconds },
    };
  }

  /**
   * Trains: starts a job (see `reuse`), follows its log, and returns when it has ended.
   * @param inputs channel name → where its data is
   * @throws UnexpectedStatusError when the job fails, is stopped or exceeds its maximum run time; the signal's reason
   *   once the job has been told to stop; Error that names the job when it runs on unseen: the network or the
   *   credentials failed for longer than the SDK retries
   */
  async fit(
    inputs: Readonly<Record<string, TrainingInput>>,
    options: FitOptions = {},
  ): Promise<TrainingResult> {
    const jobName = options.jobName ?? `${this.options.baseJobName}-${timestamp()}`;
    const request = this.toRequest(inputs, jobName);
    const equal = await fingerprint(this.aws, request);
    const earlier = options.reuse ? await findEqualJob(this.aws, this.options.baseJobName, equal) : undefined;
    if (!earlier) {
      await this.#create({ ...request, Tags: [{ Key: FINGERPRINT_TAG, Value: equal }] }, options);
    }
    return this.#result = await this.#follow(earlier?.jobName ?? jobName, earlier?.status, options);
  }

  /** Takes the result of a job that has completed, as if this estimator had trained it. */
  async attach(jobName: string, observer: TrainingObserver = {}): Promise<TrainingResult> {
    return this.#result = await this.#follow(jobName, "Completed", observer);
  }

  /**
   * Puts the trained model behind an endpoint and waits until it is in service. An endpoint of that name that
   * serves the same model with the same capture is left as it is; another model replaces its own without a gap.
   */
  async deploy(
    options: {
      endpointName: string;
      instanceType?: string;
      initialInstanceCount?: number;
      dataCaptureConfig?: DataCaptureConfig;
      signal?: AbortSignal;
    } & DeployProgress,
  ): Promise<Predictor> {
    if (!this.#result) throw new Error("Cannot deploy before fit() or attach(): there is no model yet.");
    const { imageUri, role } = this.options;
    return await deployModel(this.aws, { ...options, imageUri, role, modelData: this.#result.modelData });
  }

  /** A job that is being stopped counts for the account's quota until it has ended: then the new one waits for that. */
  async #create(request: CreateTrainingJobCommandInput, { status, signal }: FitOptions): Promise<void> {
    const create = () =>
      retryWhile(
        roleIsPropagating,
        // Not ended by the signal, since the job might run all the same; #follow stops it.
        () => this.aws.sagemaker.send(new CreateTrainingJobCommand(request)),
        { signal },
      );
    try {
      await create();
    } catch (error) {
      const quotaIsUsed = (error as Error).name === "ResourceLimitExceeded";
      const stopping = async () => (await runningJobs(this.aws, "Stopping"))[0]?.TrainingJobName;
      const holder = quotaIsUsed ? await stopping() : undefined;
      if (!holder) throw error;
      status?.(`Waiting for ${holder}, which is being stopped, to free its instance`);
      const wait = { everySeconds: this.aws.pollSeconds, timeoutSeconds: STOPPING_SECONDS, signal };
      await waitFor(
        `The end of training job ${holder}`,
        wait,
        async () => await stopping() ? undefined : true,
      );
      await create();
    }
  }

  /** @param earlier the status in which the job was found; undefined for one that has just been started */
  async #follow(
    jobName: string,
    earlier: EqualJob["status"] | undefined,
    options: FitOptions,
  ): Promise<TrainingResult> {
    const { sagemaker, pollSeconds } = this.aws;
    const log = new TrainingLog();
    const logs = new JobLogs(this.aws.logs, jobName);
    let said = "";
    let runs = earlier !== "Completed";
    const readLog = async () => {
      let news = false;
      for (const line of await logs.next()) {
        options.line?.(line);
        news = log.read(line) || news;
      }
      if (news) await options.epochs?.(log.epochs);
    };
    if (earlier === "InProgress") {
      options.status?.(`Following the training job ${jobName}, which is already running`);
    }
    try {
      while (true) {
        const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName }), {
          abortSignal: options.signal,
        });
        runs = job.TrainingJobStatus === "InProgress";
        const message = job.SecondaryStatusTransitions?.at(-1)?.StatusMessage ?? job.SecondaryStatus ?? "";
        if (message !== said) options.status?.(said = message);
        await readLog();
        if (job.TrainingJobStatus !== "InProgress" && job.TrainingJobStatus !== "Stopping") {
          return this.#ended(job, earlier, log);
        }
        await sleep(pollSeconds, options.signal);
      }
    } catch (error) {
      if (options.signal?.aborted) {
        if (earlier !== "Completed") await stopTrainingJob(this.aws, jobName);
        throw options.signal.reason;
      }
      if (!runs) throw error;
      const reason = withoutStop(error instanceof Error ? error.message : String(error));
      const costs = this.aws.target === "aws" ? " and costs money" : "";
      throw new Error(
        `Lost sight of training job ${jobName}: ${reason}. As far as is known it still runs${costs}. ` +
          "Run the cell again to follow it (fit with reuse: true does), and interrupt it to stop the job.",
        { cause: error },
      );
    }
  }

  #ended(
    job: DescribeTrainingJobCommandOutput,
    earlier: EqualJob["status"] | undefined,
    log: TrainingLog,
  ): TrainingResult {
    const { TrainingJobName: jobName = "", TrainingJobStatus: status = "", SecondaryStatus: secondary } = job;
    if (status !== "Completed") {
      // A job that ran out of time is "Stopped" and would count as a success for AWS's own waiter.
      const reason = secondary === "MaxRuntimeExceeded"
        ? `it ran for longer than maxRunSeconds, ${job.StoppingCondition?.MaxRuntimeInSeconds} s`
        : job.FailureReason ?? "";
      throw new UnexpectedStatusError(`Training job ${jobName}`, status, reason);
    }
    return {
      jobName,
      reused: earlier === "Completed",
      joined: earlier === "InProgress",
      modelData: job.ModelArtifacts!.S3ModelArtifacts!,
      network: log.network,
      epochs: log.epochs,
      accuracy: job.FinalMetricDataList?.find((metric) => metric.MetricName === "validation:accuracy")?.Value,
      trainingSeconds: job.TrainingTimeInSeconds ?? 0,
      billableSeconds: job.BillableTimeInSeconds ?? 0,
    };
  }
}

type InstanceType = NonNullable<CreateTrainingJobCommandInput["ResourceConfig"]>["InstanceType"];

/** The type's name is checked by AWS, which knows newer ones than this program. */
function toInstanceType(name: string): InstanceType {
  return name as InstanceType;
}
